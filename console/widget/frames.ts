/** What page and hub say to each other: hub/model/webchat/chat.py, as the page sees it. */

export interface QuickReply {
  title: string;
  payload?: string;
}

export interface Piece {
  kind: string;
  url: string;
  name?: string;
  mime?: string;
  size?: number;
}

export interface Entry {
  id: string;
  who: string;
  at: number;
  text?: string;
  quick_replies?: QuickReply[];
  links?: Piece[];
  delivery?: string;
  /** It stands in the place of what was told under its id before; where `gone`, nothing does. */
  edited?: boolean;
  gone?: boolean;
}

export interface Shown extends Entry {
  type: "entry";
  cursor: string;
}

export type HubFrame =
  | { type: "welcome"; session: string; cursor: string; user?: string; channels?: string[]; file_size?: number }
  | { type: "ack"; id: string }
  | { type: "noted"; upto: string }
  | { type: "error"; code: string; text: string; id?: string }
  | { type: "typing"; who?: string }
  | { type: "linked"; channel: string; url: string; until: number }
  | Shown;

export type PageFrame =
  | { type: "hello"; session: string; cursor: string; read: string }
  | { type: "say"; id: string; text: string; payload?: string; language?: string; files?: string[] }
  | { type: "read"; upto: string; since?: string }
  | { type: "typing" }
  | { type: "login"; token: string }
  | { type: "link"; channel: string };

/** Whether a place in the log lies behind another: `<ms>-<n>`, the empty one before all. */
export function later(one: string, other: string): boolean {
  const [a = -1, b = 0] = one.split("-").filter(Boolean).map(Number);
  const [c = -1, d = 0] = other.split("-").filter(Boolean).map(Number);
  return a > c || (a === c && b > d);
}
