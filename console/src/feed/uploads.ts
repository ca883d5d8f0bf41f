/** Files an agent has put to a message: on their way up at once, kept for each customer by itself until the message is sent. */

import { type Api, newKey, Problem } from "../api/client";
import type { Attachment, KeptFile } from "../api/shapes";
import { recall, remember } from "../shell/prefs";

/** One file. `risen`: how much of it is up, 0 to 1; `problem`: why it did not come up; `kept`: what a message names, once it is. */
export interface Piece {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly risen: number;
  readonly problem?: Problem;
  readonly kept?: Attachment;
  /** A picture's own address in this window. */
  readonly preview?: string;
}

/** As many as one message may have, in the console as in the widget. */
export const MOST_PIECES = 10;
const NOTHING: readonly Piece[] = [];

export class Uploads {
  readonly #api: Api;
  readonly #ears = new Set<() => void>();
  readonly #pieces = new Map<string, readonly Piece[]>();
  readonly #files = new Map<string, File>();
  readonly #rising = new Map<string, AbortController>();

  constructor(api: Api) {
    this.#api = api;
  }

  readonly subscribe = (ear: () => void): (() => void) => {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  };

  /** What is put to the message for this customer; what was up before the page was loaded anew is there again. */
  of(customer: string): readonly Piece[] {
    const known = this.#pieces.get(customer);
    if (known) return known;
    const found = restored(recall(nameOf(customer)));
    this.#pieces.set(customer, found);
    return found;
  }

  /** Put files to the message. `most`: bytes of one file, larger ones are not even begun. Returns how many were one too many. */
  add(customer: string, files: readonly File[], most: number): number {
    const room = Math.max(0, MOST_PIECES - this.of(customer).length);
    for (const file of files.slice(0, room)) {
      const tooLarge = file.size > most;
      const shows = !tooLarge && /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type);
      const piece: Piece = {
        id: newKey(),
        name: file.name || "file",
        size: file.size,
        type: file.type,
        risen: 0,
        ...(tooLarge && { problem: new Problem({ status: 413, code: "size" }) }),
        ...(shows && { preview: URL.createObjectURL(file) }),
      };
      this.#files.set(piece.id, file);
      this.#set(customer, [...this.of(customer), piece]);
      if (!tooLarge) void this.#rise(customer, piece.id);
    }
    return Math.max(0, files.length - room);
  }

  /** Try again what did not come up. */
  again(customer: string, id: string): void {
    if (this.#files.has(id) && !this.#rising.has(id)) void this.#rise(customer, id);
  }

  /** The network is back: what it had broken off goes up again. */
  hurry(): void {
    for (const [customer, pieces] of this.#pieces) for (const one of pieces) if (one.problem?.passing) this.again(customer, one.id);
  }

  drop(customer: string, id: string): void {
    this.#rising.get(id)?.abort();
    this.#forget(this.of(customer).filter((one) => one.id === id));
    this.#set(
      customer,
      this.of(customer).filter((one) => one.id !== id),
    );
  }

  /** What is up, to be named by a message, which has it from now on. */
  take(customer: string): readonly Attachment[] {
    const pieces = this.of(customer);
    const kept = pieces.flatMap((one) => one.kept ?? []);
    this.#forget(pieces);
    this.#set(customer, []);
    return kept;
  }

  async #rise(customer: string, id: string): Promise<void> {
    const file = this.#files.get(id);
    if (!file) return;
    const stop = new AbortController();
    this.#rising.set(id, stop);
    this.#change(customer, id, (one) => without(one, 0));
    const query = new URLSearchParams({ customer, name: file.name });
    try {
      const told = await this.#api.upload<KeptFile>(`/api/files?${query}`, file, {
        signal: stop.signal,
        onRisen: (risen) => this.#change(customer, id, (one) => ({ ...one, risen })),
      });
      const { kind, url, filename, mime_type, size } = told;
      const kept = { kind, url, filename, mime_type, size } as Attachment;
      this.#change(customer, id, (one) => ({ ...one, name: filename, risen: 1, kept }));
    } catch (error) {
      if (stop.signal.aborted) return;
      const problem = error instanceof Problem ? error : new Problem({ status: 0, code: "offline" });
      this.#change(customer, id, (one) => ({ ...without(one, 0), problem }));
    } finally {
      this.#rising.delete(id);
    }
  }

  #change(customer: string, id: string, change: (piece: Piece) => Piece): void {
    this.#set(
      customer,
      this.of(customer).map((one) => (one.id === id ? change(one) : one)),
    );
  }

  #set(customer: string, pieces: readonly Piece[]): void {
    this.#pieces.set(customer, pieces.length ? pieces : NOTHING);
    const kept = pieces.flatMap(({ id, kept }) => (kept ? [{ id, kept }] : []));
    remember(nameOf(customer), kept.length ? JSON.stringify(kept) : "");
    for (const ear of this.#ears) ear();
  }

  #forget(pieces: readonly Piece[]): void {
    for (const one of pieces) {
      this.#files.delete(one.id);
      if (one.preview) URL.revokeObjectURL(one.preview);
    }
  }
}

const nameOf = (customer: string): string => `files:${customer}`;

function without(piece: Piece, risen: number): Piece {
  const { problem: _, ...rest } = piece;
  return { ...rest, risen };
}

function restored(text: string): readonly Piece[] {
  try {
    const found = JSON.parse(text || "[]") as readonly { id: string; kept: Attachment }[];
    return found.map(({ id, kept }) => ({
      id,
      name: kept.filename ?? "",
      size: kept.size ?? 0,
      type: kept.mime_type ?? "",
      risen: 1,
      kept,
    }));
  } catch {
    return NOTHING;
  }
}

/** How a channel takes a file: as what it is, as a link in the words, or not at all. */
export type Way = "shown" | "link" | "lost";

export interface Limits {
  readonly most: number;
  readonly endings: readonly string[];
  readonly reached: boolean;
  readonly kinds: readonly { readonly kind: string; readonly most?: number; readonly types?: readonly string[] }[];
}

/** The hub's own rule (`carries` in hub/model/messaging/message.py), told before anything is sent. */
export function wayOf(piece: Attachment, limits: Limits | undefined): Way {
  if (!limits) return "shown";
  if (!limits.reached) return "lost";
  const can = limits.kinds.find((one) => one.kind === piece.kind);
  if (!can) return "link";
  const fits = !can.most || (piece.size ?? 0) <= can.most;
  const known = !can.types?.length || !piece.mime_type || can.types.includes(piece.mime_type);
  return fits && known ? "shown" : "link";
}
