/** Where the screens are: everything behind `#/`, so the hub's own paths stay the hub's. */

import { useSyncExternalStore } from "react";

export interface Route {
  readonly view: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

/** `#/inbox/queue/cu-1?x=y` → inbox, [queue, cu-1], x=y. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...parts] = path.split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { view: view || "inbox", parts: parts.filter(Boolean), query: new URLSearchParams(query) };
}

/** The address of a place. */
export function to(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function go(...parts: readonly string[]): void {
  location.hash = to(...parts);
}

let last: { hash: string; route: Route } | undefined;

function here(): Route {
  if (last?.hash !== location.hash) last = { hash: location.hash, route: routeOf(location.hash) };
  return last.route;
}

function subscribe(ear: () => void): () => void {
  window.addEventListener("hashchange", ear);
  return () => window.removeEventListener("hashchange", ear);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, here);
}
