/** What survives a reload. Where storage is forbidden the chat works as well; it only forgets. */

import type { Piece } from "./frames.ts";

const KEPT = "omnihub.chat";
/** One key per message, so that two tabs do not overwrite each other's. */
const UNSENT = `${KEPT}.unsent.`;

export interface Kept {
  session: string;
  read: string;
  user: string;
}

export interface Unsent {
  id: string;
  text: string;
  payload: string;
  at: number;
  files: (Piece & { id: string })[];
  user: string;
}

export const NOTHING: Kept = { session: "", read: "", user: "" };

export function recalled(): Kept {
  return { ...NOTHING, ...(read(KEPT) as Partial<Kept> | null) };
}

export function keep(kept: Kept): void {
  write(KEPT, kept);
}

export function keepUnsent(message: Unsent): void {
  write(UNSENT + message.id, message);
}

export function dropUnsent(id: string): void {
  write(UNSENT + id, null);
}

export function unsent(): Unsent[] {
  try {
    const found = Object.keys(localStorage)
      .filter((key) => key.startsWith(UNSENT))
      .map((key) => read(key) as Partial<Unsent> | null);
    return found
      .filter((one): one is Partial<Unsent> & { id: string } => Boolean(one?.id))
      .map((one) => ({ text: "", payload: "", at: 0, files: [], user: "", ...one }))
      .sort((a, b) => a.at - b.at);
  } catch {
    return [];
  }
}

/** Calls back when another tab has changed what is kept: the session, or a message that it sent. */
export function onOtherTab(changed: (sent: string | null) => void): void {
  addEventListener("storage", (event) => {
    if (event.key === KEPT || event.key === null) changed(null);
    else if (event.key.startsWith(UNSENT) && event.newValue === null) changed(event.key.slice(UNSENT.length));
  });
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
