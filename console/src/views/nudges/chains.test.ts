import { expect, test } from "vitest";
import { chains } from "./chains";
import type { Step } from "./shapes";

const step = (id: string, next: string, then: string[] = []): Step => ({
  id,
  kind: "send",
  title: {},
  next,
  answers: then.map((to) => ({ payload: `press:${to}`, says: {}, then: to })),
});

test("a way that begins with an answer stands by itself, once, with the answer that leads there", () => {
  const journey = [
    step("first", "second", ["tonight", "stop"]),
    step("second", "", ["tonight"]),
    step("tonight", "evening"),
    step("evening", ""),
  ];

  const ways = chains(journey);

  expect(ways.map((way) => way.steps.map((one) => one.id))).toEqual([
    ["first", "second"],
    ["tonight", "evening"],
  ]);
  expect(ways.map((way) => way.begin.map((answer) => answer.payload))).toEqual([[], ["press:tonight"]]);
});

test("steps that lead back to an earlier one end there", () => {
  expect(chains([step("a", "b"), step("b", "a")])).toHaveLength(1);
});
