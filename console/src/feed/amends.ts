/** What became of our own messages after they were written: corrected, taken back, or written anew before they went out. */

import type { Entry, Line } from "../api/shapes";

export type AmendVerb = "correct" | "recall";

/** A change that has not come to the customer: on its way, or refused. */
export interface Change {
  readonly verb: AmendVerb;
  readonly text: string;
  readonly line: Line;
  readonly failed: boolean;
}

/** `words`: those that stand now ('': as written); `before`: those that stood there, oldest first; `unsent`: the customer saw none of them. */
export interface Amended {
  readonly words: string;
  readonly before: readonly string[];
  readonly deleted: boolean;
  readonly unsent: boolean;
  readonly change?: Change;
}

const REFUSED = new Set(["failed", "unknown", "withdrawn", "draft"]);
const UNDER_WAY = new Set(["queued", "held", "sending"]);

export function isAmendment(entry: Entry): boolean {
  return (entry.kind === "edit" || entry.kind === "delete") && Boolean(entry.detail?.of);
}

/** All changes of ours among these lines, by the delivery they are about. */
export class Amends {
  readonly #of = new Map<string, Line[]>();
  readonly #unsent = new Map<string, string[]>();
  readonly #replaced = new Set<string>();
  readonly #deliveries = new Set<string>();

  constructor(lines: readonly Line[]) {
    const written = new Map(lines.flatMap(({ entry }) => (entry.kind === "message" && entry.delivery ? [[entry.delivery, entry]] : [])));
    for (const line of lines) {
      const { delivery = "", detail } = line.entry;
      const target = detail?.of ?? "";
      if (isAmendment(line.entry)) {
        this.#of.set(target, [...(this.#of.get(target) ?? []), line]);
        // That it failed is told where its message is.
        if (delivery && written.has(target)) this.#deliveries.add(delivery);
      }
      const old = written.get(detail?.instead ?? "");
      if (old?.delivery && line.entry.kind === "message") {
        this.#replaced.add(old.delivery);
        this.#unsent.set(delivery, [...(this.#unsent.get(old.delivery) ?? []), old.text ?? ""]);
      }
    }
  }

  /** Whether a delivery is a change that its message tells of. */
  tells(delivery: string): boolean {
    return this.#deliveries.has(delivery);
  }

  /** Whether a message was written anew before it went out: the newer one tells what stood there. */
  replaced(entry: Entry): boolean {
    return this.#replaced.has(entry.delivery ?? "");
  }

  /** What became of a message of ours. */
  about(entry: Entry): Amended {
    const id = entry.delivery ?? "";
    const before = [...(this.#unsent.get(id) ?? [])];
    const unsent = before.length > 0;
    let words = "";
    let deleted = false;
    let change: Change | undefined;
    for (const line of (id && this.#of.get(id)) || []) {
      const verb = line.entry.kind === "edit" ? "correct" : "recall";
      const text = line.entry.text ?? "";
      const state = line.state ?? "";
      const waits = UNDER_WAY.has(state);
      change = waits || REFUSED.has(state) ? { verb, text, line, failed: !waits } : undefined;
      if (change) continue;
      if (verb === "recall") deleted = true;
      else {
        before.push(words || entry.text || "");
        words = text;
      }
    }
    return { words: words || (unsent ? (entry.text ?? "") : ""), before, deleted, unsent, ...(change && { change }) };
  }
}
