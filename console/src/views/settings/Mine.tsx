/** What everybody may change of themselves: name, language, look, how Enter works, the password; and the way out. */

import { type FormEvent, useState } from "react";
import { Problem } from "../../api/client";
import type { SignedIn } from "../../api/shapes";
import { useMe, useParts, useSession, useToasts, useTry, useWords, wordsOf } from "../../shell/app";
import { LANGUAGE_NAMES } from "../../shell/Door";
import { usePref } from "../../shell/prefs";
import { THEMES, type Theme, useTheme } from "../../shell/theme";
import { Button } from "../../ui/Button";
import { Choose, Field, Wrong } from "../../ui/Field";
import { LANGUAGES, languageOf } from "../../words/words";
import css from "./settings.module.css";

export function Mine() {
  const { t, language, choose } = useWords();
  const { api } = useParts();
  const { change } = useSession();
  const { show } = useToasts();
  const attempt = useTry();
  const me = useMe();
  const [theme, setTheme] = useTheme();
  const [enter, setEnter] = usePref("enter");
  if (!me) return null;
  const speak = (tag: string): void => {
    const next = languageOf(tag);
    if (!next) return;
    choose(next);
    void attempt(async () => change(await api.patch<SignedIn>("/api/session", { language: next })));
  };
  const rename = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    void attempt(async () => change(await api.patch<SignedIn>("/api/session", { name }))).then(
      (done) => done && show({ text: t("me.saved"), bad: false }),
    );
  };
  const out = async (): Promise<void> => {
    await api.remove("/api/session");
    change("out");
  };
  return (
    <>
      <section className={css.part}>
        <h2>{t("settings.me")}</h2>
        <p className={css.quiet}>
          {me.user.login} · {t(`role.${me.user.role}`)}
        </p>
        <form className={css.inline} onSubmit={rename}>
          <Field label={t("person.name")} name="name" defaultValue={me.user.name} required maxLength={200} />
          <Button type="submit">{t("do.save")}</Button>
        </form>
        <Choose label={t("me.language")} value={language} onChange={(event) => speak(event.target.value)}>
          {LANGUAGES.map((one) => (
            <option key={one} value={one} lang={one}>
              {LANGUAGE_NAMES[one]}
            </option>
          ))}
        </Choose>
        <Choose label={t("me.theme")} value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {t(`theme.${one}`)}
            </option>
          ))}
        </Choose>
        <Choose label={t("me.enter")} value={enter} onChange={(event) => setEnter(event.target.value)}>
          <option value="">{t("me.enter.sends")}</option>
          <option value="breaks">{t("me.enter.breaks")}</option>
        </Choose>
      </section>
      <Password />
      <section className={css.part}>
        <Button onPress={() => void attempt(out)}>{t("me.out")}</Button>
      </section>
    </>
  );
}

function Password() {
  const { t } = useWords();
  const { api } = useParts();
  const { change } = useSession();
  const { show } = useToasts();
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const read = new FormData(form);
    setProblem(undefined);
    try {
      const body = { old: String(read.get("old")), new: String(read.get("new")) };
      change((await api.post<SignedIn>("/api/session/password", body)).body);
      form.reset();
      show({ text: t("me.password.changed"), bad: false });
    } catch (error) {
      setProblem(error);
    }
  };
  const field = problem instanceof Problem ? problem.field : "";
  return (
    <section className={css.part}>
      <h2>{t("me.password")}</h2>
      <form onSubmit={(event) => void submit(event)}>
        {problem !== undefined && !["$.old", "$.new"].includes(field) && <Wrong>{wordsOf(problem, t)}</Wrong>}
        <Field
          label={t("me.password.old")}
          name="old"
          type="password"
          autoComplete="current-password"
          required
          {...(field === "$.old" && { wrong: wordsOf(problem, t) })}
        />
        <Field
          label={t("me.password.new")}
          name="new"
          type="password"
          autoComplete="new-password"
          minLength={10}
          required
          hint={t("person.password.hint")}
          {...(field === "$.new" && { wrong: wordsOf(problem, t) })}
        />
        <Button type="submit">{t("me.password.do")}</Button>
      </form>
    </section>
  );
}
