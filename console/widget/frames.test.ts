import { expect, test } from "vitest";
import { later } from "./frames.ts";

test.each([
  ["2-0", "1-9", true],
  ["1-10", "1-9", true],
  ["1-0", "", true],
  ["", "", false],
  ["1-0", "1-0", false],
  ["9-0", "10-0", false],
])("%s behind %s: %s", (one, other, expected) => {
  expect(later(one, other)).toBe(expected);
});
