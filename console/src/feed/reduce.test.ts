import { expect, test } from "vitest";
import type { HubFrame } from "../api/shapes";
import { reduce } from "./reduce";
import { counted, current, listed } from "./select";
import { type Card, type DeskState, empty, type Line, type News, type Pending } from "./state";

const ME = "an";

function card(n: number, more: Partial<Card> = {}): Card {
  return {
    customer: `cu-${n}`,
    conversation: `cv-${n}`,
    name: `Customer ${n}`,
    channel: "telegram",
    account: "bot",
    owner: { kind: "queue", agent: "" },
    epoch: 2,
    status: "open",
    opened: 1_000 + n,
    last_word: 1_000 + n,
    waiting_since: 1_000 + n,
    last: { who: "customer", text: "hello", at: 1_000 + n, kind: "message" },
    unanswered: 1,
    language: "vi",
    place: n,
    ...more,
  };
}

function line(n: number, text: string, more: Partial<Line["entry"]> = {}): Line {
  return { entry: { id: `tl-${n}`, at: 1_000 + n, kind: "message", who: "customer", text, ...more } };
}

function after(...news: News[]): DeskState {
  return news.reduce(reduce, reduce(empty, { kind: "me", login: ME }));
}

function page(cards: Card[], next = ""): News {
  return {
    kind: "list came",
    view: "queue",
    more: false,
    page: { conversations: cards, next, counts: { queue: cards.length, mine: 0, open: cards.length }, feed: "c1" },
  };
}

const asked: News = { kind: "list asked", view: "queue" };
const frame = (one: HubFrame): News => ({ kind: "frame", frame: one, now: 5_000 });
const told = (one: Card): News => frame({ type: "card", cursor: "c2", card: one });
const names = (state: DeskState): string[] => listed(state, "queue").map((one) => one.card.conversation);

function wish(more: Partial<Pending>): News {
  const pending: Pending = {
    key: "k1",
    act: "claim",
    customer: "cu-1",
    conversation: "cv-1",
    at: 2_000,
    text: "",
    taken: false,
    failed: "",
    ...more,
  };
  return { kind: "wished", pending };
}

test("the queue stands in its order, longest waiting first, whatever order the cards come in", () => {
  const state = after(asked, page([card(1), card(2)]), told(card(3)), told(card(0)));

  expect(names(state)).toEqual(["cv-0", "cv-1", "cv-2", "cv-3"]);
});

test("a card told twice stands once, and an older telling replayed after a reconnection changes nothing", () => {
  const claimed = card(1, { owner: { kind: "agent", agent: "binh" }, epoch: 3 });

  const state = after(asked, page([card(1)]), told(claimed), told(claimed), told(card(1)));

  expect(names(state)).toEqual([]);
  expect(state.cards["cv-1"]?.owner.agent).toBe("binh");
});

test("what the feed told while a list was read is newer than the list", () => {
  const resolved = card(1, { status: "resolved", epoch: 3, owner: { kind: "bot", agent: "" } });

  const state = after(asked, told(resolved), told(card(9)), page([card(1), card(2)]));

  expect(names(state)).toEqual(["cv-2", "cv-9"]);
});

test("after a resync what is no longer in the list is gone, and stays in sight until then", () => {
  const read = after(asked, page([card(1), card(2)]));

  const stale = reduce(read, { kind: "resync", views: ["queue"], timelines: true });
  const fresh = [asked, page([card(2)])].reduce(reduce, stale);

  expect(names(stale)).toEqual(["cv-1", "cv-2"]);
  expect(stale.lists.queue.loaded).toBe(false);
  expect(names(fresh)).toEqual(["cv-2"]);
});

test("cards behind the last page that was read are held back, for between them others may be missing", () => {
  const state = after(asked, page([card(1), card(2)], "more"), told(card(9)));

  expect(names(state)).toEqual(["cv-1", "cv-2"]);
});

test("a claim is seen at once, with the counts, and taken back where it is refused", () => {
  const read = after(asked, page([card(1)]));

  const claimed = reduce(read, wish({}));
  const refused = reduce(claimed, { kind: "refused", key: "k1", reason: "taken", keep: false });

  expect(names(claimed)).toEqual([]);
  expect(current(claimed, "cu-1")?.card.owner).toEqual({ kind: "agent", agent: ME });
  expect(counted(claimed)).toEqual({ queue: 0, mine: 1, comments: 0, open: 1 });
  expect(names(refused)).toEqual(["cv-1"]);
  expect(counted(refused)).toEqual({ queue: 1, mine: 0, comments: 0, open: 1 });
});

test("a claim the hub took is so, whether the feed tells of it or not, and is not undone by what it tells late", () => {
  const state = after(asked, page([card(1)]), wish({}), { kind: "taken", key: "k1", epoch: 3 }, told(card(1)));

  expect(state.pending).toEqual([]);
  expect(state.cards["cv-1"]).toMatchObject({ epoch: 3, owner: { agent: ME } });
});

test("a word stands as pending until its own line comes, and then once, though the answer to the request comes later", () => {
  const mine = line(5, "on its way", { who: `agent:${ME}` });

  const state = after(
    wish({ act: "say", text: "on its way" }),
    frame({ type: "lines", cursor: "c2", customer: "cu-1", lines: [mine] }),
    { kind: "taken", key: "k1", epoch: 3 },
    frame({ type: "lines", cursor: "c2", customer: "cu-1", lines: [mine] }),
  );

  expect(state.pending).toEqual([]);
  expect(state.timelines["cu-1"]?.lines).toHaveLength(1);
});

test("the same words said twice are answered one by one", () => {
  const mine = line(5, "yes", { who: `agent:${ME}` });

  const state = after(
    wish({ key: "k1", act: "say", text: "yes" }),
    wish({ key: "k2", act: "say", text: "yes" }),
    frame({ type: "lines", cursor: "c2", customer: "cu-1", lines: [mine] }),
  );

  expect(state.pending.map((one) => one.key)).toEqual(["k2"]);
});

test("a word that was refused stays with its reason until it is tried again or dropped", () => {
  const failed = after(wish({ act: "say", text: "hello" }), { kind: "refused", key: "k1", reason: "offline", keep: true });

  expect(failed.pending[0]?.failed).toBe("offline");
  expect(reduce(failed, { kind: "again", key: "k1" }).pending[0]?.failed).toBe("");
  expect(reduce(failed, { kind: "forget", key: "k1" }).pending).toEqual([]);
});

test("what became of a delivery changes its own line only", () => {
  const sent = line(1, "hi", { who: "bot", delivery: "dl-1" });
  const state = after(
    { kind: "timeline came", customer: "cu-1", older: false, page: { customer: "cu-1", lines: [sent, line(2, "and?")] } },
    frame({ type: "delivery", cursor: "c2", customer: "cu-1", delivery: "dl-1", state: "failed", reason: "blocked", code: "403" }),
  );

  expect(state.timelines["cu-1"]?.lines.map((one) => one.state)).toEqual(["failed", undefined]);
  expect(state.timelines["cu-1"]?.lines[0]?.reason).toBe("blocked");
});

test("older lines stand before what is known, and lines told meanwhile behind it, each once", () => {
  const first: News = {
    kind: "timeline came",
    customer: "cu-1",
    older: false,
    page: { customer: "cu-1", lines: [line(5, "5"), line(6, "6")], before: "b" },
  };
  const older: News = {
    kind: "timeline came",
    customer: "cu-1",
    older: true,
    page: { customer: "cu-1", lines: [line(3, "3"), line(5, "5")], before: "" },
  };

  const state = after(frame({ type: "lines", cursor: "c", customer: "cu-1", lines: [line(7, "7")] }), first, older);

  expect(state.timelines["cu-1"]?.lines.map((one) => one.entry.text)).toEqual(["3", "5", "6", "7"]);
  expect(state.timelines["cu-1"]?.before).toBe("");
});

test("whoever types is seen typing until their word comes", () => {
  const typing = after(frame({ type: "typing", customer: "cu-1", who: "customer" }));

  const said = reduce(typing, frame({ type: "lines", cursor: "c", customer: "cu-1", lines: [line(1, "here")] }));

  expect(typing.typing["cu-1"]?.customer).toBe(10_000);
  expect(said.typing["cu-1"]?.customer).toBeUndefined();
});

test("a merged customer is looked for where they are now", () => {
  const state = after(asked, page([card(1), card(2)]), frame({ type: "gone", cursor: "c", customer: "cu-2", to: "cu-1" }));

  expect(state.moved["cu-2"]).toBe("cu-1");
  expect(names(state)).toEqual(["cv-1"]);
});

test("comments are a list of their own: those that wait first, and only these are counted", () => {
  const post = { id: "77", text: "Áo dài" };
  const bot = { kind: "bot", agent: "" } as const;
  const cards = [
    card(1),
    card(2, { post }),
    card(3, { post, owner: bot, waiting_since: 0 }),
    card(4, { post, owner: bot, waiting_since: 0 }),
  ];
  const counts = { queue: 2, mine: 0, comments: 1, open: 4 };
  const state = after(...cards.map(told), frame({ type: "counts", ...counts }));

  const claimed = reduce(state, wish({ conversation: "cv-2", customer: "cu-2" }));

  expect(listed(state, "comments").map((one) => one.card.conversation)).toEqual(["cv-2", "cv-4", "cv-3"]);
  expect(counted(state)).toEqual(counts);
  expect(counted(claimed)).toEqual({ queue: 1, mine: 1, comments: 0, open: 4 });
});
