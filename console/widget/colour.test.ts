import { expect, test } from "vitest";
import { accents, contrast, parsed } from "./colour.ts";

const rgb = (css: string | undefined): [number, number, number] => (css ?? "").match(/\d+/g)?.map(Number) as [number, number, number];

test.each(["#0f6e67", "#e91e63", "#ff0", "#ffffff", "#000", "#888888", "#f60"])(
  "whatever the shop's colour %s, all text is readable",
  (colour) => {
    for (const dark of [false, true]) {
      const made = accents(colour, dark);
      expect(contrast(rgb(made?.["--fill"]), rgb(made?.["--on-fill"]))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(rgb(made?.["--accent"]), dark ? [26, 39, 37] : [249, 251, 251])).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test("what is no colour changes nothing", () => {
  expect(accents("red; background: url(x)", false)).toBeNull();
  expect(parsed("#12345")).toBeNull();
});
