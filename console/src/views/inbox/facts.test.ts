import { expect, test } from "vitest";
import type { Entry } from "../../api/shapes";
import { formats } from "../../words/format";
import { sayer } from "../../words/words";
import { closedBecause, factWords } from "./facts";

const names = (login: string): string => ({ an: "Nguyễn Văn An" })[login] ?? login;
const said = (text: string, more: Partial<Entry> = {}): string => {
  const entry: Entry = { id: "tl-1", at: 0, kind: "fact", who: "system", text, ...more };
  return factWords(entry, sayer("en"), formats("en"), names).replace(/\u00a0/g, " ");
};

test.each([
  ["owner agent:an", "Nguyễn Văn An took over"],
  ["owner bot", "The bot has it"],
  ["asked for a person", "Asked for a person"],
  ["resolved: a day of silence", "Closed: a day of silence"],
  ["resolved: answered", "Closed: Answered"],
  ["failed: the number is not on this channel", "Not sent: the number is not on this channel"],
  ["something quite new", "something quite new"],
  ["call_permission accept permanent", "Allows us to call at any time"],
  ["messaging_feedback 4", "Answered the survey: 4"],
  ["pass_thread_control 263902037430900", "Another app answers here now"],
  ["successful_payment", "Paid"],
  ["suggested_post_paid", "On the channel: suggested post paid"],
  ["ordered at the counter", "ordered at the counter"],
])("%s is told as %s", (text, words) => {
  expect(said(text)).toBe(words);
});

test("what a shop's event is about stands behind it", () => {
  const detail = { name: "Linen shirt", variant: "M", price: "590000", currency: "VND" };

  expect(said("Product Added", { detail })).toBe("Put something into the cart: Linen shirt · M · 590,000 ₫");
});

test("where somebody came from, and what became of a call, is told in words", () => {
  expect(said("came by", { detail: { headline: "Áo dài", ad: "6045" } })).toBe("Came by a link or an advertisement: Áo dài");
  expect(said("call", { detail: { state: "completed", way: "outgoing", seconds: "63" } })).toBe("We called: talked for 1:03");
  expect(said("call", { detail: { state: "missed", way: "incoming" } })).toBe("Called us: missed");
});

test("a nudge that was held back says why", () => {
  expect(said("nudge refused", { detail: { reason: "consent_refused" } })).toBe("A nudge was not sent: They said no to marketing here");
  expect(said("run ended", { detail: { reason: "ordered" } })).toBe("The journey ended: ordered");
});

test("why a conversation was closed is told in words, unless somebody wrote their own", () => {
  expect(closedBecause("spam", sayer("vi"))).toBe("Tin rác");
  expect(closedBecause("refund paid", sayer("vi"))).toBe("refund paid");
});
