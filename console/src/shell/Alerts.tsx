/** What is wrong with the hub itself, above every view, for those who can do something about it: with the remedy, and where to go. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { OctagonAlert, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import type { AlertList, OpenAlert } from "../api/shapes";
import { Button, IconButton } from "../ui/Button";
import { channelName } from "../ui/ChannelMark";
import type { Formats } from "../words/format";
import { isKey, type Say } from "../words/words";
import css from "./alerts.module.css";
import { useMay, useParts, useTry, useWords } from "./app";
import { to } from "./route";

export const ALERTS = ["alerts"] as const;
/** What the feed did not tell, for it is lost or asked for, is known after so long. */
const AGAIN_MS = 30_000;
const SHOWN = 2;
/** The kinds whose subject is an account, as `telegram/main`. */
const OF_ACCOUNTS: ReadonlySet<string> = new Set(["access", "token", "hook", "silent", "failing", "restricted", "quality", "template"]);

export function Alerts() {
  const { t } = useWords();
  const { api } = useParts();
  const may = useMay()("watch");
  const [all, setAll] = useState(false);
  const list = useQuery({
    queryKey: ALERTS,
    queryFn: () => api.get<AlertList>("/api/alerts"),
    refetchInterval: AGAIN_MS,
    enabled: may,
  });
  const standing = may ? (list.data?.alerts.filter((one) => !one.known) ?? []) : [];
  const shown = all ? standing : standing.slice(0, SHOWN);
  const more = standing.length - SHOWN;
  return (
    <section className={css.alerts} aria-label={t("alerts.title")} aria-live="polite" hidden={!standing.length}>
      {shown.map((one) => (
        <Row key={one.mark} alert={one} />
      ))}
      {more > 0 && (
        <Button look="quiet" className={css.more} onPress={() => setAll(!all)}>
          {all ? t("alerts.fewer") : t("alerts.more", { n: more })}
        </Button>
      )}
    </section>
  );
}

function Row({ alert }: { alert: OpenAlert }) {
  const { t, f } = useWords();
  const { api } = useParts();
  const queries = useQueryClient();
  const attempt = useTry();
  const [channel = "", account = ""] = alert.subject.split("/");
  const Icon = alert.severity === "critical" ? OctagonAlert : TriangleAlert;
  const putAway = () =>
    attempt(async () => {
      await api.post("/api/alerts/known", { marks: [alert.mark] });
      queries.setQueryData<AlertList>(ALERTS, (now) =>
        now ? { ...now, alerts: now.alerts.map((one) => (one.mark === alert.mark ? { ...one, known: true } : one)) } : now,
      );
    });
  return (
    <div className={css.alert} data-severity={alert.severity} data-alert={alert.kind}>
      <Icon size={16} role="img" aria-label={t(`alerts.${alert.severity}`)} />
      <p>
        <b>{sentenceOf(alert, t, f)}</b> {remedyOf(alert, t)} <small>{t("alerts.since", { time: f.short(alert.since, Date.now()) })}</small>
        {OF_ACCOUNTS.has(alert.kind) && (
          <a href={to("settings", "channels", channel, account)} aria-label={`${t("alerts.place")}: ${nameOf(alert)}`}>
            {t("alerts.place")}
          </a>
        )}
      </p>
      <IconButton name={t("alerts.known")} className={css.known} onPress={() => void putAway()}>
        <X size={16} />
      </IconButton>
    </div>
  );
}

function nameOf(alert: OpenAlert): string {
  const [channel = "", account = ""] = alert.subject.split("/");
  return OF_ACCOUNTS.has(alert.kind) ? `${channelName(channel)} · ${account}` : alert.subject;
}

/** What is wrong; the kind's own name where a newer hub tells what these screens do not know. */
function sentenceOf(alert: OpenAlert, t: Say, f: Formats): string {
  const key = `alert.${alert.word}`;
  const instants = Object.fromEntries(
    ["until", "after"].flatMap((name) => (alert.values[name] === undefined ? [] : [[name, f.short(alert.values[name], Date.now())]])),
  );
  return isKey(key) ? t(key, { ...alert.values, ...instants, subject: nameOf(alert) }) : `${alert.kind} ${alert.subject}`;
}

function remedyOf(alert: OpenAlert, t: Say): string {
  const key = `alert.${alert.word}.remedy`;
  return isKey(key) ? t(key) : "";
}
