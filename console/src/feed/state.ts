/** What the inbox knows: cards, timelines, who is here, and what this agent has asked for that the hub has not told back yet. */

import type { Attachment, Card, Counts, DeliveryState, HubFrame, InboxPage, Line, Present, TimelinePage, ViewName } from "../api/shapes";

/** How the live feed does. `lost`: nothing comes, the thin line on top tells it. */
export type Link = "opening" | "live" | "polling" | "lost";

/** One list as far as it was read. `next`: where to read on ('' at its end); `asked`: cards told since a reading was asked for. */
export interface ListState {
  readonly loaded: boolean;
  readonly next: string;
  readonly edge: number | null;
  readonly reading: boolean;
  readonly told: readonly string[];
}

/** A customer's lines, oldest first. `before`: where older ones begin ('': all are here). */
export interface TimelineState {
  readonly lines: readonly Line[];
  readonly before: string;
  readonly loaded: boolean;
}

/** Something this agent asked for: shown at once, taken back with `failed` as the reason. `key` is the request's, so it is never done twice. */
export interface Pending {
  readonly key: string;
  readonly act: "claim" | "release" | "resolve" | "reopen" | "say" | "note";
  readonly customer: string;
  readonly conversation: string;
  readonly at: number;
  readonly text: string;
  readonly address?: Line["entry"]["address"];
  readonly attachments?: readonly Attachment[];
  /** Taken by the hub; its line or card is on the way. */
  readonly taken: boolean;
  readonly failed: string;
}

export interface DeskState {
  readonly me: string;
  readonly link: Link;
  readonly cards: Readonly<Record<string, Card>>;
  readonly lists: Readonly<Record<ViewName, ListState>>;
  readonly counts: Counts;
  readonly timelines: Readonly<Record<string, TimelineState>>;
  readonly people: readonly Present[];
  /** Customer → who types → until when that holds (ms since 1970). */
  readonly typing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly pending: readonly Pending[];
  /** Merged customers: where to look instead ('': forgotten). */
  readonly moved: Readonly<Record<string, string>>;
}

export const TYPING_MS = 5_000;

const unread: ListState = { loaded: false, next: "", edge: null, reading: false, told: [] };

export const empty: DeskState = {
  me: "",
  link: "opening",
  cards: {},
  lists: { queue: unread, mine: unread, comments: unread, open: unread, resolved: unread },
  counts: { queue: 0, mine: 0, comments: 0, open: 0 },
  timelines: {},
  people: [],
  typing: {},
  pending: [],
  moved: {},
};

/** Whatever changes what is known: a frame of the feed, an answer that was read, a wish of the agent's. */
export type News =
  | { readonly kind: "me"; readonly login: string }
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "frame"; readonly frame: HubFrame; readonly now: number }
  | { readonly kind: "list asked"; readonly view: ViewName }
  | { readonly kind: "list came"; readonly view: ViewName; readonly page: InboxPage; readonly more: boolean }
  | { readonly kind: "list failed"; readonly view: ViewName }
  | { readonly kind: "timeline came"; readonly customer: string; readonly page: TimelinePage; readonly older: boolean }
  | { readonly kind: "resync"; readonly views: readonly ViewName[]; readonly timelines: boolean }
  | { readonly kind: "wished"; readonly pending: Pending }
  | { readonly kind: "taken"; readonly key: string; readonly epoch: number }
  | { readonly kind: "refused"; readonly key: string; readonly reason: string; readonly keep: boolean }
  | { readonly kind: "again"; readonly key: string }
  | { readonly kind: "forget"; readonly key: string };

export type { Card, Counts, DeliveryState, HubFrame, Line, Present, ViewName };
