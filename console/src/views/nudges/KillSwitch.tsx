/** The kill switch: no marketing message begins any more, until somebody lifts it; who threw it, when and why. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { StopState } from "../../api/shapes";
import { useMay, useParts, useToasts, useWords, wordsOf } from "../../shell/app";
import { useNow } from "../../shell/clock";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { useNames } from "../inbox/names";
import css from "./nudges.module.css";

export function KillSwitch() {
  const { api } = useParts();
  const { t, f } = useWords();
  const { show } = useToasts();
  const may = useMay();
  const names = useNames();
  const now = useNow();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const state = useQuery({ queryKey: ["stop"], queryFn: () => api.get<StopState>("/api/stop"), refetchInterval: 10_000 });
  const change = useMutation({
    mutationFn: (body: { state: "on" | "off"; reason: string }) => api.post<StopState>("/api/stop", body),
    onSuccess: (answer) => queries.setQueryData(["stop"], answer.body),
    onError: (error) => show({ text: wordsOf(error, t), bad: true }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setAsking(false);
    change.mutate({ state: "on", reason: String(new FormData(event.currentTarget).get("reason") ?? "") });
  };
  const told = state.data;
  const may_ = may("nudge") || may("operate");
  if (!told) return null;
  if (told.state === "off")
    return may_ ? (
      <>
        <Button look="quiet" className={css.kill} onPress={() => setAsking(true)}>
          <OctagonX size={16} aria-hidden="true" /> {t("stop.throw")}
        </Button>
        {asking && (
          <Sheet title={t("stop.throw")} closeName={t("do.close")} onClose={() => setAsking(false)}>
            <form className={css.ask} onSubmit={submit}>
              <p>{t("stop.means")}</p>
              <Field label={t("stop.reason")} name="reason" required autoFocus hint={t("stop.reason.hint")} />
              <Button type="submit" look="danger">
                {t("stop.do")}
              </Button>
            </form>
          </Sheet>
        )}
      </>
    ) : null;
  return (
    <div className={css.stopped} role="status">
      <p>
        <strong>{t(told.state === "partly" ? "stop.partly" : "stop.on")}</strong>{" "}
        {t("stop.by", { name: names(told.by ?? ""), when: told.at ? `${f.day(told.at, now)} ${f.time(told.at)}` : "" })}
        {told.reason && <q>{told.reason}</q>}
      </p>
      {may_ && (
        <Button onPress={() => change.mutate({ state: "off", reason: "" })} isDisabled={change.isPending}>
          {t("stop.lift")}
        </Button>
      )}
    </div>
  );
}
