/** What a look at an account showed, point by point; what is left to click at the provider, and what to enter there. */

import { Check, CircleAlert, CircleHelp, Copy, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SeenAccount } from "../../api/shapes";
import { useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import { inLanguage, isKey } from "../../words/words";
import css from "./accounts.module.css";

const ICONS = { good: Check, untold: CircleHelp, doubtful: TriangleAlert, wrong: CircleAlert } as const;

export function Proof({ seen }: { seen: SeenAccount }) {
  const { t, language } = useWords();
  const copies = Object.entries(seen.copies ?? {});
  const here = useRef<HTMLElement>(null);
  useEffect(() => {
    // Newer browsers give a promise, which is no clean-up.
    void here.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={here} className={css.proof} aria-label={t("accounts.proof")} role="status">
      <ul>
        {seen.points.map((point) => {
          const Icon = ICONS[point.grade];
          return (
            <li key={`${point.code}${point.words.en}`} data-grade={point.grade}>
              <Icon size={16} aria-hidden="true" />
              <span>{inLanguage(point.words, language)}</span>
            </li>
          );
        })}
      </ul>
      {copies.length > 0 && (
        <>
          <h3>{t("accounts.copies")}</h3>
          {copies.map(([what, value]) => (
            <Copied key={what} what={what} value={value} />
          ))}
        </>
      )}
      {(seen.clicks ?? []).length > 0 && (
        <>
          <h3>{t("accounts.clicks")}</h3>
          <ol>
            {(seen.clicks ?? []).map((click) => (
              <li key={click.en}>{inLanguage(click, language)}</li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Copied({ what, value }: { what: string; value: string }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  const key = `accounts.${what}`;
  const name = isKey(key) ? t(key) : what;
  const copy = async (): Promise<void> => {
    // There is no clipboard on http in a network of one's own: then the text is chosen for the keys.
    await navigator.clipboard?.writeText(value);
    setDone(true);
  };
  return (
    <div className={css.copied}>
      <code>{value}</code>
      <Button aria-label={t("accounts.copy", { what: name })} onPress={() => void copy()}>
        <Copy size={14} aria-hidden="true" /> {done ? t("accounts.copied") : name}
      </Button>
    </div>
  );
}
