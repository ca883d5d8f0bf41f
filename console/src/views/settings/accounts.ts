/** Channel accounts as the hub has them set up: asked for by admins alone. */

import { useQuery } from "@tanstack/react-query";
import type { Account, AccountList, Kind, KindField, KindList } from "../../api/shapes";
import { useMay, useParts } from "../../shell/app";
import { isKey, type Say } from "../../words/words";

const ACCOUNTS_MS = 10_000;

export function useAccounts() {
  const { api } = useParts();
  const may = useMay()("operate");
  return useQuery({
    queryKey: ["accounts"],
    queryFn: () => api.get<AccountList>("/api/accounts"),
    enabled: may,
    refetchInterval: ACCOUNTS_MS,
  });
}

export function useKinds() {
  const { api } = useParts();
  const may = useMay()("operate");
  return useQuery({
    queryKey: ["account kinds"],
    queryFn: () => api.get<KindList>("/api/accounts/kinds"),
    enabled: may,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The choices of fields that take no other words. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  mode: ["webhook", "polling"],
  typing: ["true", "false"],
  read_marks: ["true", "false"],
  provider: ["none", "postmark", "mailgun"],
  smtp_security: ["starttls", "tls", "none"],
  imap_security: ["tls", "starttls", "none"],
  mms: ["yes", "no"],
  fold_diacritics: ["no", "yes"],
  plus_addressing: ["no", "yes"],
  appsecret_proof: ["no", "yes"],
  unsigned_echo: ["program", "person"],
};

export function choicesOf(field: KindField): readonly string[] | undefined {
  return CHOICES[field.key];
}

const SHORT: Readonly<Record<string, string>> = {
  id: "ID",
  url: "URL",
  sid: "SID",
  oa: "OA",
  api: "API",
  smtp: "SMTP",
  imap: "IMAP",
  uri: "URI",
  mms: "MMS",
};

/** A field's name: ours where it is the house's, else the provider's own word, which stays as it is there. */
export function labelOf(key: string, t: Say): string {
  const own = `accounts.key.${key}`;
  if (isKey(own)) return t(own);
  const words = key.split("_").map((word) => SHORT[word] ?? word);
  const [first = "", ...rest] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(" ");
}

/** What was typed, without what is empty or as it would be anyway. */
export function valuesOf(form: FormData, kind: Kind): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of kind.fields) {
    const typed = String(form.get(field.key) ?? "").trim();
    const usual = field.default || choicesOf(field)?.[0] || "";
    if (typed && typed !== usual) values[field.key] = typed;
  }
  return values;
}

/** The fields that are empty and must not be: those kept already may be. */
export function missingIn(form: FormData, kind: Kind, account: Account | undefined): string[] {
  const kept = new Set(account?.set);
  const empty = (key: string): boolean => !String(form.get(key) ?? "").trim();
  return kind.fields.filter((field) => field.required && empty(field.key) && !kept.has(field.key)).map((field) => field.key);
}

/** What is another in an account than when it was read. `was` and `is` are empty for secrets, which nobody is shown. */
export interface Difference {
  readonly key: string;
  readonly secret: boolean;
  readonly was: string;
  readonly is: string;
}

/** What somebody else changed: fields in the order they are asked for. A secret shows by its mark alone. */
export function differences(before: Account, now: Account, kind: Kind): Difference[] {
  return kind.fields.flatMap((field) => {
    const usual = field.default ?? "";
    const [was, is] = field.secret
      ? [before.marks?.[field.key] ?? "", now.marks?.[field.key] ?? ""]
      : [before.values[field.key] ?? usual, now.values[field.key] ?? usual];
    if (was === is) return [];
    return [field.secret ? { key: field.key, secret: true, was: "", is: "" } : { key: field.key, secret: false, was, is }];
  });
}

/** What a field of the form holds before anybody types. */
export function shownIn(field: KindField, account: Account | undefined): string {
  return account?.values[field.key] ?? (choicesOf(field) ? field.default || (choicesOf(field)?.[0] ?? "") : "");
}

/** A random text for what is ours to choose. */
export function chosenText(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => "abcdefghijklmnopqrstuvwxyz012345".charAt(byte % 32)).join("");
}
