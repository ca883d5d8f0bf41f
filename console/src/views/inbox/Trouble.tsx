/** What could not be sent, and what can be done: under a word, and under what was done to a comment. */

import { useState } from "react";
import type { Line } from "../../api/shapes";
import type { Pending } from "../../feed/state";
import { useParts, useTry, useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import { fateWords } from "./facts";
import css from "./timeline.module.css";

/** What is done with a word that this page could not hand in. */
export interface Ends {
  readonly onAgain?: () => void;
  readonly onDrop?: () => void;
}

/** What went wrong with it, in words, and what can be done. */
export function Trouble({ item, customer, onAgain, onDrop }: Ends & { item: { line: Line; pending?: Pending }; customer: string }) {
  const { t } = useWords();
  const { acts } = useParts();
  const attempt = useTry();
  const [asked, setAsked] = useState(false);
  const { line, pending } = item;
  if (pending?.failed)
    return (
      <div className={css.trouble} role="alert">
        <span>{t("word.unsent")}</span>
        <Button look="quiet" onPress={onAgain}>
          {t("do.again")}
        </Button>
        <Button look="quiet" onPress={onDrop}>
          {t("do.drop")}
        </Button>
      </div>
    );
  if (line.state !== "failed" && line.state !== "unknown" && line.state !== "withdrawn") return null;
  const { sentence, small } = fateWords(line, t);
  if (!sentence) return null;
  if (line.state === "withdrawn") return <p className={css.why}>{sentence}</p>;
  return (
    <div className={css.trouble}>
      <span>{sentence}</span>
      {small && (
        <small className={css.why} dir="auto">
          {small}
        </small>
      )}
      <Button
        look="quiet"
        isDisabled={asked}
        onPress={() => {
          setAsked(true);
          void attempt(() => acts.retry(customer, line.entry.delivery ?? "")).then((done) => setAsked(done));
        }}
      >
        {asked ? t("word.retried") : t("do.retry")}
      </Button>
    </div>
  );
}
