/** What the lists show of what is known: belonging and order come from the card itself, so a card is never in a wrong list. */

import type { Card, DeskState, Pending, ViewName } from "./state";

export const VIEWS: readonly ViewName[] = ["queue", "mine", "comments", "open", "resolved"];

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
  if (view === "comments") return Boolean(card.post);
  return view === "open" || (card.owner.kind === "agent" && card.owner.agent === me);
}

/** Comments that do not wait stand behind those that do: by this less their last word, as in the hub. */
const BEHIND = 1e15;

/** Smaller comes first: whoever waits longest, else whoever spoke last. Queue, comments and open are in the hub's own order. */
export function order(card: Card, view: ViewName): number {
  if (view === "queue") return card.waiting_since;
  if (view === "comments") return card.owner.kind === "queue" ? card.waiting_since : BEHIND - (card.last_word || card.opened);
  return view === "open" ? -(card.last_word || card.opened) : -Math.max(card.last.at, card.last_word, card.opened);
}

/** Lists that the hub pages in the order they are shown in: what stands behind the last page read is held back. */
const PAGED: readonly ViewName[] = ["queue", "comments", "open"];

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

/** How many a list counts: of the comments those that wait for a person. */
export type CountedView = Exclude<ViewName, "resolved">;
const COUNTED: readonly CountedView[] = ["queue", "mine", "comments", "open"];

function counts(card: Card, view: CountedView, me: string): boolean {
  return belongs(card, view, me) && (view !== "comments" || card.owner.kind === "queue");
}

/** The counts, moved at once by what was asked for. */
export function counted(state: DeskState): Record<CountedView, number> {
  // A hub of the version before counts no comments.
  const now = { ...state.counts, comments: state.counts.comments ?? 0 };
  for (const [conversation, wish] of wishes(state)) {
    const before = state.cards[conversation];
    if (!before) continue;
    const after = wished(before, wish, state.me);
    for (const view of COUNTED) now[view] += Number(counts(after, view, state.me)) - Number(counts(before, view, state.me));
  }
  for (const view of COUNTED) now[view] = Math.max(0, now[view]);
  return now;
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
