/** The live feed: a WebSocket that comes again by itself, and the same frames by asking where no WebSocket gets through. */

import type { Api } from "../api/client";
import { Problem } from "../api/client";
import type { ConsoleFrame, HubFrame, ViewName } from "../api/shapes";
import type { Link } from "./state";

/** What the feed tells. `frame`: one by one, in order; `resync`: what came before is not told any more, so read again. */
export interface FeedEars {
  readonly frame: (frame: HubFrame) => void;
  readonly link: (link: Link) => void;
  readonly resync: () => void;
  readonly signedOut: () => void;
}

/** The parts of a browser the feed needs; a test brings its own. */
export interface FeedGround {
  readonly api: Api;
  readonly open: (path: string) => WebSocket;
  readonly later: (run: () => void, ms: number) => number;
  readonly cancel: (timer: number) => void;
}

const BACKOFF_MS = [300, 1_000, 2_000, 4_000, 8_000];
/** A WebSocket that failed so often in a row is taken to be blocked on the way; asking works through any proxy. */
const FAILURES_BEFORE_POLLING = 3;
const POLL_MS = 2_000;
const TRY_SOCKET_EVERY = 15;
/** `readyState` of a socket that is open; below it, one that is about to be. */
const OPEN = 1;
const TYPING_EVERY_MS = 2_500;
/** So long a tab is hidden before nobody counts as looking: a glance at another one changes nothing. */
export const AWAY_MS = 5_000;

export function browserGround(api: Api): FeedGround {
  return {
    api,
    open: (path) => new WebSocket(new URL(path, location.href.replace(/^http/, "ws"))),
    later: (run, ms) => window.setTimeout(run, ms),
    cancel: (timer) => window.clearTimeout(timer),
  };
}

export class Feed {
  #cursor = "";
  #views: readonly ViewName[] = [];
  #customer = "";
  #away = false;
  #leaving: number | undefined;
  #socket: WebSocket | undefined;
  #timer: number | undefined;
  #failures = 0;
  #polls = 0;
  #typedAt = 0;
  #stopped = true;
  readonly #ears: FeedEars;
  readonly #ground: FeedGround;

  constructor(ears: FeedEars, ground: FeedGround) {
    this.#ears = ears;
    this.#ground = ground;
  }

  /** Begin behind a cursor that came with a list; called again it changes nothing. */
  start(cursor: string): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#cursor ||= cursor;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#rest();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
  }

  /** Which lists are in sight. */
  views(views: readonly ViewName[]): void {
    if (views.join() === this.#views.join()) return;
    this.#views = views;
    this.#send({ type: "views", views: [...views] });
  }

  /** Which customer is in sight. */
  look(customer: string): void {
    if (customer === this.#customer) return;
    this.#customer = customer;
    this.#looks();
  }

  /** Whether anybody sees this tab: a hidden one is nobody's look after a while, and one that comes back is at once. */
  seen(visible: boolean): void {
    if (this.#leaving !== undefined) this.#ground.cancel(this.#leaving);
    this.#leaving = visible ? undefined : this.#ground.later(() => this.#turn(true), AWAY_MS);
    if (visible) this.#turn(false);
  }

  #turn(away: boolean): void {
    if (away === this.#away) return;
    this.#away = away;
    this.#looks();
  }

  #looks(): void {
    this.#send({ type: "look", customer: this.#customer, away: this.#away });
  }

  /** The agent types; told on at most every few seconds. */
  typing(customer: string, now: number): void {
    if (now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.#send({ type: "typing", customer });
  }

  /** The network is back, or the window is looked at again: do not wait any longer. */
  hurry(): void {
    if (this.#stopped || (this.#socket && this.#socket.readyState <= OPEN)) return;
    this.#rest();
    this.#connect();
  }

  /** The browser says that the network is gone: a socket may not notice for half a minute, so it is not believed any more. */
  gone(): void {
    if (this.#stopped) return;
    this.#rest();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#failed();
  }

  #send(frame: ConsoleFrame): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #rest(): void {
    if (this.#timer !== undefined) this.#ground.cancel(this.#timer);
    this.#timer = undefined;
  }

  #connect(): void {
    let socket: WebSocket;
    try {
      socket = this.#ground.open("/api/feed");
    } catch {
      // A browser, or what guards it, that knows no WebSocket.
      this.#failures += 1;
      this.#failed();
      return;
    }
    this.#socket = socket;
    let welcomed = false;
    socket.onopen = () =>
      this.#send({ type: "hello", cursor: this.#cursor, views: [...this.#views], customer: this.#customer, away: this.#away });
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#socket !== socket) return;
      const frame = JSON.parse(String(event.data)) as HubFrame;
      if (frame.type === "bye" && (frame.reason === "signed out" || frame.reason === "forbidden")) {
        this.stop();
        this.#ears.signedOut();
        return;
      }
      if (frame.type === "welcome") {
        welcomed = true;
        this.#failures = 0;
        this.#ears.link("live");
      }
      this.#hear(frame);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      if (this.#stopped) return;
      if (!welcomed) this.#failures += 1;
      this.#failed();
    };
  }

  #failed(): void {
    if (this.#failures >= FAILURES_BEFORE_POLLING) {
      this.#polls = 0;
      void this.#poll();
      return;
    }
    this.#ears.link("lost");
    this.#timer = this.#ground.later(() => this.#connect(), BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 8_000);
  }

  #hear(frame: HubFrame): void {
    if ("cursor" in frame && frame.cursor) this.#cursor = frame.cursor;
    if (frame.type === "welcome" && frame.resync) this.#ears.resync();
    this.#ears.frame(frame);
  }

  async #poll(): Promise<void> {
    const query = new URLSearchParams({ cursor: this.#cursor, views: this.#views.join(), customer: this.#customer, away: `${this.#away}` });
    try {
      const { frames } = await this.#ground.api.get<{ frames: HubFrame[] }>(`/api/feed/since?${query}`);
      if (this.#stopped) return;
      this.#ears.link("polling");
      for (const frame of frames) this.#hear(frame);
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
        this.stop();
        this.#ears.signedOut();
        return;
      }
      this.#ears.link("lost");
    }
    this.#polls += 1;
    const socketNext = this.#polls % TRY_SOCKET_EVERY === 0;
    this.#timer = this.#ground.later(() => (socketNext ? this.#connect() : void this.#poll()), POLL_MS);
  }
}
