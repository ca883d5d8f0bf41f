/** The widget: one script, one global. `omnihub.open()`, `.close()`, `.say()`, `.on()`, `.configure()`, `.identify()`, `.logout()`, `.track()`. */

import { chosen, DEFAULTS } from "./options.ts";
import { Panel, type Told } from "./panel.ts";
import { Talk } from "./talk.ts";

type Listener = (detail: unknown) => void;

interface Omnihub {
  open(): void;
  close(): void;
  say(text: string): void;
  configure(options: Record<string, unknown>): void;
  identify(token: string): Promise<string>;
  logout(): void;
  track(name: string, properties?: Record<string, unknown>): Promise<void>;
  on(event: Told, listener: Listener): () => void;
  push(call: [string, ...unknown[]]): unknown;
}

declare global {
  interface Window {
    omnihub?: Omnihub | [string, ...unknown[]][];
  }
}

function begin(script: HTMLScriptElement | null): void {
  const waiting = Array.isArray(window.omnihub) ? window.omnihub : [];
  if (window.omnihub && !Array.isArray(window.omnihub)) return; // Pasted twice.
  const base = new URL(script?.src || location.href).origin;
  let options = chosen(DEFAULTS, { ...script?.dataset });
  const listeners = new Map<Told, Set<Listener>>();
  const panel = new Panel(base, options, (event, detail) => {
    for (const listener of listeners.get(event) ?? []) listener(detail);
  });
  const talk = new Talk(base, () => panel.language, panel);

  const omnihub: Omnihub = {
    open: () => panel.open(),
    close: () => panel.close(),
    // What a page's own button asks in the customer's name: `Where is my order?` beside an order.
    say: (text) => panel.asks(text),
    configure: (given) => {
      options = chosen(options, given);
      panel.configure(options);
    },
    identify: (token) => talk.signIn(token),
    logout: () => talk.signOut(),
    track: async (name, properties = {}) => {
      const now = new Date().toISOString();
      const messageId = crypto.randomUUID?.() ?? String(Math.random());
      // Both times by the page's clock: the hub takes their difference, so a clock that is wrong does no harm.
      const body = { event: name, properties, messageId, timestamp: now, sentAt: now };
      const headers = { "Content-Type": "application/json", "X-Chat-Session": await talk.begun() };
      const init = { method: "POST", headers, body: JSON.stringify(body), keepalive: true, credentials: "omit" } as const;
      const answer = await fetch(new URL("/v1/track", base), init);
      if (!answer.ok) throw new Error(`track: ${answer.status}`);
    },
    on: (event, listener) => {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => all.delete(listener);
    },
    // What a page called before the script had come: `omnihub.push(["identify", token])`.
    push: ([name, ...given]) => (omnihub[name as keyof Omnihub] as (...given: unknown[]) => unknown)?.(...given),
  };
  window.omnihub = omnihub;
  for (const call of waiting) omnihub.push(call);
  const show = (): void => {
    document.body.append(panel.host);
    panel.configure(options);
    panel.begin(talk);
    panel.host.dataset.ready = "";
  };
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show);
}

begin(document.currentScript as HTMLScriptElement | null);
