/** Giving a conversation back to the bot, with what it should know of what was said meanwhile. */

import { type FormEvent, useState } from "react";
import type { Card } from "../../feed/state";
import { useParts, useToasts, useTry, useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/Sheet";
import css from "./talk.module.css";

const LONGEST = 2_000;

export function Release({ card, onClose }: { card: Card; onClose: () => void }) {
  const { acts } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const attempt = useTry();
  const [summary, setSummary] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onClose();
    void attempt(() => acts.release(card, summary.trim())).then((done) => done && show({ text: t("talk.released"), bad: false }));
  };
  return (
    <Sheet title={t("talk.release")} closeName={t("do.close")} onClose={onClose}>
      <form className={css.release} onSubmit={submit}>
        <p>{t("release.words")}</p>
        <label htmlFor="summary">{t("release.summary")}</label>
        <textarea
          id="summary"
          rows={3}
          maxLength={LONGEST}
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to write here
          autoFocus
          value={summary}
          placeholder={t("release.hint")}
          onChange={(event) => setSummary(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          }}
        />
        <Button type="submit" look="main">
          {t("release.do")}
        </Button>
      </form>
    </Sheet>
  );
}
