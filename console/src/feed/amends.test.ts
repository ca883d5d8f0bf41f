import { expect, test } from "vitest";
import { items, settled } from "./lines";
import type { Line } from "./state";

const NOON = new Date(2026, 10, 22, 12).getTime();

function line(id: string, more: Partial<Line["entry"]> = {}, fate: Partial<Line> = {}): Line {
  return { entry: { id, at: NOON, kind: "message", who: "agent:an", text: id, delivery: `dl-${id}`, ...more }, ...fate };
}

function change(id: string, kind: "edit" | "delete", text: string, fate: Partial<Line> = { state: "sent" }): Line {
  return line(id, { kind, text, detail: { of: "dl-a" } }, fate);
}

function words(lines: readonly Line[]) {
  return items(lines, [], "an").flatMap((item) => (item.kind === "word" ? [item] : []));
}

test("two corrections end with the newest words, and all that stood there before is kept", () => {
  const shown = words([line("a"), change("e", "edit", "b"), change("f", "edit", "c")]);

  expect(shown).toHaveLength(1);
  expect(shown[0]).toMatchObject({ edited: "c", deleted: false, amended: { before: ["a", "b"], unsent: false } });
});

test("one that failed leaves the words as they were, and says so until another one goes well", () => {
  const failed = change("e", "edit", "b", { state: "failed", failure: "unchangeable" });

  expect(words([line("a"), failed])[0]).toMatchObject({ edited: "", amended: { change: { failed: true, verb: "correct", text: "b" } } });
  expect(words([line("a"), failed, change("f", "edit", "c")])[0]).toMatchObject({ edited: "c" });
  expect(words([line("a"), failed, change("f", "edit", "c")])[0]?.amended.change).toBeUndefined();
});

test("one on its way is told as that", () => {
  expect(words([line("a"), change("e", "delete", "", { state: "sending" })])[0]).toMatchObject({
    deleted: false,
    amended: { change: { failed: false, verb: "recall" } },
  });
});

test("what comes of a correction reaches its line by the feed", () => {
  const lines = settled([line("a"), change("e", "edit", "b", { state: "queued" })], "dl-e", { state: "sent", reason: "", code: "" });

  expect(words(lines)[0]).toMatchObject({ edited: "b" });
});

test("taken back it stays in sight, struck out", () => {
  expect(words([line("a"), change("e", "delete", "")])[0]).toMatchObject({ deleted: true, edited: "" });
});

test("written anew before it went out, the newer message stands alone and tells what it said first", () => {
  const lines = [line("a", {}, { state: "withdrawn" }), line("b", { detail: { instead: "dl-a" } })];

  const shown = words(lines);

  expect(shown.map((item) => item.id)).toEqual(["b"]);
  expect(shown[0]).toMatchObject({ edited: "b", amended: { before: ["a"], unsent: true } });
});

test("a failed correction's fact is told under its message, a correction of an older page's by itself", () => {
  const fact = line("x", { kind: "fact", who: "system", text: "failed: no", delivery: "dl-e" });
  const lonely = line("y", { kind: "edit", detail: { of: "dl-older" } });

  const shown = items([line("a"), change("e", "edit", "b", { state: "failed" }), fact, lonely], [], "an");

  expect(shown.map((item) => item.kind)).toEqual(["day", "word", "fact"]);
});
