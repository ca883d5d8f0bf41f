/** What the system's lines say, in the viewer's language: the hub writes them down in short words of its own. */

import type { Entry, Line } from "../../api/shapes";
import type { Formats } from "../../words/format";
import { isKey, type Key, type Say } from "../../words/words";

/** The sentence of a fact; what is not known by its words stands as the hub wrote it. */
export function factWords(entry: Entry, t: Say, f: Formats, names: (login: string) => string): string {
  const text = entry.text ?? "";
  const detail = entry.detail ?? {};
  const exact = `fact.${text.replace(/[^A-Za-z]+/g, "_")}`;
  if (text.startsWith("owner agent:")) return t("fact.owner_agent", { name: names(text.slice("owner agent:".length)) });
  if (text === "call") return callWords(detail, t);
  if (isKey(exact)) {
    const gate = `gate.${detail.reason ?? ""}`;
    const end = `run.${detail.end ?? detail.reason ?? ""}`;
    const reason = isKey(gate) ? t(gate) : isKey(end) ? t(end) : about(detail, f);
    const what = t(exact, detail);
    return reason ? t("fact.because", { what, reason }) : what;
  }
  const [head = "", ...rest] = text.split(": ");
  const tail = rest.join(": ");
  const key = `fact.${head.replace(/[^A-Za-z]+/g, "_")}`;
  const sentence = outcomeWords(detail.failure ?? "", t);
  if (sentence && isKey(key)) return `${t(`state.${head}` as Key)}: ${sentence}`;
  if (tail && isKey(key)) return t(key, { reason: head === "resolved" ? closedBecause(tail, t) : reasonWords(tail, t) });
  if (text.startsWith("merged ")) return t("fact.merged", { reason: tail });
  if (entry.kind === "edit") return t("fact.edited", { text });
  if (entry.kind === "delete") return t("fact.deleted");
  if (entry.kind === "reaction") return t("fact.reacted", { text: text || "–" });
  return notedWords(text, t) || text;
}

/** A call: who rang whom, and what became of it. */
function callWords(detail: Readonly<Record<string, string>>, t: Say): string {
  const seconds = Number(detail.seconds ?? 0);
  const time = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const key = `call.${detail.state ?? ""}`;
  const how = isKey(key) ? t(key, { time }) : (detail.state ?? "");
  return t(detail.way === "outgoing" ? "fact.call_out" : "fact.call_in", { how });
}

/** A provider's own name of something, as none of our facts is called. */
const THEIR_NAME = /^[a-z]+(_[a-z]+)+( |$)/;

/** What a provider notes by a word of its own and a detail; '' for what is no such word. One this screen does not know is spelt out. */
function notedWords(text: string, t: Say): string {
  const [name = "", ...rest] = text.split(" ");
  const key = [`noted.${text.replaceAll(" ", "_")}`, `noted.${name}`].find(isKey);
  if (key) return t(key, { detail: rest.join(" ") });
  return THEIR_NAME.test(text) ? t("fact.elsewhere", { what: text.replaceAll("_", " ") }) : "";
}

/** What a shop's event is about: the product, or the whole with its total; of a way here, the link or the advertisement. */
function about(detail: Readonly<Record<string, string>>, f: Formats): string {
  const price = detail.total || detail.price || "";
  const money = price ? f.money(price, detail.currency ?? "") : "";
  const what = detail.name || detail.items || detail.order || detail.headline || detail.ref || detail.ad || detail.topic || "";
  return [what, detail.variant ?? "", money].filter(Boolean).join(" · ");
}

/** What went wrong and what to do next, by the failure's word; '' for one this screen does not know. */
export function outcomeWords(failure: string, t: Say): string {
  const key = `outcome.${failure}`;
  return isKey(key) ? t(key) : "";
}

/** What the hub itself ends a message for: there are no words of the provider to show below. */
const OUR_OWN = new Set(["expired", "interrupted", "internal", "judged_again", "looping", "taken_over"]);

/** Why a message did not arrive: a sentence for people, and the provider's own code and words as they came. */
export function fateWords(line: Line, t: Say): { readonly sentence: string; readonly small: string } {
  const failure = line.failure ?? "";
  const known = outcomeWords(failure, t);
  const theirs = OUR_OWN.has(failure) ? "" : [line.code, line.reason].filter(Boolean).join(" · ");
  if (line.state === "unknown") {
    // Of these the sentence itself says that nobody knows.
    const tells = ["interrupted", "response_unparseable", "response_unexpected"].includes(failure);
    return { sentence: tells ? known : t("word.unknown"), small: theirs };
  }
  if (known) return { sentence: known, small: theirs };
  if (line.state !== "failed") return { sentence: "", small: "" };
  const reason = line.reason ? reasonWords(line.reason, t) : t("word.noreason");
  return { sentence: t("word.failed", { reason }), small: "" };
}

/** A reason as people say it; a provider's own words stay as they came. */
export function reasonWords(reason: string, t: Say): string {
  const key = `reason.${reason}`;
  return isKey(key) ? t(key) : reason;
}

/** Why a conversation was closed, as it was chosen; what somebody wrote themselves stays. */
export function closedBecause(reason: string, t: Say): string {
  const key = `closed.${reason}`;
  return isKey(key) ? t(key) : reasonWords(reason, t);
}
