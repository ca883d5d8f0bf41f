/** The way to the hub: a WebSocket, or plain requests where something on the way blocks it. Both say hello first and bring frames. */

import type { HubFrame, PageFrame } from "./frames.ts";

export interface Wire {
  send(frame: PageFrame): void;
  close(): void;
}

export interface Hearing {
  frame(frame: HubFrame): void;
  lost(): void;
}

export type Hello = Extract<PageFrame, { type: "hello" }>;
export type OpenWire = (base: string, hello: Hello, hearing: Hearing) => Wire;

/** A greeting that takes longer than this is none. */
const WELCOME_WITHIN = 8000;
const SESSION = "X-Chat-Session";

export const openSocket: OpenWire = (base, hello, hearing) => {
  const address = new URL("/chat/ws", base);
  address.protocol = address.protocol.replace("http", "ws");
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    socket?.close();
    hearing.lost();
  };
  const patience = setTimeout(end, WELCOME_WITHIN);
  let socket: WebSocket | null = null;
  try {
    socket = new WebSocket(address);
  } catch {
    setTimeout(end, 0); // A page's own policy forbids it.
    return { send: () => undefined, close: () => undefined };
  }
  const open = socket;
  open.onopen = () => open.send(JSON.stringify(hello));
  open.onclose = end;
  open.onmessage = (event) => {
    if (over) return;
    const frame = JSON.parse(event.data) as HubFrame;
    if (frame.type === "welcome") clearTimeout(patience);
    hearing.frame(frame);
  };
  return {
    send: (frame) => {
      if (open.readyState === WebSocket.OPEN) open.send(JSON.stringify(frame));
    },
    close: () => {
      over = true;
      clearTimeout(patience);
      open.close();
    },
  };
};

export const openRequests: OpenWire = (base, hello, hearing) => {
  const stop = new AbortController();
  let session = hello.session;
  let cursor = "";
  let listening = 0;

  const end = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    hearing.lost();
  };
  const take = (frames: HubFrame[]): void => {
    for (const frame of frames) {
      if (stop.signal.aborted) return;
      if (frame.type === "entry") cursor = frame.cursor;
      if (frame.type === "welcome") {
        if (frame.session !== session || !listening) {
          session = frame.session;
          cursor = frame.cursor;
          void listen(++listening);
        }
      }
      hearing.frame(frame);
    }
  };
  const ask = async (path: string, body?: PageFrame): Promise<HubFrame[]> => {
    const headers: Record<string, string> = { [SESSION]: session };
    const init: RequestInit = { signal: stop.signal, headers, credentials: "omit", cache: "no-store" };
    if (body) {
      headers["Content-Type"] = "application/json";
      Object.assign(init, { method: "POST", body: JSON.stringify(body) });
    }
    const answer = await fetch(new URL(path, base), init);
    if (!answer.ok && answer.status !== 400) throw new Error(String(answer.status));
    return (await answer.json()) as HubFrame[];
  };
  const listen = async (turn: number): Promise<void> => {
    try {
      while (turn === listening && !stop.signal.aborted) {
        const heard = await ask(`/chat/entries?cursor=${cursor}`);
        if (turn === listening) take(heard);
      }
    } catch {
      end();
    }
  };
  // One after the other, so that what is said keeps its order.
  let line: Promise<void> = Promise.resolve();
  const send = (frame: PageFrame): void => {
    line = line.then(async () => {
      if (!stop.signal.aborted) take(await ask("/chat/say", frame));
    });
    line = line.catch(end);
  };
  send(hello);
  return { send, close: () => stop.abort() };
};
