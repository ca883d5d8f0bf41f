/** Nudges: the journeys there are, one of them drawn as what it does, and the switch that stops all of it. */

import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useParts, useWords, wordsOf } from "../../shell/app";
import { to, useRoute } from "../../shell/route";
import { Empty } from "../../ui/Empty";
import { JourneyView } from "./Journey";
import { KillSwitch } from "./KillSwitch";
import css from "./nudges.module.css";
import type { Journey } from "./shapes";

const AGAIN_MS = 10_000;

export default function Nudges() {
  const { t, language } = useWords();
  const { api } = useParts();
  const { parts } = useRoute();
  const read = useQuery({
    queryKey: ["journeys"],
    queryFn: async () => (await api.get<{ journeys: Journey[] }>("/api/journeys")).journeys,
    refetchInterval: AGAIN_MS,
  });
  const journeys = read.data ?? [];
  const chosen = journeys.find((one) => one.name === parts[0]);
  return (
    <div className={css.nudges} data-inside={chosen ? true : undefined}>
      <section className={css.list} aria-label={t("view.nudges")}>
        <header>
          <h1>{t("view.nudges")}</h1>
          <p>{t("nudges.words")}</p>
        </header>
        <KillSwitch />
        {read.error && <Empty title={t("nudges.unread")}>{wordsOf(read.error, t)}</Empty>}
        {read.data && journeys.length === 0 && (
          <Empty icon={<Activity size={24} />} title={t("nudges.none")}>
            {t("nudges.none.words")}
          </Empty>
        )}
        <ul>
          {journeys.map((one) => (
            <li key={one.name}>
              <a href={to("nudges", one.name)} aria-current={one === chosen ? "true" : undefined} className={css.journey}>
                <span className={css.title}>
                  {one.title[language] ?? one.title.en ?? one.name}
                  <span className={css.badge} data-live={one.status === "live" || undefined}>
                    {t(`journey.${one.status}`)}
                  </span>
                </span>
                <small>{t("journey.sum", { n: one.runs ?? 0, goals: one.goals ?? 0 })}</small>
              </a>
            </li>
          ))}
        </ul>
      </section>
      {chosen ? (
        <JourneyView key={chosen.name} name={chosen.name} known={chosen} step={parts[1] ?? ""} />
      ) : (
        <div className={css.none}>
          <Empty icon={<Activity size={24} />} title={t("nudges.choose")}>
            {t("nudges.choose.words")}
          </Empty>
        </div>
      )}
    </div>
  );
}
