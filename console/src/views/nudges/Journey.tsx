/** One journey, drawn top-down as cards joined by lines, with live counts; a click opens a step on the right. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Clock3, Flag, LogIn, MessageSquareText } from "lucide-react";
import { at } from "../../api/client";
import { useMay, useParts, useToasts, useWords, wordsOf } from "../../shell/app";
import { go, to } from "../../shell/route";
import { Button, IconButton } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { isKey } from "../../words/words";
import { type Chain, chains } from "./chains";
import css from "./nudges.module.css";
import { StepPanel } from "./StepPanel";
import type { Journey, JourneyRead, Step, StepCounts } from "./shapes";
import { stepWords } from "./steps";

interface JourneyProps {
  readonly name: string;
  readonly known: Journey;
  readonly step: string;
}

export function JourneyView({ name, known, step }: JourneyProps) {
  const { api } = useParts();
  const { t, language } = useWords();
  const query = new URLSearchParams({ limit: "50", ...(step && step !== "all" && { step }) });
  const read = useQuery({
    queryKey: ["journey", name, step],
    queryFn: () => api.get<JourneyRead>(`${at("/api/journeys/{}", name)}?${query}`),
    refetchInterval: 5_000,
  });
  const journey = read.data?.journey ?? known;
  const chosen = journey.steps.find((one) => one.id === step);
  const [main = { begin: [], steps: [] }, ...others] = chains(journey.steps);
  return (
    <section className={css.page} aria-label={journey.title[language] ?? journey.name}>
      <header className={css.head}>
        <IconButton name={t("talk.back")} className={css.back} onPress={() => go("nudges")}>
          <ArrowLeft size={20} />
        </IconButton>
        <div>
          <h2>{journey.title[language] ?? journey.title.en ?? journey.name}</h2>
          <p>
            {journey.name} · {t("journey.version", { n: journey.version })} · {t(`purpose.${journey.purpose}` as "purpose.marketing")}
            {journey.holdout > 0 && ` · ${t("journey.holdout", { n: journey.holdout })}`}
          </p>
        </div>
        <Switch journey={journey} />
      </header>
      <div className={css.split}>
        <div className={css.flow}>
          <Results journey={journey} />
          <div className={cx(css.card, css.end)}>
            <LogIn size={16} aria-hidden="true" />
            <span>{eventWords(journey.entry, t)}</span>
            <strong>{journey.runs ?? 0}</strong>
          </div>
          <Way journey={journey} chain={main} step={step} />
          <div className={cx(css.card, css.end, css.goal)}>
            <Flag size={16} aria-hidden="true" />
            <span>{eventWords(journey.goal, t)}</span>
            <strong>{journey.goals ?? 0}</strong>
          </div>
          {others.map((chain) => (
            <section key={chain.steps[0]?.id} className={css.branch}>
              <h3>{t("journey.when", { answer: chain.begin.map((one) => one.says[language] ?? one.payload).join(", ") })}</h3>
              <Way journey={journey} chain={chain} step={step} />
            </section>
          ))}
          <Ends journey={journey} />
        </div>
        <StepPanel journey={journey} step={chosen} newest={read.data?.newest ?? []} />
      </div>
    </section>
  );
}

/** A sentence first: what the journey brought, beside those who got nothing. */
function Results({ journey }: { journey: Journey }) {
  const { t } = useWords();
  const runs = (journey.runs ?? 0) - (journey.held_out ?? 0);
  const goals = (journey.goals ?? 0) - (journey.goals_held_out ?? 0);
  const held = journey.held_out ?? 0;
  if (!runs) return <p className={css.result}>{t("journey.fresh")}</p>;
  return (
    <p className={css.result}>
      {t("journey.result", { n: runs, goals })}
      {held > 0 && ` ${t("journey.held", { n: held, goals: journey.goals_held_out ?? 0 })}`}
    </p>
  );
}

export function eventWords(name: string, t: ReturnType<typeof useWords>["t"]): string {
  const key = `fact.${name.replace(/[^A-Za-z]+/g, "_")}`;
  return isKey(key) ? t(key) : name;
}

function Way({ journey, chain, step }: { journey: Journey; chain: Chain; step: string }) {
  return (
    <ol className={css.steps}>
      {chain.steps.map((one) => (
        <StepCard key={one.id} journey={journey} step={one} counts={journey.counts[one.id] ?? {}} chosen={one.id === step} />
      ))}
    </ol>
  );
}

function StepCard({ journey, step, counts, chosen }: { journey: Journey; step: Step; counts: StepCounts; chosen: boolean }) {
  const { t, f, language } = useWords();
  const Icon = step.kind === "send" ? MessageSquareText : Clock3;
  const told = (["waiting", "sent", "deferred", "refused", "replied"] as const).filter((one) => (counts[one] ?? 0) > 0);
  return (
    <li>
      <a href={to("nudges", journey.name, step.id)} className={cx(css.card, css[step.kind])} aria-current={chosen ? "true" : undefined}>
        <Icon size={16} aria-hidden="true" />
        <span className={css.grow}>
          {step.title[language] ?? step.title.en ?? step.id}
          <small>{stepWords(step, t, f)}</small>
        </span>
        <strong title={t("count.entered")}>{counts.entered ?? 0}</strong>
        {told.length > 0 && (
          <span className={css.counts}>
            {told.map((one) => (
              <span key={one} data-kind={one}>
                {t(`count.${one}`)} {counts[one]}
              </span>
            ))}
          </span>
        )}
      </a>
    </li>
  );
}

function Ends({ journey }: { journey: Journey }) {
  const { t } = useWords();
  const ended = Object.entries(journey.ended ?? {});
  if (!ended.length) return null;
  return (
    <p className={css.ends}>
      {t("journey.ended")}{" "}
      {ended
        .sort((a, b) => b[1] - a[1])
        .map(([why, n]) => `${isKey(`run.${why}`) ? t(`run.${why}` as "run.ordered") : why} ${n}`)
        .join(" · ")}
    </p>
  );
}

function Switch({ journey }: { journey: Journey }) {
  const { api } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const may = useMay();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (status: "live" | "off") => api.post(at("/api/journeys/{}/switch", journey.name), { status }),
    onSuccess: () => queries.invalidateQueries({ predicate: (one) => String(one.queryKey[0]).startsWith("journey") }),
    onError: (error) => show({ text: wordsOf(error, t), bad: true }),
  });
  const other = journey.status === "live" ? "off" : "live";
  return (
    <div className={css.switch}>
      <span className={css.badge} data-live={journey.status === "live" || undefined}>
        {t(`journey.${journey.status}`)}
      </span>
      {may("nudge") && (
        <Button onPress={() => change.mutate(other)} isDisabled={change.isPending}>
          {t(other === "off" ? "journey.pause" : "journey.start")}
        </Button>
      )}
    </div>
  );
}
