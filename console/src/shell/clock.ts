/** A clock that ticks for everybody at once: waiting times are drawn anew together, and seldom. */

import { useSyncExternalStore } from "react";
import { hubNow } from "../api/time";

const TICK_MS = 5_000;
const ears = new Set<() => void>();
let now = hubNow();
let timer: number | undefined;

function subscribe(ear: () => void): () => void {
  ears.add(ear);
  if (timer === undefined) now = hubNow();
  timer ??= window.setInterval(() => {
    now = hubNow();
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
