import { expect, test } from "vitest";
import type { Shown } from "../../feed/select";
import { drawn } from "./posts";

const BOT = { kind: "bot", agent: "" } as const;
const QUEUE = { kind: "queue", agent: "" } as const;

function row(n: number, post: string, owner: typeof BOT | typeof QUEUE = QUEUE): Shown {
  const last = { who: "customer", text: "ib giá", at: n, kind: "comment" };
  return {
    card: {
      customer: `cu-${n}`,
      conversation: `co-${n}`,
      name: "",
      channel: "messenger",
      account: "shop",
      owner,
      epoch: 1,
      status: "open",
      opened: n,
      last_word: n,
      waiting_since: n,
      last,
      unanswered: 1,
      language: "vi",
      post: { id: post, text: `post ${post}` },
    },
  };
}

test("comments stand under their post, whoever waits longest first, and rows are counted through", () => {
  const items = drawn([row(1, "a"), row(2, "b"), row(3, "a"), row(4, "b", BOT)], "comments");

  expect(items.map((one) => (one.kind === "post" ? `${one.post.text}: ${one.waiting}` : `${one.index} ${one.key}`))).toEqual([
    "post a: 2",
    "0 co-1",
    "1 co-3",
    "post b: 1",
    "2 co-2",
    "3 co-4",
  ]);
  expect(items.map((one) => one.index)).toEqual([0, 0, 1, 2, 2, 3]);
});

test("elsewhere rows stand as they came", () => {
  const items = drawn([row(1, "a"), row(2, "b"), row(3, "a")], "queue");

  expect(items.map((one) => one.key)).toEqual(["co-1", "co-2", "co-3"]);
  expect(drawn([], "comments")).toEqual([]);
});
