import { expect, test } from "vitest";
import { isDraft, items, merged } from "./lines";
import type { Line } from "./state";

const NOON = new Date(2026, 10, 22, 12).getTime();

function line(id: string, more: Partial<Line["entry"]> = {}, fate: Partial<Line> = {}): Line {
  return { entry: { id, at: NOON, kind: "message", who: "customer", text: id, ...more }, ...fate };
}

test("lines are put together in their order, each once, the later telling counts", () => {
  const known = [line("a"), line("b", { at: NOON + 2 })];

  const all = merged(known, [line("b", { at: NOON + 2, text: "b again" }), line("c", { at: NOON + 3 })]);

  expect(all.map((one) => one.entry.text)).toEqual(["a", "b again", "c"]);
});

test("a day stands once before its lines", () => {
  const shown = items([line("a", { at: NOON - 86_400_000 }), line("b"), line("c")], [], "an");

  expect(shown.map((item) => item.kind)).toEqual(["day", "word", "day", "word", "word"]);
});

test("a correction stands in the message it corrects, a lonely one by itself", () => {
  const said = line("a", { external_id: "m1" });
  const edit = line("e", { kind: "edit", external_id: "m1", text: "better" });
  const react = line("r", { kind: "reaction", external_id: "m1", text: "👍" });
  const lonely = line("d", { kind: "delete", external_id: "m0" });

  const shown = items([said, edit, react, lonely], [], "an");

  expect(shown.map((item) => item.kind)).toEqual(["day", "word", "fact"]);
  expect(shown[1]).toMatchObject({ edited: "better", reactions: [{ emoji: "👍", who: "customer" }] });
});

test("a reaction that is taken back is gone", () => {
  const said = line("a", { external_id: "m1" });
  const on = line("r", { kind: "reaction", external_id: "m1", text: "👍" });
  const off = line("s", { kind: "reaction", external_id: "m1", text: "" });

  expect(items([said, on, off], [], "an")[1]).toMatchObject({ reactions: [] });
});

test("a reaction finds the message of ours by any of the provider's ids", () => {
  const ours = line("a", { who: "bot" }, { external_ids: ["41", "42"] });

  const shown = items([ours, line("r", { kind: "reaction", external_id: "42", text: "❤" })], [], "an");

  expect(shown[1]).toMatchObject({ reactions: [{ emoji: "❤" }] });
});

test("the speaker's name stands above the first of some lines, not above each", () => {
  const shown = items([line("a"), line("b", { at: NOON + 1_000 }), line("c", { who: "bot", at: NOON + 2_000 })], [], "an");

  expect(shown.flatMap((item) => (item.kind === "word" ? [item.first] : []))).toEqual([true, false, true]);
});

test("that a message failed is told under it, and by itself only where the message is not here", () => {
  const fact = line("f", { kind: "fact", who: "system", text: "failed: no", delivery: "dl-1" });
  const said = line("a", { who: "bot", delivery: "dl-1" }, { state: "failed" });

  expect(items([said, fact], [], "an").map((item) => item.kind)).toEqual(["day", "word"]);
  expect(items([fact], [], "an").map((item) => item.kind)).toEqual(["day", "fact"]);
});

test("a word of the bot that was kept back is a draft", () => {
  expect(isDraft(line("a", { who: "bot" }, { state: "draft" }))).toBe(true);
  expect(isDraft(line("a", { who: "bot" }, { state: "sent" }))).toBe(false);
});

test("a customer's file is coming, then here or lost, in its own message and nowhere else", () => {
  const address = { channel: "line", account: "shop", id: "U1" };
  const attachments = [
    { kind: "image", media_id: "1" },
    { kind: "video", media_id: "2" },
    { kind: "location", latitude: 1, longitude: 2 },
  ] as const;
  const said = line("a", { address, attachments: [...attachments] });
  const here = line("f", {
    kind: "file",
    who: "system",
    detail: { line: "a", place: "0", state: "stored", url: "/media/x", kind: "image", mime: "image/png", name: "p.png" },
  });
  const lost = line("g", { kind: "file", who: "system", detail: { line: "a", place: "1", state: "unavailable", reason: "too_large" } });
  const state = (lines: readonly Line[]) => items(lines, [], "an").flatMap((item) => (item.kind === "word" ? item.pieces : []));

  expect(state([said]).map((one) => one.coming)).toEqual([true, true, false]);
  expect(state([said, here, lost]).map((one) => [one.coming, one.lost, one.media.url ?? ""])).toEqual([
    [false, "", "/media/x"],
    [false, "too_large", ""],
    [false, "", ""],
  ]);
  expect(items([said, here, lost], [], "an").map((item) => item.kind)).toEqual(["day", "word"]);
});
