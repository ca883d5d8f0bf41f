import { expect, test } from "vitest";
import { firstLoad } from "./budget.ts";

const text = (letters: number): string => Array.from({ length: letters }, (_, n) => String.fromCharCode(33 + ((n * 7919) % 90))).join("");

test("the first load is the entry, what it imports at once, and their styles; what comes later does not count", () => {
  const built = {
    "index.js": { code: text(1000), imports: ["shared.js"], entry: true, css: ["index.css"] },
    "shared.js": { code: text(2000), imports: [], entry: false, css: [] },
    "later.js": { code: text(50_000), imports: ["shared.js"], entry: false, css: ["later.css"] },
  };

  const size = firstLoad(built, { "index.css": text(500), "later.css": text(9000) });

  expect(size).toBe(firstLoad({ ...built, "later.js": { ...built["later.js"], code: "" } }, { "index.css": text(500) }));
  expect(firstLoad(built, {})).toBeLessThan(size);
});
