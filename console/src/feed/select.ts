/** What the lists show of what is known: belonging and order come from the card itself, so a card is never in a wrong list. */

import type { Card, DeskState, Pending, ViewName } from "./state";

export const VIEWS: readonly ViewName[] = ["queue", "mine", "open", "resolved"];

/** A card as the agent sees it. `wish`: what they asked for of it that is not told back yet. */
export interface Shown {
  readonly card: Card;
  readonly wish?: Pending;
}

/** Whether a conversation belongs to a list. */
export function belongs(card: Card, view: ViewName, me: string): boolean {
  if (view === "resolved") return card.status === "resolved";
  if (card.status !== "open") return false;
  if (view === "queue") return card.owner.kind === "queue";
  return view === "open" || (card.owner.kind === "agent" && card.owner.agent === me);
}

/** Smaller comes first: in the queue whoever waits longest, elsewhere whoever spoke last. Queue and open are in the hub's own order. */
export function order(card: Card, view: ViewName): number {
  if (view === "queue") return card.waiting_since;
  return view === "open" ? -(card.last_word || card.opened) : -Math.max(card.last.at, card.last_word, card.opened);
}

/** Lists that the hub pages in the order they are shown in: what stands behind the last page read is held back. */
const PAGED: readonly ViewName[] = ["queue", "open"];

/** The card with what was asked for already done. */
export function wished(card: Card, wish: Pending | undefined, me: string): Card {
  switch (wish?.act) {
    case "claim":
    case "say":
    case "reopen":
      return { ...card, status: "open", owner: { kind: "agent", agent: me }, waiting_since: 0 };
    case "release":
      return { ...card, owner: { kind: "bot", agent: "" } };
    case "resolve":
      return { ...card, status: "resolved" };
    default:
      return card;
  }
}

/** The newest wish about each conversation that changes who has it; one that failed changes nothing. */
function wishes(state: DeskState): Map<string, Pending> {
  const found = new Map<string, Pending>();
  for (const one of state.pending) if (one.act !== "note" && !one.failed) found.set(one.conversation, one);
  return found;
}

/** A list in its order. Cards behind what was read so far are held back: between them others may be missing. */
export function listed(state: DeskState, view: ViewName): readonly Shown[] {
  const { edge, next } = state.lists[view];
  const asked = wishes(state);
  const found: { shown: Shown; place: number }[] = [];
  for (const known of Object.values(state.cards)) {
    const wish = asked.get(known.conversation);
    const card = wished(known, wish, state.me);
    if (!belongs(card, view, state.me)) continue;
    const place = order(card, view);
    if (next && edge !== null && place > edge && PAGED.includes(view)) continue;
    found.push({ shown: wish ? { card, wish } : { card }, place });
  }
  found.sort((a, b) => a.place - b.place || a.shown.card.conversation.localeCompare(b.shown.card.conversation));
  return found.map((one) => one.shown);
}

/** The conversation of a customer to work on: the one chosen, else the open one in private, else the newest. */
export function current(state: DeskState, customer: string, chosen = ""): Shown | undefined {
  const asked = wishes(state);
  const theirs = Object.values(state.cards)
    .filter((card) => card.customer === customer)
    .map((card): Shown => {
      const wish = asked.get(card.conversation);
      return wish ? { card: wished(card, wish, state.me), wish } : { card };
    });
  const rank = ({ card }: Shown): number => (card.conversation === chosen ? -1 : card.status === "open" ? (card.post ? 1 : 0) : 2);
  return theirs.sort((a, b) => rank(a) - rank(b) || b.card.opened - a.card.opened)[0];
}

/** The counts, moved at once by what was asked for. */
export function counted(state: DeskState): { queue: number; mine: number; open: number } {
  const now = { ...state.counts };
  for (const [conversation, wish] of wishes(state)) {
    const before = state.cards[conversation];
    if (!before) continue;
    const after = wished(before, wish, state.me);
    for (const view of ["queue", "mine", "open"] as const)
      now[view] += Number(belongs(after, view, state.me)) - Number(belongs(before, view, state.me));
  }
  return { queue: Math.max(0, now.queue), mine: Math.max(0, now.mine), open: Math.max(0, now.open) };
}

/** Colleagues who look at this customer too. */
export function watching(state: DeskState, customer: string): readonly { login: string; name: string }[] {
  const seen = new Map(state.people.filter((one) => one.customer === customer && one.login !== state.me).map((one) => [one.login, one]));
  return [...seen.values()];
}

/** Who types to or as this customer right now: `customer`, or `agent:<login>` of a colleague. */
export function typists(state: DeskState, customer: string, now: number): readonly string[] {
  return Object.entries(state.typing[customer] ?? {})
    .filter(([who, until]) => until > now && who !== `agent:${state.me}`)
    .map(([who]) => who);
}

export function isView(name: string): name is ViewName {
  return (VIEWS as readonly string[]).includes(name);
}
