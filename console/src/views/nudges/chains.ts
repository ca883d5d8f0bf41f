/** A journey as it is walked: the way everybody goes, and the ways that begin with an answer. */

import type { Step } from "./shapes";

/** Steps one after the other. `begin`: the answers that lead here, by their payload; none for the way everybody goes. */
export interface Chain {
  readonly begin: readonly NonNullable<Step["answers"]>[number][];
  readonly steps: readonly Step[];
}

export function chains(steps: readonly Step[]): readonly Chain[] {
  const left = new Map(steps.map((step) => [step.id, step]));
  const follow = (id: string): Step[] => {
    const way: Step[] = [];
    for (let step = left.get(id); step; step = left.get(step.next ?? "")) {
      way.push(step);
      left.delete(step.id);
    }
    return way;
  };
  const found: Chain[] = steps[0] ? [{ begin: [], steps: follow(steps[0].id) }] : [];
  for (const step of steps) {
    if (!left.has(step.id)) continue;
    const leading = steps.flatMap((one) => one.answers ?? []).filter((answer) => answer.then === step.id);
    const begin = leading.filter((answer, n) => leading.findIndex((one) => one.payload === answer.payload) === n);
    found.push({ begin, steps: follow(step.id) });
  }
  return found;
}
