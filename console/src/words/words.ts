/** Words of the screens: a typed table for each language, plural forms by Intl. */

import { accounts } from "./rows/accounts";
import { alerts } from "./rows/alerts";
import { channels } from "./rows/channels";
import { comments } from "./rows/comments";
import { customers } from "./rows/customers";
import { facts } from "./rows/facts";
import { gate } from "./rows/gate";
import { inbox } from "./rows/inbox";
import { noted } from "./rows/noted";
import { nudges } from "./rows/nudges";
import { outcomes } from "./rows/outcomes";
import { settings } from "./rows/settings";
import { shell } from "./rows/shell";
import type { Phrase } from "./shape";

export type Language = "vi" | "en" | "zh-TW";
export const LANGUAGES: readonly Language[] = ["vi", "en", "zh-TW"];

export const WORDS = {
  ...shell,
  ...alerts,
  ...inbox,
  ...facts,
  ...noted,
  ...channels,
  ...comments,
  ...accounts,
  ...customers,
  ...nudges,
  ...gate,
  ...outcomes,
  ...settings,
} as const;
export type Key = keyof typeof WORDS;
export type Values = Readonly<Record<string, string | number>>;
export type Say = (key: Key, values?: Values) => string;

const COLUMN: Readonly<Record<Language, 0 | 1 | 2>> = { en: 0, vi: 1, "zh-TW": 2 };

/** A key's phrase in a language. */
export function phraseOf(key: Key, language: Language): Phrase {
  return WORDS[key][COLUMN[language]];
}

/** The language of a tag (`zh-Hant-HK` → zh-TW), or none of ours. */
export function languageOf(tag: string): Language | undefined {
  const low = tag.toLowerCase();
  if (low.startsWith("vi")) return "vi";
  if (low.startsWith("zh")) return "zh-TW";
  return low.startsWith("en") ? "en" : undefined;
}

/** The first of the viewer's languages that is ours; English where none is. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const found = languageOf(tag);
    if (found) return found;
  }
  return "en";
}

/** Says a key in a language. A plural phrase is chosen by the value `n`; numbers are written as the language writes them. */
export function sayer(language: Language): Say {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language === "vi" ? "vi-VN" : language);
  const written = (value: string | number | undefined, name: string): string => {
    if (value === undefined) return `{${name}}`;
    return typeof value === "number" ? number.format(value) : value;
  };
  return (key, values = {}) => {
    const phrase = phraseOf(key, language);
    const form = typeof phrase === "string" ? phrase : (phrase[plural.select(Number(values.n ?? 0))] ?? phrase.other ?? "");
    return form.replace(/\{(\w+)\}/g, (_, name: string) => written(values[name], name));
  };
}

/** A sentence the hub has in all our languages; English where it has no other. */
export function inLanguage(words: Readonly<Record<string, string>>, language: Language): string {
  return words[language] ?? words.en ?? "";
}

/** Whether a text is a key: for words that are made of what the hub says (`state.sent`). */
export function isKey(text: string): text is Key {
  return Object.hasOwn(WORDS, text);
}
