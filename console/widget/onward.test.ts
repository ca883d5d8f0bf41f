import { expect, test } from "vitest";
import { moved, nameOf } from "./onward.ts";

test.each([
  ["ArrowDown", 0, 1],
  ["ArrowDown", 2, 0],
  ["ArrowUp", 0, 2],
  ["Home", 2, 0],
  ["End", 0, 2],
  ["a", 1, -1],
])("%s from %i leads to %i of three", (key, now, wanted) => {
  expect(moved(key, now, 3)).toBe(wanted);
});

test("a customer reads the app's name, not ours for its channel", () => {
  expect(nameOf("whatsapp_cloud")).toBe("WhatsApp");
  expect(nameOf("own_app")).toBe("own_app");
});
