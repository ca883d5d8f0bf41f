/** What is known after some news. Pure: the same news in the same order make the same knowledge. */

import type { HubFrame } from "../api/shapes";
import { merged, settled } from "./lines";
import { belongs, order, wished } from "./select";
import type { Card, DeskState, Line, ListState, News, Pending, ViewName } from "./state";
import { TYPING_MS } from "./state";

export function reduce(state: DeskState, news: News): DeskState {
  switch (news.kind) {
    case "me":
      return { ...state, me: news.login };
    case "link":
      return state.link === news.link ? state : { ...state, link: news.link };
    case "frame":
      return framed(state, news.frame, news.now);
    case "list asked":
      return withList(state, news.view, { reading: true, told: [] });
    case "list failed":
      return withList(state, news.view, { reading: false });
    case "list came":
      return listCame(state, news);
    case "timeline came":
      return timelineCame(state, news);
    case "resync":
      return resynced(state, news.views, news.timelines);
    case "wished":
      return { ...state, pending: [...state.pending, news.pending] };
    case "taken":
      return taken(state, news.key, news.epoch);
    case "refused":
      return {
        ...state,
        pending: state.pending.flatMap((one) => (one.key !== news.key ? [one] : news.keep ? [{ ...one, failed: news.reason }] : [])),
      };
    case "again":
      return { ...state, pending: state.pending.map((one) => (one.key === news.key ? { ...one, failed: "" } : one)) };
    case "forget":
      return { ...state, pending: state.pending.filter((one) => one.key !== news.key) };
  }
}

/** What the hub took is so, whether the feed tells it of this card or not; words and notes wait for their own line. */
function taken(state: DeskState, key: string, epoch: number): DeskState {
  const wish = state.pending.find((one) => one.key === key);
  if (!wish) return state;
  const card = state.cards[wish.conversation];
  const words = wish.act === "say" || wish.act === "note";
  const pending = state.pending.flatMap((one) => (one !== wish ? [one] : words ? [{ ...one, taken: true }] : []));
  if (!card || wish.act === "note" || card.epoch > epoch) return { ...state, pending };
  const changed = { ...wished(card, wish, state.me), epoch };
  return { ...state, pending, cards: { ...state.cards, [card.conversation]: changed } };
}

function fulfilled(wish: Pending, card: Card, me: string): boolean {
  switch (wish.act) {
    case "claim":
    case "reopen":
      return card.status === "open" && card.owner.agent === me;
    case "release":
      return card.owner.kind !== "agent";
    case "resolve":
      return card.status === "resolved";
    default:
      return false;
  }
}

function withList(state: DeskState, view: ViewName, change: Partial<ListState>): DeskState {
  return { ...state, lists: { ...state.lists, [view]: { ...state.lists[view], ...change } } };
}

/** A page of a list. Cards the feed told while it was read are newer than the page; cards the page should have and has not are gone. */
function listCame(state: DeskState, { view, page, more }: Extract<News, { kind: "list came" }>): DeskState {
  const { told } = state.lists[view];
  const newer = new Set(told);
  const cards: Record<string, Card> = { ...state.cards };
  const edge = page.conversations.reduce<number | null>((far, card) => Math.max(far ?? Number.NEGATIVE_INFINITY, order(card, view)), null);
  if (!more) {
    const there = new Set(page.conversations.map((card) => card.conversation));
    for (const card of Object.values(cards)) {
      const within = !page.next || (edge !== null && order(card, view) <= edge);
      const gone = belongs(card, view, state.me) && within && !there.has(card.conversation) && !newer.has(card.conversation);
      if (gone) delete cards[card.conversation];
    }
  }
  for (const card of page.conversations) if (!newer.has(card.conversation)) cards[card.conversation] = card;
  const list: ListState = { loaded: true, next: page.next, edge: edge ?? (more ? state.lists[view].edge : null), reading: false, told: [] };
  return { ...state, cards, counts: page.counts, lists: { ...state.lists, [view]: list } };
}

/** What was read is no longer to be trusted: it stays in sight, and is read again as if for the first time. */
function resynced(state: DeskState, views: readonly ViewName[], timelines: boolean): DeskState {
  const lists = { ...state.lists };
  for (const view of views) lists[view] = { ...lists[view], loaded: false };
  if (!timelines) return { ...state, lists };
  const stale = Object.entries(state.timelines).map(([id, one]) => [id, { ...one, loaded: false }] as const);
  return { ...state, lists, timelines: Object.fromEntries(stale) };
}

function timelineCame(state: DeskState, { customer, page, older }: Extract<News, { kind: "timeline came" }>): DeskState {
  const known = state.timelines[customer];
  // What the feed told while the first page was read is newer than that page.
  const lines = !known ? page.lines : known.loaded ? merged(known.lines, page.lines) : merged(page.lines, known.lines);
  const before = older || !known?.loaded ? (page.before ?? "") : known.before;
  const next = { ...state, timelines: { ...state.timelines, [customer]: { lines, before, loaded: true } } };
  return answered(next, customer, page.lines);
}

/** Wishes whose line has come are done. A line answers one wish: the oldest of the same words. */
function answered(state: DeskState, customer: string, lines: readonly Line[]): DeskState {
  let pending = state.pending;
  for (const { entry } of lines) {
    if (entry.who !== `agent:${state.me}` || (entry.kind !== "note" && entry.kind !== "message")) continue;
    const act = entry.kind === "note" ? "note" : "say";
    const done = pending.find(
      (one) =>
        one.act === act &&
        one.customer === customer &&
        one.text === (entry.text ?? "") &&
        sameFiles(one, entry) &&
        entry.at >= one.at - CLOCKS_APART_MS,
    );
    if (done) pending = pending.filter((one) => one !== done);
  }
  return pending === state.pending ? state : { ...state, pending };
}

/** Whether a line bears the files that were asked for. */
function sameFiles(wish: Pending, entry: Line["entry"]): boolean {
  const told = [...(entry.attachments ?? []), ...(entry.message?.attachments ?? [])].map((one) => one.url);
  const wished = (wish.attachments ?? []).map((one) => one.url);
  return told.join("\n") === wished.join("\n");
}

/** How far the browser's clock may run ahead of the hub's before a line of ours is not known again. */
const CLOCKS_APART_MS = 10 * 60_000;

function framed(state: DeskState, frame: HubFrame, now: number): DeskState {
  switch (frame.type) {
    case "welcome":
      return { ...state, counts: frame.counts };
    case "counts":
      return { ...state, counts: { queue: frame.queue, mine: frame.mine, comments: frame.comments ?? 0, open: frame.open } };
    case "card":
      return carded(state, frame.card);
    case "gone":
      return gone(state, frame.customer, frame.to);
    case "lines":
      return lined(state, frame.customer, frame.lines);
    case "delivery": {
      const known = state.timelines[frame.customer];
      if (!known) return state;
      const lines = settled(known.lines, frame.delivery, {
        state: frame.state,
        reason: frame.reason,
        code: frame.code,
        failure: frame.failure ?? "",
      });
      return { ...state, timelines: { ...state.timelines, [frame.customer]: { ...known, lines } } };
    }
    case "presence":
      return { ...state, people: frame.people };
    case "typing": {
      const there = { ...state.typing[frame.customer], [frame.who]: now + TYPING_MS };
      return { ...state, typing: { ...state.typing, [frame.customer]: there } };
    }
    default:
      return state;
  }
}

function carded(state: DeskState, card: Card): DeskState {
  const known = state.cards[card.conversation];
  // Replayed after a reconnection: an older telling changes nothing.
  if (known && known.epoch > card.epoch) return state;
  const lists = { ...state.lists };
  for (const view of Object.keys(lists) as ViewName[])
    if (lists[view].reading) lists[view] = { ...lists[view], told: [...lists[view].told, card.conversation] };
  const pending = state.pending.filter((one) => one.failed || one.conversation !== card.conversation || !fulfilled(one, card, state.me));
  return { ...state, lists, pending, cards: { ...state.cards, [card.conversation]: card } };
}

function lined(state: DeskState, customer: string, lines: readonly Line[]): DeskState {
  const known = state.timelines[customer] ?? { lines: [], before: "", loaded: false };
  const whole = merged(known.lines, lines);
  const typing = { ...state.typing[customer] };
  for (const { entry } of lines) delete typing[entry.who];
  const next = {
    ...state,
    typing: { ...state.typing, [customer]: typing },
    timelines: { ...state.timelines, [customer]: { ...known, lines: whole } },
  };
  return answered(next, customer, lines);
}

function gone(state: DeskState, customer: string, to: string): DeskState {
  const cards = Object.fromEntries(Object.entries(state.cards).filter(([, card]) => card.customer !== customer));
  const { [customer]: _, ...timelines } = state.timelines;
  return { ...state, cards, timelines, moved: { ...state.moved, [customer]: to } };
}
