/** Who sits here decides what is shown: the shell, the way in, or the first set-up. */

import { useEffect, useMemo, useState } from "react";
import { Problem } from "../api/client";
import type { SignedIn } from "../api/shapes";
import { languageOf } from "../words/words";
import { type Parts, PartsFrame, type SessionState, useWords } from "./app";
import { later } from "./later";
import { recall } from "./prefs";
import { useRoute } from "./route";
import { Shell } from "./Shell";
import { Toasts } from "./Toasts";
import { useTheme } from "./theme";

const SignIn = later(() => import("./SignIn"));
const SetUp = later(() => import("./SetUp"));

export function Root({ parts, opening }: { parts: Parts; opening: Promise<SignedIn | "out"> }) {
  const [session, set] = useState<SessionState["session"]>("opening");
  const { choose } = useWords();
  const { view } = useRoute();
  useTheme();
  useEffect(() => {
    const came = (told: SignedIn | "out"): void => {
      parts.api.csrf = typeof told === "object" ? told.csrf : "";
      if (typeof told === "object") {
        parts.desk.tell({ kind: "me", login: told.user.login });
        const theirs = languageOf(told.user.language);
        if (theirs && !recall("language")) choose(theirs);
      } else parts.feed.stop();
      set(told);
    };
    parts.api.onSignedOut = () => came("out");
    // A hub that is away while the page opens: ask again until it answers; the line on top tells of it meanwhile.
    const ask = (asked: Promise<SignedIn | "out">): void => {
      asked.then(came, (error: unknown) => {
        if (!(error instanceof Problem && error.passing)) return came("out");
        parts.desk.tell({ kind: "link", link: "lost" });
        setTimeout(() => ask(parts.api.get<SignedIn>("/api/session").catch(outOrThrow)), 2_000);
      });
    };
    ask(opening);
  }, [parts, opening, choose]);
  const state = useMemo<SessionState>(
    () => ({
      session,
      change: (next) => {
        parts.api.csrf = typeof next === "object" ? next.csrf : "";
        if (typeof next === "object") parts.desk.tell({ kind: "me", login: next.user.login });
        else parts.feed.stop();
        set(next);
      },
    }),
    [session, parts],
  );
  return (
    <PartsFrame parts={parts} session={state}>
      {view === "setup" ? <SetUp /> : session === "out" ? <SignIn /> : <Shell />}
      <Toasts />
    </PartsFrame>
  );
}

function outOrThrow(error: unknown): "out" {
  if (error instanceof Problem && error.status === 401) return "out";
  throw error;
}
