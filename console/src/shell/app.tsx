/** What every view may ask for: the hub, the desk, the words of the viewer's language, a toast. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { type Api, Problem } from "../api/client";
import type { Right, SignedIn } from "../api/shapes";
import type { Acts } from "../feed/acts";
import type { Feed } from "../feed/connection";
import type { Desk } from "../feed/desk";
import type { Uploads } from "../feed/uploads";
import { type Formats, formats } from "../words/format";
import { isKey, type Language, languageOf, preferred, type Say, sayer } from "../words/words";
import { usePref } from "./prefs";

export interface Parts {
  readonly api: Api;
  readonly desk: Desk;
  readonly acts: Acts;
  readonly feed: Feed;
  readonly uploads: Uploads;
}

export interface Words {
  readonly t: Say;
  readonly f: Formats;
  readonly language: Language;
  readonly choose: (language: Language) => void;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  readonly undo?: () => void;
}

export interface SessionState {
  /** `opening`: not known yet; `out`: nobody is signed in. */
  readonly session: SignedIn | "opening" | "out";
  readonly change: (session: SignedIn | "out") => void;
}

const PartsContext = createContext<Parts | null>(null);
const WordsContext = createContext<Words | null>(null);
const SessionContext = createContext<SessionState | null>(null);
const ToastContext = createContext<{
  toasts: readonly Toast[];
  show: (toast: Omit<Toast, "id">) => void;
  hide: (id: number) => void;
} | null>(null);

function must<T>(value: T | null): T {
  if (value === null) throw new Error("used outside of the console's own frame");
  return value;
}

export const useParts = (): Parts => must(useContext(PartsContext));
export const useWords = (): Words => must(useContext(WordsContext));
export const useSession = (): SessionState => must(useContext(SessionContext));
export const useToasts = () => must(useContext(ToastContext));

/** Who is signed in; only inside of the shell, where somebody is. */
export function useMe(): SignedIn | undefined {
  const { session } = useSession();
  return typeof session === "object" ? session : undefined;
}

export function useMay(): (right: Right) => boolean {
  const me = useMe();
  return useCallback((right) => me?.rights.includes(right) ?? false, [me]);
}

const UNDO_MS = 8_000;
const SHOWN_MS = 5_000;

export function ToastFrame({ children }: { children: ReactNode }) {
  const [toasts, set] = useState<readonly Toast[]>([]);
  const hide = useCallback((id: number) => set((now) => now.filter((one) => one.id !== id)), []);
  const show = useCallback(
    (toast: Omit<Toast, "id">) => {
      const id = Math.random();
      set((now) => [...now.slice(-2), { ...toast, id }]);
      setTimeout(() => hide(id), toast.undo ? UNDO_MS : SHOWN_MS + toast.text.length * 40);
    },
    [hide],
  );
  const value = useMemo(() => ({ toasts, show, hide }), [toasts, show, hide]);
  return <ToastContext value={value}>{children}</ToastContext>;
}

export function WordsFrame({ children }: { children: ReactNode }) {
  const [kept, keep] = usePref("language");
  const language = languageOf(kept) ?? preferred(navigator.languages);
  const words = useMemo<Words>(() => ({ t: sayer(language), f: formats(language), language, choose: keep }), [language, keep]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <WordsContext value={words}>{children}</WordsContext>;
}

export function PartsFrame({ parts, session, children }: { parts: Parts; session: SessionState; children: ReactNode }) {
  return (
    <PartsContext value={parts}>
      <SessionContext value={session}>{children}</SessionContext>
    </PartsContext>
  );
}

/** What a failure means and what to do, in the viewer's language; the hub's own sentence where we have none. */
export function wordsOf(error: unknown, t: Say): string {
  if (!(error instanceof Problem)) return t("problem.own");
  const code = error.code === "taken" && error.field === "$.login" ? "login_taken" : error.code;
  const key = `problem.${code}`;
  if (code && isKey(key)) return t(key, { owner: error.owner || "…" });
  if (error.status === 0) return t("problem.offline");
  if (error.status === 429) return t("problem.slow", { n: error.wait || 60 });
  if (error.status === 503) return t("problem.busy");
  if (error.status >= 500) return t("problem.own");
  return error.message || t("problem.own");
}

/** Runs an act; where it fails, a toast says what happened. */
export function useTry(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { show } = useToasts();
  const { t } = useWords();
  return useCallback(
    async (work) => {
      try {
        await work();
        return true;
      } catch (error) {
        show({ text: wordsOf(error, t), bad: true });
        return false;
      }
    },
    [show, t],
  );
}
