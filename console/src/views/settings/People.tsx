/** Who may sign in, and as what; admins add and change them. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { at, Problem } from "../../api/client";
import type { Person, Role } from "../../api/shapes";
import { useMay, useMe, useParts, useToasts, useWords, wordsOf } from "../../shell/app";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Choose, Field, Wrong } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { usePeople } from "../inbox/names";
import css from "./settings.module.css";

const ROLES: readonly Role[] = ["agent", "lead", "marketer", "analyst", "admin"];

export function People() {
  const { t } = useWords();
  const people = usePeople();
  const may = useMay()("people");
  const [adding, setAdding] = useState(false);
  return (
    <section className={css.wide}>
      <header className={css.head}>
        <div>
          <h2>{t("settings.people")}</h2>
          <p className={css.quiet}>{t("people.words")}</p>
        </div>
        {may && (
          <Button look="main" onPress={() => setAdding(true)}>
            <UserPlus size={16} aria-hidden="true" /> {t("people.add")}
          </Button>
        )}
      </header>
      <ul className={css.people}>
        {people.map((person) => (
          <PersonRow key={person.login} person={person} may={may} />
        ))}
      </ul>
      {adding && <Adding onClose={() => setAdding(false)} />}
    </section>
  );
}

function useChange(login: string) {
  const { api } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: { role?: Role; active?: boolean }) => api.patch<Person>(at("/api/people/{}", login), change),
    onSuccess: (told) => show({ text: t("people.changed", { name: told.name }), bad: false }),
    onError: (error) => show({ text: wordsOf(error, t), bad: true }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["people"] }),
  });
}

function PersonRow({ person, may }: { person: Person; may: boolean }) {
  const { t } = useWords();
  const me = useMe();
  const change = useChange(person.login);
  const mine = person.login === me?.user.login;
  return (
    <li data-off={person.active ? undefined : true}>
      <Avatar name={person.name} seed={person.login} />
      <span className={css.grow}>
        <bdi>{person.name}</bdi>
        <small>
          {person.login}
          {mine && ` · ${t("who.you")}`}
          {!person.active && ` · ${t("people.off")}`}
        </small>
      </span>
      {may ? (
        <>
          <select
            aria-label={t("people.role", { name: person.name })}
            value={person.role}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ role: event.target.value as Role })}
          >
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </select>
          <Button isDisabled={change.isPending} onPress={() => change.mutate({ active: !person.active })}>
            {t(person.active ? "people.deactivate" : "people.activate")}
          </Button>
        </>
      ) : (
        <span className={css.quiet}>{t(`role.${person.role}`)}</span>
      )}
    </li>
  );
}

function Adding({ onClose }: { onClose: () => void }) {
  const { api } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>("agent");
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    try {
      const body = { login: text("login"), name: text("name"), role, password: String(form.get("password")) };
      await api.post<Person>("/api/people", body);
      await queries.invalidateQueries({ queryKey: ["people"] });
      show({ text: t("people.added", { name: body.name }), bad: false });
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  const field = problem instanceof Problem ? problem.field : "";
  const wrong = (name: string) => (field === `$.${name}` ? { wrong: wordsOf(problem, t) } : {});
  const elsewhere = problem !== undefined && !["$.login", "$.name", "$.password"].includes(field);
  return (
    <Sheet title={t("people.add")} closeName={t("do.close")} onClose={onClose}>
      <form className={css.form} onSubmit={(event) => void submit(event)}>
        {elsewhere && <Wrong>{wordsOf(problem, t)}</Wrong>}
        <Field label={t("person.name")} name="name" required autoFocus {...wrong("name")} />
        <Field
          label={t("signin.login")}
          name="login"
          required
          autoCapitalize="none"
          spellCheck={false}
          hint={t("person.login.hint")}
          {...wrong("login")}
        />
        <Choose
          label={t("person.role")}
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
          hint={t(`role.${role}.may`)}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`role.${one}`)}
            </option>
          ))}
        </Choose>
        <Field
          label={t("person.password")}
          name="password"
          type="text"
          autoComplete="off"
          minLength={10}
          required
          hint={t("person.password.tell")}
          {...wrong("password")}
        />
        <Button type="submit" look="main">
          {t("people.add")}
        </Button>
      </form>
    </Sheet>
  );
}
