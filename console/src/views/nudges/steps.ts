/** What a step of a journey does, in words. */

import type { Formats } from "../../words/format";
import type { Say } from "../../words/words";
import type { Step } from "./shapes";

/** What a step does, in words. */
export function stepWords(step: Step, t: Say, f: Formats): string {
  if (step.kind === "send") return t("step.sends");
  if (step.lasts) return t("step.waits", { span: f.span(step.lasts) });
  if (step.since_entry) return t("step.since", { span: f.span(step.since_entry) });
  const minutes = step.hour ?? 0;
  return t("step.until", { hour: `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}` });
}
