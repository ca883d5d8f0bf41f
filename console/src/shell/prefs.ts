/** What this browser remembers for whoever sits before it; a browser that keeps nothing is no reason to fail. */

import { useCallback, useSyncExternalStore } from "react";

const ears = new Set<() => void>();
const PREFIX = "omnihub:";

export function recall(name: string): string {
  try {
    return localStorage.getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

export function remember(name: string, value: string): void {
  try {
    if (value) localStorage.setItem(PREFIX + name, value);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    // A full or forbidden storage: the choice holds until the window is closed.
  }
  for (const ear of ears) ear();
}

function subscribe(ear: () => void): () => void {
  ears.add(ear);
  window.addEventListener("storage", ear);
  return () => {
    ears.delete(ear);
    window.removeEventListener("storage", ear);
  };
}

/** A remembered choice and how to change it; other windows follow. */
export function usePref(name: string): readonly [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => recall(name));
  const change = useCallback((next: string) => remember(name, next), [name]);
  return [value, change];
}
