/** Somebody else changed the account while its form was open: who, when and what, and the way to go on with what was typed. */

import { useEffect, useRef } from "react";
import type { Account, Kind } from "../../api/shapes";
import { useWords } from "../../shell/app";
import { Button } from "../../ui/Button";
import { differences, labelOf } from "./accounts";
import css from "./accounts.module.css";

interface OvertakenProps {
  /** As it was when the form was opened. */
  readonly mine: Account;
  readonly theirs: Account;
  readonly kind: Kind;
  readonly onLook: () => void;
}

export function Overtaken({ mine, theirs, kind, onLook }: OvertakenProps) {
  const { t, f } = useWords();
  const here = useRef<HTMLElement>(null);
  useEffect(() => {
    here.current?.focus();
    // Newer browsers give a promise, which is no clean-up.
    void here.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const found = differences(mine, theirs, kind);
  const none = t("accounts.changed.empty");
  return (
    <section ref={here} className={css.overtaken} role="alert" tabIndex={-1} aria-label={t("accounts.changed")}>
      <p>{t("accounts.changed.by", { name: theirs.by || "…", time: f.short(theirs.changed ?? 0, Date.now()) })}</p>
      <ul>
        {found.map((one) => (
          <li key={one.key}>
            <b>{labelOf(one.key, t)}</b>{" "}
            {one.secret ? t("accounts.changed.secret") : t("accounts.changed.value", { was: one.was || none, is: one.is || none })}
          </li>
        ))}
        {mine.active !== theirs.active && <li>{t(theirs.active ? "accounts.changed.on" : "accounts.changed.off")}</li>}
        {!found.length && mine.active === theirs.active && <li>{t("accounts.changed.nothing")}</li>}
      </ul>
      <Button onPress={onLook}>{t("accounts.changed.look")}</Button>
      <p>{t("accounts.changed.words")}</p>
    </section>
  );
}
