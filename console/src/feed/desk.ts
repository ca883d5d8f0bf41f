/** The one store behind the inbox: news in, knowledge out, and hooks that draw anew only what changed. */

import { useCallback, useRef, useSyncExternalStore } from "react";
import { reduce } from "./reduce";
import { type DeskState, empty, type News } from "./state";

export class Desk {
  #state: DeskState = empty;
  readonly #ears = new Set<() => void>();

  get state(): DeskState {
    return this.#state;
  }

  tell(news: News): void {
    const next = reduce(this.#state, news);
    if (next === this.#state) return;
    this.#state = next;
    for (const ear of this.#ears) ear();
  }

  readonly subscribe = (ear: () => void): (() => void) => {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  };
}

/** Equal, or lists and objects whose parts are. */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length && left.every(([key, value]) => Object.is(value, (b as Record<string, unknown>)[key]));
}

/** A part of what the desk knows. `select` may make new lists: alike ones count as the same. */
export function useDesk<T>(desk: Desk, select: (state: DeskState) => T): T {
  const last = useRef<{ state: DeskState; select: (state: DeskState) => T; value: T } | undefined>(undefined);
  const read = useCallback((): T => {
    const state = desk.state;
    const before = last.current;
    if (before && before.state === state && before.select === select) return before.value;
    const made = select(state);
    const value = before && alike(before.value, made) ? before.value : made;
    last.current = { state, select, value };
    return value;
  }, [desk, select]);
  return useSyncExternalStore(desk.subscribe, read);
}
