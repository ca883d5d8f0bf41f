/** A clock that ticks for everybody at once: waiting times are drawn anew together, and seldom. */

import { useSyncExternalStore } from "react";

const TICK_MS = 15_000;
const ears = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function subscribe(ear: () => void): () => void {
  ears.add(ear);
  if (timer === undefined) now = Date.now();
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const one of ears) one();
  }, TICK_MS);
  return () => {
    ears.delete(ear);
    if (ears.size) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
