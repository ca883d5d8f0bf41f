/** What a step says and what happened at it; every number leads to the people behind it. */

import { useEffect, useRef, useState } from "react";
import { useWords } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { to } from "../../shell/route";
import { isKey } from "../../words/words";
import { Why } from "../customers/Runs";
import css from "./nudges.module.css";
import type { Journey, RunSeen, Step } from "./shapes";
import { stepWords } from "./steps";

export function StepPanel({ journey, step, newest }: { journey: Journey; step: Step | undefined; newest: readonly RunSeen[] }) {
  const { t, f, language } = useWords();
  const counts = step ? (journey.counts[step.id] ?? {}) : {};
  const reasons = Object.entries(counts.reasons ?? {}).sort((a, b) => b[1] - a[1]);
  const texts = step?.text?.[language] ?? step?.text?.en ?? [];
  const id = step?.id;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where it stands below the journey, whoever chose a step would see nothing happen.
    if (id && matchMedia("(max-width: 940px)").matches) panel.current?.scrollIntoView({ block: "start" });
  }, [id]);
  return (
    <aside ref={panel} className={css.panel} aria-label={step ? (step.title[language] ?? step.id) : t("journey.newest")}>
      {step && (
        <>
          <h3>{step.title[language] ?? step.title.en ?? step.id}</h3>
          <p className={css.quiet}>{stepWords(step, t, f)}</p>
          {texts.map((text, n) => (
            <blockquote key={text}>
              {n > 0 && <small>{t("step.else")}</small>}
              {text}
            </blockquote>
          ))}
          {(step.answers?.length ?? 0) > 0 && (
            <ul className={css.answers}>
              {step.answers?.map((answer) => (
                <li key={answer.payload}>{answer.says[language] ?? answer.says.en ?? answer.payload}</li>
              ))}
            </ul>
          )}
          {step.not_after ? <p className={css.quiet}>{t("step.notafter", { span: f.span(step.not_after) })}</p> : null}
          {reasons.length > 0 && (
            <>
              <h4>{t("step.refusals")}</h4>
              <ul className={css.reasons}>
                {reasons.map(([reason, n]) => (
                  <li key={reason}>
                    <span>{isKey(`gate.${reason}`) ? t(`gate.${reason}` as "gate.holdout") : reason}</span> <strong>{n}</strong>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
      <h4>{t("journey.newest")}</h4>
      {newest.length === 0 && <p className={css.quiet}>{t("journey.nothing")}</p>}
      <ul className={css.seen}>
        {newest.map((one) => (
          <Seen key={`${one.customer} ${one.at} ${one.name} ${one.step}`} one={one} journey={journey} />
        ))}
      </ul>
    </aside>
  );
}

function Seen({ one, journey }: { one: RunSeen; journey: Journey }) {
  const { t, f, language } = useWords();
  const step = journey.steps.find((each) => each.id === one.step);
  const now = useNow();
  const [why, setWhy] = useState(false);
  const key = `seen.${one.name.replace(/ /g, "_")}`;
  const held = one.name === "nudge refused" || one.name === "nudge deferred";
  return (
    <li>
      <p>
        <a href={to("customers", one.customer)}>{isKey(key) ? t(key) : one.name}</a>
        {one.step && <span className={css.quiet}> · {step?.title[language] ?? step?.title.en ?? one.step}</span>}
        <time title={f.full(one.at)}>{f.short(one.at, now)}</time>
      </p>
      {one.reason && <p className={css.quiet}>{isKey(`gate.${one.reason}`) ? t(`gate.${one.reason}` as "gate.holdout") : one.reason}</p>}
      {held && !why && (
        <button type="button" className={css.link} onClick={() => setWhy(true)}>
          {t("why.ask")}
        </button>
      )}
      {why && <Why customer={one.customer} journey={journey.name} step={one.step ?? ""} open="open" />}
    </li>
  );
}
