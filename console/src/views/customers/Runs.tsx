/** The journeys a customer is on, and why something was not sent. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { at } from "../../api/client";
import type { Live, Run } from "../../api/shapes";
import { useMay, useParts, useWords, wordsOf } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { to } from "../../shell/route";
import { Button } from "../../ui/Button";
import { isKey } from "../../words/words";
import type { Explanation, Journey } from "../nudges/shapes";
import css from "./side.module.css";

export function Runs({ record }: { record: Live }) {
  const { t } = useWords();
  const runs = [...(record.runs ?? [])].reverse();
  const { api } = useParts();
  const book = useQuery({
    queryKey: ["journeys"],
    queryFn: async () => (await api.get<{ journeys: Journey[] }>("/api/journeys")).journeys,
    staleTime: 60_000,
  });
  // Somebody who is on no journey may still be asked about: why did none begin?
  const journey = runs[0]?.journey ?? (record.cart ? book.data?.[0]?.name : undefined);
  return (
    <>
      {runs.length === 0 && <p className={css.none}>{t("runs.none")}</p>}
      {runs.map((run) => (
        <RunView key={run.id} run={run} journey={book.data?.find((one) => one.name === run.journey)} />
      ))}
      {journey && <Why customer={record.id} journey={journey} step="" />}
    </>
  );
}

function RunView({ run, journey }: { run: Run; journey: Journey | undefined }) {
  const { t, f, language } = useWords();
  const named = (title: Record<string, string> | undefined, id: string): string => title?.[language] ?? title?.en ?? id;
  const now = useNow();
  const end = `run.${run.end ?? ""}`;
  const state = run.state ?? "waiting";
  return (
    <section className={css.part}>
      <h4>
        <a href={to("nudges", run.journey)}>{named(journey?.title, run.journey)}</a>{" "}
        <small>
          {state === "ended" ? (isKey(end) ? t(end) : run.end) : state === "deferred" ? t("run.deferred") : t("run.waiting")}
          {state !== "ended" && run.due ? ` · ${run.due > now ? t("run.due", { when: f.short(run.due, now) }) : t("run.now")}` : ""}
        </small>
      </h4>
      <ol className={css.list}>
        {(run.told ?? []).map((step) => {
          const reason = `gate.${step.reason ?? ""}`;
          return (
            <li key={`${step.step} ${step.at}`}>
              <span className={css.grow}>
                {named(journey?.steps.find((one) => one.id === step.step)?.title, step.step)} ·{" "}
                {isKey(`step.${step.outcome}`) ? t(`step.${step.outcome}` as "step.sent") : step.outcome}
                {step.reason && <small>{isKey(reason) ? t(reason) : step.reason}</small>}
              </span>
              <time title={f.full(step.at)}>{f.short(step.at, now)}</time>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Why was this not sent? All checks of the gate, in their order, as they would judge now. */
export function Why({ customer, journey, step, open }: { customer: string; journey: string; step: string; open?: "open" }) {
  const { api } = useParts();
  const { t, f, language } = useWords();
  const may = useMay();
  const now = useNow();
  const [asked, setAsked] = useState(open === "open");
  const query = new URLSearchParams({ journey, ...(step && { step }) });
  const told = useQuery({
    queryKey: ["explain", customer, journey, step],
    queryFn: () => api.get<Explanation>(`${at("/api/customers/{}/explain", customer)}?${query}`),
    enabled: asked && may("look"),
    staleTime: 0,
  });
  if (!asked)
    return (
      <Button look="quiet" className={css.why} onPress={() => setAsked(true)}>
        {t("why.ask")}
      </Button>
    );
  if (told.error) return <p className={css.none}>{wordsOf(told.error, t)}</p>;
  if (!told.data) return <p className={css.none}>{t("do.wait")}</p>;
  return (
    <section className={css.part} aria-live="polite">
      <h4>
        {t("why.title")} <small>{t(`verdict.${told.data.verdict}`)}</small>
      </h4>
      <ol className={css.checks}>
        {told.data.checks.map((one) => {
          const name = `check.${one.check}`;
          return (
            <li key={one.check} data-verdict={one.verdict}>
              <span className={css.grow}>
                {isKey(name) ? t(name) : one.check}
                {one.reason && <small>{one.words?.[language] ?? one.reason}</small>}
              </span>
              <span>
                {t(`verdict.${one.verdict}`)}
                {one.until ? ` · ${f.short(one.until, now)}` : ""}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
