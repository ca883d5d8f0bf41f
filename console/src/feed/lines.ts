/** Lines of a timeline: put together without doubling, and told as a reader wants them: corrections in their place, days parted. */

import type { Attachment, Entry, Line } from "../api/shapes";
import { dayOf } from "../words/format";
import { type Amended, Amends, isAmendment } from "./amends";
import type { Pending } from "./state";

/** Both in one order, each line once; of two tellings of a line the later one counts. */
export function merged(known: readonly Line[], told: readonly Line[]): readonly Line[] {
  if (!told.length) return known;
  const place = new Map(known.map((line, n) => [line.entry.id, n]));
  const all = [...known];
  let sorted = true;
  for (const line of told) {
    const n = place.get(line.entry.id);
    if (n !== undefined) {
      all[n] = line;
      continue;
    }
    const last = all.at(-1);
    sorted &&= !last || last.entry.at <= line.entry.at;
    place.set(line.entry.id, all.length);
    all.push(line);
  }
  // Sorting keeps the order of what was said in the same millisecond.
  return sorted ? all : (older(known, told) ?? all.sort((a, b) => a.entry.at - b.entry.at));
}

/** Where everything told lies before everything known (a page of older lines), they stand in front as they are. */
function older(known: readonly Line[], told: readonly Line[]): Line[] | undefined {
  const first = known[0];
  const last = told.at(-1);
  const ids = new Set(known.map((line) => line.entry.id));
  const fresh = told.filter((line) => !ids.has(line.entry.id));
  if (!first || !last || fresh.some((line) => line.entry.at > first.entry.at)) return undefined;
  return [...fresh, ...known];
}

/** The line of a delivery with what became of it. */
export function settled(
  lines: readonly Line[],
  delivery: string,
  fate: Pick<Line, "state" | "reason" | "code" | "failure">,
): readonly Line[] {
  return lines.map((line) =>
    line.entry.delivery === delivery && (isWord(line.entry) || isAmendment(line.entry)) ? { ...line, ...fate } : line,
  );
}

export type Speaker = "customer" | "agent" | "bot" | "nudge" | "system";

export function speakerOf(who: string): Speaker {
  if (who.startsWith("agent:")) return "agent";
  return who === "customer" || who === "bot" || who === "nudge" ? who : "system";
}

/** The login behind `agent:<login>`; '' for anybody else. */
export function loginOf(who: string): string {
  return who.startsWith("agent:") ? who.slice("agent:".length) : "";
}

export function isWord(entry: Entry): boolean {
  return entry.kind === "message" || entry.kind === "draft" || entry.kind === "comment";
}

/** What the bot wrote and did not send, because a person took over first. */
export function isDraft(line: Line): boolean {
  return line.entry.kind === "draft" || (isWord(line.entry) && line.state === "draft");
}

export interface Reaction {
  readonly emoji: string;
  readonly who: string;
}

/** A piece of a message. `coming`: the hub is fetching it; `lost`: why it could not be had ('': it is here, or was never elsewhere). */
export interface Piece {
  readonly media: Attachment;
  readonly coming: boolean;
  readonly lost: string;
}

/** What was done to a comment without a word: told by a line of its own, no bubble. */
const SILENT = new Set(["hide", "show", "like", "unlike"]);

export function isDeed(entry: Entry): boolean {
  return entry.kind === "message" && SILENT.has(entry.detail?.verb ?? "");
}

/** How a comment stands. `rule`: what hid it, where no person did; `private`: it has its one private answer, or that is on its way. */
export interface Standing {
  readonly hidden: boolean;
  readonly rule: string;
  readonly liked: boolean;
  readonly private: boolean;
}

export const PLAIN: Standing = { hidden: false, rule: "", liked: false, private: false };

/** What did not happen, or was put away before it did. */
const UNDONE = new Set(["failed", "withdrawn", "draft"]);

/** How each comment stands after all that was done to it, by its id. */
export function standings(lines: readonly Line[]): ReadonlyMap<string, Standing> {
  const all = new Map<string, Standing>();
  for (const { entry, state } of lines) {
    const fact = entry.kind === "fact" ? /^comment (hidden|shown) there$/.exec(entry.text ?? "")?.[1] : undefined;
    const verb = fact ? (fact === "hidden" ? "hide" : "show") : entry.kind === "message" ? (entry.detail?.verb ?? "") : "";
    const id = fact ? (entry.external_id ?? "") : (entry.detail?.comment ?? "");
    if (!verb || !id || UNDONE.has(state ?? "")) continue;
    const now = all.get(id) ?? PLAIN;
    if (verb === "hide" || verb === "show") all.set(id, { ...now, hidden: verb === "hide", rule: entry.detail?.rule ?? "" });
    if (verb === "like" || verb === "unlike") all.set(id, { ...now, liked: verb === "like" });
    if (verb === "private") all.set(id, { ...now, private: true });
  }
  return all;
}

/** What a provider may hold a file of; the rest is told by the message itself. */
const FETCHED = new Set([
  "image",
  "video",
  "audio",
  "voice",
  "file",
  "sticker",
  "share",
  "story_mention",
  "story_reply",
  "ig_reel",
  "unknown",
]);

/** What became of files, by line and place. */
function fetched(lines: readonly Line[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const all = new Map<string, Readonly<Record<string, string>>>();
  for (const { entry } of lines) if (isFile(entry) && entry.detail) all.set(`${entry.detail.line}/${entry.detail.place}`, entry.detail);
  return all;
}

function isFile(entry: Entry): boolean {
  return entry.kind === "file";
}

/** The pieces of a message as they are by now. */
function pieces(entry: Entry, files: ReadonlyMap<string, Readonly<Record<string, string>>>): readonly Piece[] {
  const theirs = (entry.attachments ?? []).map((media, n): Piece => {
    const told = files.get(`${entry.id}/${n}`);
    if (told?.state === "stored") return { media: kept(media, told), coming: false, lost: "" };
    if (told) return { media, coming: false, lost: told.reason || "gone" };
    const elsewhere = Boolean(media.url || media.media_id || media.file_id) && !media.url?.startsWith("/");
    const coming =
      (entry.who === "customer" || entry.kind === "post") && entry.address?.channel !== "webchat" && elsewhere && FETCHED.has(media.kind);
    return { media, coming, lost: "" };
  });
  const ours = (entry.message?.attachments ?? []).map((media): Piece => ({ media, coming: false, lost: "" }));
  return [...theirs, ...ours];
}

function kept(media: Attachment, told: Readonly<Record<string, string>>): Attachment {
  const kind = (told.kind as Attachment["kind"] | undefined) ?? media.kind;
  return { ...media, kind, url: told.url ?? "", mime_type: told.mime ?? "", filename: told.name ?? media.filename ?? "" };
}

/** One thing a timeline shows. `first`: whether the speaker's name stands above; `pending`: not told back yet. */
export type Item =
  | { readonly kind: "day"; readonly id: string; readonly at: number }
  | { readonly kind: "fact"; readonly id: string; readonly line: Line }
  | { readonly kind: "post"; readonly id: string; readonly line: Line; readonly pieces: readonly Piece[] }
  | { readonly kind: "deed"; readonly id: string; readonly line: Line }
  | { readonly kind: "note"; readonly id: string; readonly line: Line; readonly pending?: Pending }
  | {
      readonly kind: "word";
      readonly id: string;
      readonly line: Line;
      readonly first: boolean;
      readonly edited: string;
      readonly deleted: boolean;
      readonly amended: Amended;
      readonly reactions: readonly Reaction[];
      readonly pieces: readonly Piece[];
      readonly standing?: Standing;
      readonly pending?: Pending;
    };

/** The lines of one conversation: a thread under a post is read by itself. */
export function within(lines: readonly Line[], conversation: string): readonly Line[] {
  return conversation ? lines.filter(({ entry }) => entry.conversation === conversation) : lines;
}

const CLOSE_MS = 3 * 60_000;

/** What became of a message afterwards, by the provider's id of it. */
interface Aftermath {
  edited: string;
  deleted: boolean;
  reactions: Reaction[];
}

function aftermaths(lines: readonly Line[]): Map<string, Aftermath> {
  const all = new Map<string, Aftermath>();
  const of = (id: string): Aftermath => {
    const found = all.get(id) ?? { edited: "", deleted: false, reactions: [] };
    all.set(id, found);
    return found;
  };
  for (const { entry } of lines) {
    const target = entry.external_id ?? "";
    if (!target) continue;
    if (entry.kind === "edit") of(target).edited = entry.text ?? "";
    if (entry.kind === "delete") of(target).deleted = true;
    if (entry.kind === "reaction") {
      const one = of(target);
      const kept = one.reactions.filter((reaction) => reaction.who !== entry.who);
      const emoji = (entry.text ?? "").replace(/^-/, "");
      one.reactions = emoji && !(entry.text ?? "").startsWith("-") ? [...kept, { emoji, who: entry.who }] : kept;
    }
  }
  return all;
}

/** What a pending word or note looks like until its own line comes. */
function expected(pending: Pending, me: string): Line {
  const kind = pending.act === "note" ? "note" : "message";
  const entry: Entry = {
    id: pending.key,
    at: pending.at,
    kind,
    who: `agent:${me}`,
    text: pending.text,
    conversation: pending.conversation,
    ...(pending.attachments && { attachments: [...pending.attachments] }),
  };
  return { entry: pending.address ? { ...entry, address: pending.address } : entry };
}

/** Everything a timeline shows, oldest first. Corrections whose message is not here stand as facts by themselves. */
export function items(lines: readonly Line[], pending: readonly Pending[], me: string): readonly Item[] {
  const after = aftermaths(lines);
  const amends = new Amends(lines);
  const files = fetched(lines);
  const stand = standings(lines);
  const ids = new Set(
    lines.flatMap(({ entry, external_ids }) => (isWord(entry) ? [entry.external_id ?? "", ...(external_ids ?? [])] : [])),
  );
  const words = new Set(lines.flatMap(({ entry }) => (isWord(entry) && entry.delivery ? [entry.delivery] : [])));
  const shown: Item[] = [];
  let day = 0;
  let before: Entry | undefined;
  const add = (line: Line, asked?: Pending): void => {
    const { entry } = line;
    const midnight = dayOf(entry.at);
    if (midnight !== day) {
      day = midnight;
      before = undefined;
      shown.push({ kind: "day", id: `day-${midnight}`, at: entry.at });
    }
    if (entry.kind === "note") shown.push({ kind: "note", id: entry.id, line, ...(asked && { pending: asked }) });
    else if (entry.kind === "post") shown.push({ kind: "post", id: entry.id, line, pieces: pieces(entry, files) });
    else if (isDeed(entry)) shown.push({ kind: "deed", id: entry.id, line });
    else if (!isWord(entry)) shown.push({ kind: "fact", id: entry.id, line });
    else {
      const fates = [entry.external_id ?? "", ...(line.external_ids ?? [])].flatMap((id) => (id ? (after.get(id) ?? []) : []));
      const amended = amends.about(entry);
      shown.push({
        kind: "word",
        id: entry.id,
        line,
        first: !before || before.who !== entry.who || entry.at - before.at > CLOSE_MS,
        edited: fates.find((fate) => fate.edited)?.edited || amended.words,
        deleted: amended.deleted || fates.some((fate) => fate.deleted),
        amended,
        reactions: fates.flatMap((fate) => fate.reactions),
        pieces: pieces(entry, files),
        ...(entry.kind === "comment" && { standing: stand.get(entry.external_id ?? "") ?? PLAIN }),
        ...(asked && { pending: asked }),
      });
    }
    before = isWord(entry) && !isDeed(entry) ? entry : undefined;
  };
  for (const line of lines) {
    const ours = isAmendment(line.entry);
    const correction = !ours && ["edit", "delete", "reaction"].includes(line.entry.kind);
    // What became of a message stands under it: the fact of the same is for those whose message is not here.
    const id = line.entry.delivery ?? "";
    const told = line.entry.kind === "fact" && (words.has(id) || amends.tells(id));
    if (amends.replaced(line.entry) || (ours && words.has(line.entry.detail?.of ?? ""))) continue;
    // What became of a file stands in its message; of one on an older page there is nothing to say here.
    if (!told && !isFile(line.entry) && !(correction && ids.has(line.entry.external_id ?? ""))) add(line);
  }
  for (const one of pending) if (one.act === "say" || one.act === "note") add(expected(one, me), one);
  return shown;
}
