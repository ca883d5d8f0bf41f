/** Money, dates and spans of time as the viewer's language writes them. All instants in ms since 1970. */

import type { Language } from "./words";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const LOCALE: Readonly<Record<Language, string>> = { vi: "vi-VN", en: "en-GB", "zh-TW": "zh-TW" };
/** How shops in Vietnam and Taiwan write their own money; Intl writes TWD as a bare $ in Taiwan. */
const SIGNS: Readonly<Record<string, (amount: string) => string>> = {
  VND: (amount) => `${amount}\u00a0₫`,
  TWD: (amount) => `NT$\u00a0${amount}`,
};
const NO_CENTS = new Set(["VND", "TWD", "JPY", "KRW"]);

export interface Formats {
  readonly money: (amount: string, currency: string) => string;
  readonly number: (value: number) => string;
  /** A count where there is little room: `999`, then `1.2K`, `10 N`. */
  readonly many: (value: number) => string;
  readonly time: (at: number) => string;
  readonly day: (at: number, now: number) => string;
  readonly short: (at: number, now: number) => string;
  readonly full: (at: number) => string;
  readonly date: (at: number) => string;
  readonly span: (ms: number) => string;
  readonly languageName: (tag: string) => string;
  /** Bytes in the largest unit that leaves a number: `1.2 MB`. */
  readonly size: (bytes: number) => string;
}

/** Money as decimal text (`1290000`) in its currency's own form; text that is no number stays as it is. */
function moneyOf(language: Language): Formats["money"] {
  return (amount, currency) => {
    const value = Number(amount);
    if (amount.trim() === "" || !Number.isFinite(value)) return amount;
    const digits = NO_CENTS.has(currency) ? 0 : 2;
    const plain = new Intl.NumberFormat(LOCALE[language], { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
    const sign = SIGNS[currency];
    if (sign) return sign(plain);
    if (!/^[A-Z]{3}$/.test(currency)) return plain;
    return new Intl.NumberFormat(LOCALE[language], { style: "currency", currency }).format(value);
  };
}

/** A span in its two largest words at most: `12 m`, `3 h 12 m`, `4 d`. */
function spanOf(language: Language): Formats["span"] {
  const unit = (name: string): Intl.NumberFormat =>
    new Intl.NumberFormat(LOCALE[language], { style: "unit", unit: name, unitDisplay: language === "vi" ? "short" : "narrow" });
  const [minutes, hours, days] = [unit("minute"), unit("hour"), unit("day")];
  return (ms) => {
    // A wait of seconds is a minute: what flickers is not read.
    const whole = Math.max(1, Math.floor(ms / MINUTE));
    if (whole < 60) return minutes.format(whole);
    if (whole < 24 * 60) {
      const rest = whole % 60;
      return rest && whole < 10 * 60
        ? `${hours.format(Math.floor(whole / 60))} ${minutes.format(rest)}`
        : hours.format(Math.floor(whole / 60));
    }
    return days.format(Math.floor(whole / (24 * 60)));
  };
}

/** Midnight before an instant, in the viewer's zone. */
export function dayOf(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

export function formats(language: Language): Formats {
  const locale = LOCALE[language];
  const make = (options: Intl.DateTimeFormatOptions): ((at: number) => string) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (at) => format.format(at);
  };
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const time = make({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const weekday = make({ weekday: "short" });
  const near = make({ weekday: "long", day: "numeric", month: "long" });
  const far = make({ day: "numeric", month: "long", year: "numeric" });
  const brief = make({ day: "numeric", month: "numeric" });
  const names = new Intl.DisplayNames(locale, { type: "language" });
  const daysAgo = (at: number, now: number): number => Math.round((dayOf(now) - dayOf(at)) / DAY);
  const upper = (text: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
  return {
    money: moneyOf(language),
    number: (value) => new Intl.NumberFormat(locale).format(value),
    many: (value) => (value < 1000 ? String(value) : new Intl.NumberFormat(locale, { notation: "compact" }).format(value)),
    time,
    day: (at, now) => {
      const ago = daysAgo(at, now);
      if (ago === 0 || ago === 1) return upper(relative.format(-ago, "day"));
      return upper(ago < 180 ? near(at) : far(at));
    },
    short: (at, now) => {
      const ago = daysAgo(at, now);
      if (ago === 0) return time(at);
      if (ago < 0) return `${ago > -7 ? weekday(at) : brief(at)} ${time(at)}`;
      return ago < 7 ? weekday(at) : brief(at);
    },
    full: make({ dateStyle: "long", timeStyle: "medium" }),
    date: make({ dateStyle: "medium" }),
    span: spanOf(language),
    size: (bytes) => {
      const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
      const value = Math.max(bytes, 1000) / (unit === "kilobyte" ? 1e3 : 1e6);
      const digits = value < 10 && unit === "megabyte" ? 1 : 0;
      return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
    },
    languageName: (tag) => {
      try {
        return upper(names.of(tag) ?? tag);
      } catch {
        return tag;
      }
    },
  };
}

/** How warm a wait is, from 0 (fresh, grey) to 4 (over the promised time, red). */
export function warmth(waited: number, promised: number): 0 | 1 | 2 | 3 | 4 {
  const part = waited / promised;
  if (part < 0.25) return 0;
  if (part < 0.5) return 1;
  if (part < 0.75) return 2;
  return part < 1 ? 3 : 4;
}
