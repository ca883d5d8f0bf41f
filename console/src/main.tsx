/** The console's way in: asks for session and list at once, and paints without waiting for either. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./styles/layers.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/early.css";
import { Api, Problem } from "./api/client";
import type { SignedIn } from "./api/shapes";
import { keepTime } from "./api/time";
import { Acts } from "./feed/acts";
import { browserGround, Feed } from "./feed/connection";
import { Desk } from "./feed/desk";
import { isView, VIEWS } from "./feed/select";
import { Uploads } from "./feed/uploads";
import { ALERTS } from "./shell/Alerts";
import { ToastFrame, WordsFrame } from "./shell/app";
import { recall } from "./shell/prefs";
import { Root } from "./shell/Root";
import { routeOf } from "./shell/route";
import { InboxView } from "./shell/views";

const theme = recall("theme");
if (theme) document.documentElement.dataset.theme = theme;

const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (count, error) => count < 3 && error instanceof Problem && error.passing },
  },
});

const api = new Api();
keepTime();
const desk = new Desk();
const acts = new Acts(api, desk);
const uploads = new Uploads(api);
const feed = new Feed(
  {
    frame: (frame) => {
      desk.tell({ kind: "frame", frame, now: Date.now() });
      if (frame.type === "alerts") void queries.invalidateQueries({ queryKey: ALERTS });
      if (frame.type === "stale") desk.tell({ kind: "resync", views: frame.views, timelines: false });
    },
    link: (link) => desk.tell({ kind: "link", link }),
    resync: () => {
      desk.tell({ kind: "resync", views: VIEWS, timelines: true });
      void queries.invalidateQueries({ queryKey: ALERTS });
    },
    signedOut: () => api.onSignedOut(),
  },
  browserGround(api),
);
acts.onCursor = (cursor) => feed.start(cursor);

const route = routeOf(location.hash);
if (route.view === "inbox") {
  const view = route.parts[0] ?? "queue";
  InboxView.ahead();
  if (isView(view)) acts.list(view).catch(() => {});
}
const session = api.get<SignedIn>("/api/session").catch((error: unknown) => {
  if (error instanceof Problem && error.status === 401) return "out" as const;
  throw error;
});

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <WordsFrame>
          <ToastFrame>
            <Root parts={{ api, desk, acts, feed, uploads }} opening={session} />
          </ToastFrame>
        </WordsFrame>
      </QueryClientProvider>
    </StrictMode>,
  );

for (const event of ["online", "focus"]) window.addEventListener(event, () => feed.hurry());
window.addEventListener("online", () => uploads.hurry());
window.addEventListener("offline", () => feed.gone());
document.addEventListener("visibilitychange", () => feed.seen(!document.hidden));
feed.seen(!document.hidden);
