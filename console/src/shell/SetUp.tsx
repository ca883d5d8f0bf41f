/** The first person of this hub: an admin, by the code in the link that the hub printed. */

import { type FormEvent, useState } from "react";
import { Problem } from "../api/client";
import type { SignedIn } from "../api/shapes";
import { Button } from "../ui/Button";
import { Field, Wrong } from "../ui/Field";
import { useParts, useSession, useWords, wordsOf } from "./app";
import { Door } from "./Door";
import { go, useRoute } from "./route";

export default function SetUp() {
  const { api } = useParts();
  const { change } = useSession();
  const { t, language } = useWords();
  const { query } = useRoute();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? "");
    setBusy(true);
    try {
      const body = { code: text("code"), login: text("login").trim(), name: text("name").trim(), password: text("password"), language };
      const signed = (await api.post<SignedIn>("/api/setup", body)).body;
      go("inbox");
      change(signed);
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const field = problem instanceof Problem ? problem.field : "";
  const wrong = (name: string): string | undefined => (field === `$.${name}` ? wordsOf(problem, t) : undefined);
  const elsewhere = problem !== undefined && !["$.code", "$.login", "$.name", "$.password"].includes(field);
  return (
    <Door title={t("setup.title")}>
      <p>{t("setup.words")}</p>
      <form onSubmit={(event) => void submit(event)}>
        {elsewhere && <Wrong>{wordsOf(problem, t)}</Wrong>}
        <Field
          label={t("setup.code")}
          name="code"
          defaultValue={query.get("code") ?? ""}
          required
          wrong={wrong("code")}
          hint={t("setup.code.hint")}
        />
        <Field label={t("person.name")} name="name" autoComplete="name" required wrong={wrong("name")} autoFocus />
        <Field
          label={t("signin.login")}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          required
          wrong={wrong("login")}
          hint={t("person.login.hint")}
        />
        <Field
          label={t("signin.password")}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          required
          wrong={wrong("password")}
          hint={t("person.password.hint")}
        />
        <Button type="submit" look="main" isDisabled={busy}>
          {t("setup.do")}
        </Button>
      </form>
    </Door>
  );
}
