/** The form of one channel account, made of what its channel asks for; it can be tried before it is saved. */

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { at, Problem } from "../../api/client";
import type { Account, AccountList, Kind, KindField, SeenAccount } from "../../api/shapes";
import { useParts, useToasts, useWords, wordsOf } from "../../shell/app";
import { Button } from "../../ui/Button";
import { channelName } from "../../ui/ChannelMark";
import { cx } from "../../ui/cx";
import { Choose, Field, Wrong } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { inLanguage, isKey, type Key } from "../../words/words";
import { choicesOf, chosenText, labelOf, missingIn, shownIn, valuesOf } from "./accounts";
import css from "./accounts.module.css";
import { Overtaken } from "./Overtaken";
import { Proof } from "./Proof";

interface FormProps {
  readonly kind: Kind;
  readonly account?: Account;
  readonly taken: readonly string[];
  readonly noAddress: boolean;
  readonly onClose: () => void;
  readonly onSaved: (account: Account) => void;
}

export function AccountForm({ kind, account: opened, taken, noAddress, onClose, onSaved }: FormProps) {
  const { api } = useParts();
  const { t, language } = useWords();
  const { show } = useToasts();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  // What the form was made of; another one once somebody else changed the account and their changes were taken over.
  const [account, setAccount] = useState(opened);
  const [theirs, setTheirs] = useState<Account>();
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState<"" | "test" | "save">("");
  const [seen, setSeen] = useState<SeenAccount>();
  const name = account ? `${channelName(kind.kind)} · ${account.name}` : channelName(kind.kind);

  const run = async (what: "test" | "save"): Promise<void> => {
    if (!form.current) return;
    const data = new FormData(form.current);
    const typed = account?.name ?? String(data.get("$name") ?? "").trim();
    const missing = missingIn(data, kind, account);
    setSeen(undefined);
    setProblem("");
    setWrong(Object.fromEntries([...missing, ...(typed ? [] : ["$name"])].map((key) => [key, t("accounts.needed")])));
    if (missing.length || !typed) return toFirst(form.current, typed ? missing[0] : "$name");
    setBusy(what);
    try {
      const values = valuesOf(data, kind);
      if (what === "test") {
        const told = await api.post<SeenAccount>("/api/accounts/look", { channel: kind.kind, name: typed, values });
        setSeen(told.body);
        return;
      }
      const saved = account
        ? await api.patch<Account>(at("/api/accounts/{}/{}", kind.kind, typed), { values, revision: account.revision })
        : (await api.post<Account>("/api/accounts", { channel: kind.kind, name: typed, values })).body;
      await queries.invalidateQueries({ queryKey: ["accounts"] });
      await queries.invalidateQueries({ queryKey: ["channels"] });
      show({ text: t("accounts.saved", { name: `${channelName(kind.kind)} · ${saved.name}` }), bad: false });
      onSaved(saved);
    } catch (error) {
      if (account && error instanceof Problem && error.code === "changed" && (await overtaken(account))) return;
      const words = error instanceof Problem ? error.words : {};
      const told = Object.entries(words).map(([path, said]) => [
        path.replace("$.values.", "").replace("$.name", "$name"),
        inLanguage(said, language),
      ]);
      const ours = told.filter(([key = ""]) => key === "$name" || kind.fields.some((field) => field.key === key));
      setWrong(Object.fromEntries(ours));
      setProblem(ours.length ? "" : (told[0]?.[1] ?? wordsOf(error, t)));
      if (ours[0]) toFirst(form.current, ours[0][0]);
    } finally {
      setBusy("");
    }
  };

  const overtaken = async (mine: Account): Promise<boolean> => {
    const list = await queries.fetchQuery({
      queryKey: ["accounts"],
      queryFn: () => api.get<AccountList>("/api/accounts"),
      staleTime: 0,
    });
    const now = list.accounts.find((one) => one.channel === mine.channel && one.name === mine.name);
    setTheirs(now);
    return now !== undefined;
  };

  /** Their changes come into the fields nobody touched here; what was typed stays. */
  const takeOver = (now: Account): void => {
    for (const field of kind.fields) {
      const input = form.current?.elements.namedItem(field.key);
      if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) continue;
      if (input.value === shownIn(field, account)) input.value = shownIn(field, now);
    }
    setAccount(now);
    setTheirs(undefined);
    setWrong({});
  };

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void run("save");
  };
  const asked = (field: KindField) => (
    <Asked key={field.key} field={field} account={account} wrong={wrong[field.key]} example={account ? "" : (field.example ?? "")} />
  );
  const rare = kind.fields.filter((field) => field.rare);
  return (
    <Sheet
      title={
        account ? t("accounts.title.change", { kind: channelName(kind.kind), name: account.name }) : t("accounts.title.new", { kind: name })
      }
      closeName={t("do.close")}
      onClose={onClose}
    >
      <form ref={form} className={css.form} onSubmit={submit} noValidate>
        {problem && <Wrong>{problem}</Wrong>}
        {account && theirs && <Overtaken mine={account} theirs={theirs} kind={kind} onLook={() => takeOver(theirs)} />}
        {noAddress && <p className={css.remark}>{t("accounts.nopublic")}</p>}
        {!account && (
          <Field
            label={t("accounts.name")}
            name="$name"
            defaultValue={taken.includes("shop") ? "" : "shop"}
            autoCapitalize="none"
            spellCheck={false}
            hint={t("accounts.name.hint")}
            {...(wrong.$name ? { wrong: wrong.$name } : {})}
          />
        )}
        {kind.fields.filter((field) => !field.rare).map(asked)}
        {rare.length > 0 && (
          <details open={rare.some((field) => wrong[field.key]) || undefined}>
            <summary>{t("accounts.rare")}</summary>
            <div className={css.form}>{rare.map(asked)}</div>
          </details>
        )}
        {busy === "test" && <p role="status">{t("accounts.testing")}</p>}
        {seen && <Proof seen={seen} />}
        <div className={cx(css.acts, css.last)}>
          <Button type="submit" look="main" isDisabled={busy !== "" || theirs !== undefined}>
            {t("do.save")}
          </Button>
          <Button isDisabled={busy !== ""} onPress={() => void run("test")}>
            {t("accounts.test")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

function toFirst(form: HTMLFormElement, key: string | undefined): void {
  const found = key ? form.elements.namedItem(key) : null;
  if (found instanceof HTMLElement) found.focus();
}

interface AskedProps {
  readonly field: KindField;
  readonly account: Account | undefined;
  readonly wrong: string | undefined;
  readonly example: string;
}

function Asked({ field, account, wrong, example }: AskedProps) {
  const { t, language } = useWords();
  const input = useRef<HTMLDivElement>(null);
  const what = inLanguage(field.what, language).replaceAll("`", "");
  const kept = account?.set.includes(field.key);
  const label = labelOf(field.key, t);
  const choices = choicesOf(field);
  const told = wrong ? { wrong: `${wrong} ${what}` } : {};
  if (choices) {
    return (
      <Choose label={label} name={field.key} defaultValue={shownIn(field, account)} hint={what}>
        {choices.map((one) => (
          <option key={one} value={one}>
            {isKey(`accounts.is.${one}`) ? t(`accounts.is.${one}` as Key) : one}
          </option>
        ))}
      </Choose>
    );
  }
  const make = (): void => {
    const found = input.current?.querySelector("input");
    if (found) {
      found.value = chosenText();
      found.focus();
    }
  };
  return (
    <div ref={input} className={css.asked}>
      <Field
        label={label}
        name={field.key}
        defaultValue={shownIn(field, account)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        type={field.secret && !field.chosen ? "password" : "text"}
        required={field.required === true && !kept}
        placeholder={kept ? "••••••••" : field.secret ? "" : example}
        hint={kept ? `${t("accounts.kept")} ${what}` : what}
        {...told}
      />
      {field.chosen && (
        <Button className={css.make ?? ""} onPress={make}>
          {t("accounts.make")}
        </Button>
      )}
    </div>
  );
}
