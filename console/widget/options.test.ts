import { expect, test } from "vitest";
import { chosen, DEFAULTS } from "./options.ts";
import { spoken } from "./words.ts";

test("what makes no sense leaves the option as it was", () => {
  const made = chosen(DEFAULTS, { position: "above", theme: "dark", accent: 7, unknown: "x", title: "Tea & Co" });

  expect(made).toEqual({ ...DEFAULTS, theme: "dark", title: "Tea & Co" });
});

test.each([
  [["fr-FR", "vi-VN"], "vi"],
  [["zh-Hant-HK"], "zh-TW"],
  [["de"], "en"],
  [[], "en"],
])("of %j it speaks %s", (tags, language) => {
  expect(spoken(tags)).toBe(language);
});
