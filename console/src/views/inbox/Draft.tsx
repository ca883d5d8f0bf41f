/** What the bot was about to say when a person took over: to send as it is, to change, or to put away. */

import { Bot } from "lucide-react";
import { useCallback, useState } from "react";
import { useDesk } from "../../feed/desk";
import { isDraft, speakerOf } from "../../feed/lines";
import type { DeskState, Line } from "../../feed/state";
import { useParts, useTry, useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import css from "./composer.module.css";

/** The newest suppressed draft nobody has answered since. */
export function latestDraft(lines: readonly Line[]): Line | undefined {
  for (const line of lines.toReversed()) {
    if (isDraft(line)) return line.entry.delivery ? line : undefined;
    if (line.entry.kind === "message" && speakerOf(line.entry.who) !== "customer") return undefined;
  }
  return undefined;
}

export function Draft({ customer, onEdit }: { customer: string; onEdit: (words: string) => void }) {
  const { desk, acts } = useParts();
  const { t } = useWords();
  const attempt = useTry();
  const [done, setDone] = useState("");
  const line = useDesk(
    desk,
    useCallback((state: DeskState) => latestDraft(state.timelines[customer]?.lines ?? []), [customer]),
  );
  const delivery = line?.entry.delivery ?? "";
  if (!line || done === delivery) return null;
  const text = line.entry.text || line.entry.message?.text || "";
  const end = (work: () => Promise<void>): void => {
    setDone(delivery);
    void attempt(work).then((went) => went || setDone(""));
  };
  return (
    <aside className={css.draft} aria-label={t("draft.title")}>
      <Bot size={16} aria-hidden="true" />
      <p>
        <strong>{t("draft.title")}</strong> <span dir="auto">{text}</span>
      </p>
      <div>
        <Button look="quiet" onPress={() => end(() => acts.retry(customer, delivery))}>
          {t("draft.send")}
        </Button>
        <Button
          look="quiet"
          onPress={() => {
            onEdit(text);
            end(() => acts.dismiss(customer, delivery));
          }}
        >
          {t("draft.edit")}
        </Button>
        <Button look="quiet" onPress={() => end(() => acts.dismiss(customer, delivery))}>
          {t("draft.dismiss")}
        </Button>
      </div>
    </aside>
  );
}
