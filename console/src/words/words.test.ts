import { expect, test } from "vitest";
import { type Formats, formats, warmth } from "./format";
import type { Phrase } from "./shape";
import { type Key, LANGUAGES, type Language, phraseOf, preferred, sayer, WORDS } from "./words";

const KEYS = Object.keys(WORDS) as Key[];
const forms = (phrase: Phrase): string[] => (typeof phrase === "string" ? [phrase] : Object.values(phrase));
const values = (phrase: Phrase): string[] => [
  ...new Set(forms(phrase).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""))),
];
const spoken = (language: Language): Formats => formats(language);
/** Spaces that do not break are written as plain ones here. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

test.each(LANGUAGES)("%s has every word, none of them empty", (language) => {
  const empty = KEYS.filter((key) => forms(phraseOf(key, language)).some((form) => !form.trim()));

  expect(empty).toEqual([]);
});

test.each(LANGUAGES)("%s speaks of the same values as English", (language) => {
  const odd = KEYS.filter((key) =>
    values(phraseOf(key, language)).some((name) => name !== "n" && !values(phraseOf(key, "en")).includes(name)),
  );

  expect(odd).toEqual([]);
});

test.each(LANGUAGES)("%s has the plural forms its rules ask for, and no exclamation mark", (language) => {
  const rules = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const lacking = KEYS.filter((key) => {
    const phrase = phraseOf(key, language);
    return typeof phrase !== "string" && rules.some((rule) => !(rule in phrase) && !("other" in phrase));
  });

  expect(lacking).toEqual([]);
  expect(KEYS.filter((key) => forms(phraseOf(key, language)).some((form) => /[!！]/.test(form)))).toEqual([]);
});

test("a number chooses its form", () => {
  const [en, vi] = [sayer("en"), sayer("vi")];

  expect(en("inbox.unanswered", { n: 1 })).toBe("one line not answered");
  expect(en("inbox.unanswered", { n: 4 })).toBe("4 lines not answered");
  expect(vi("inbox.unanswered", { n: 1 })).toBe("1 tin chưa trả lời");
});

test("money stands as each country writes it", () => {
  expect(plain(spoken("vi").money("1290000", "VND"))).toBe("1.290.000 ₫");
  expect(plain(spoken("zh-TW").money("1290", "TWD"))).toBe("NT$ 1,290");
  expect(plain(spoken("en").money("12.5", "USD"))).toBe("US$12.50");
  expect(spoken("vi").money("on request", "VND")).toBe("on request");
});

test("days near today have names, far ones a year", () => {
  const now = new Date(2026, 10, 22, 12).getTime();
  const ago = (days: number): number => now - days * 86_400_000;

  expect(spoken("vi").day(now, now)).toBe("Hôm nay");
  expect(spoken("vi").day(ago(1), now)).toBe("Hôm qua");
  expect(spoken("zh-TW").day(now, now)).toBe("今天");
  expect(spoken("en").day(ago(400), now)).toContain("2025");
});

test("what comes on another day is told with its day, what was today with its hour alone", () => {
  const now = new Date(2026, 10, 22, 12).getTime();

  expect(spoken("en").short(now - 3_600_000, now)).toBe("11:00");
  expect(spoken("en").short(now + 22 * 3_600_000, now)).toBe("Mon 10:00");
});

test("a wait is told in its two largest words", () => {
  const { span } = spoken("en");

  expect([0, 12, 192, 700, 3 * 1440].map((minutes) => plain(span(minutes * 60_000)))).toEqual(["1m", "12m", "3h 12m", "11h", "3d"]);
});

test("a wait warms from grey to red as the promised time goes by", () => {
  expect([0, 3, 6, 8, 10, 99].map((minutes) => warmth(minutes, 10))).toEqual([0, 1, 2, 3, 4, 4]);
});

test("the first language of ours that the viewer reads is taken", () => {
  expect(preferred(["fr-FR", "zh-Hant-TW", "vi"])).toBe("zh-TW");
  expect(preferred(["fr-FR"])).toBe("en");
});
