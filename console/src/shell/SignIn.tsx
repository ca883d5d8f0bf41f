/** The way in. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { SignedIn } from "../api/shapes";
import { Button } from "../ui/Button";
import { Field, Wrong } from "../ui/Field";
import { useParts, useSession, useWords, wordsOf } from "./app";
import { Door } from "./Door";

export default function SignIn() {
  const { api } = useParts();
  const { change } = useSession();
  const { t } = useWords();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const setup = useQuery({ queryKey: ["setup"], queryFn: () => api.get<{ needed: boolean }>("/api/setup") });
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setWrong("");
    try {
      const body = { login: String(form.get("login")).trim(), password: String(form.get("password")) };
      change((await api.post<SignedIn>("/api/session", body)).body);
    } catch (error) {
      setWrong(wordsOf(error, t));
      setBusy(false);
    }
  };
  return (
    <Door title={t("signin.title")}>
      {setup.data?.needed && <p>{t("signin.setup")}</p>}
      <form onSubmit={(event) => void submit(event)}>
        {wrong && <Wrong>{wrong}</Wrong>}
        <Field label={t("signin.login")} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
        <Field label={t("signin.password")} name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="main" isDisabled={busy}>
          {t("signin.do")}
        </Button>
      </form>
    </Door>
  );
}
