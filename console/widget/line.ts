/** The line to the hub, kept up: comes again after each break, over plain requests where WebSockets fail, and back when they work. */

import type { HubFrame, PageFrame } from "./frames.ts";
import { type Hello, openRequests, openSocket, type Wire } from "./wire.ts";

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 10_000;
const OFFLINE_AFTER = 1200; // ms without connection before it is worth a word
const SOCKET_FAILURES = 2; // in a row, after which plain requests are tried
const SOCKET_AGAIN = 60_000; // ms on plain requests before the WebSocket gets another chance

export interface Ends {
  hello(): Hello;
  frame(frame: HubFrame): void;
  lost(): void;
  connected(up: boolean): void;
  /** Whether nothing is under way that a change of wires would cut. */
  idle(): boolean;
}

export class Line {
  /** Greeted by the hub, so that what is sent arrives or is told to be lost. */
  up = false;
  offline = 0;
  private wire: Wire | null = null;
  private wanted = false;
  private pause = FIRST_PAUSE;
  private again = 0;
  private failures = 0;
  private onRequests = false;
  private probing = 0;

  constructor(
    private readonly base: string,
    private readonly ends: Ends,
  ) {
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.wire && this.drop());
  }

  connect(): void {
    this.wanted = true;
    clearTimeout(this.again);
    this.again = 0;
    if (this.wire) return;
    this.onRequests = this.failures >= SOCKET_FAILURES && this.failures % 2 === 0;
    const open = this.onRequests ? openRequests : openSocket;
    const wire: Wire = open(this.base, this.ends.hello(), {
      frame: (frame) => this.wire === wire && this.take(frame),
      lost: () => this.wire === wire && this.drop(),
    });
    this.wire = wire;
  }

  send(frame: PageFrame): void {
    this.wire?.send(frame);
  }

  /** Hang up for now; `connect` begins anew. */
  close(): void {
    this.wire?.close();
    this.wire = null;
    this.up = false;
    clearTimeout(this.probing);
  }

  /** The line is dead: hang up, and come again after a while. */
  drop(): void {
    if (!this.up && navigator.onLine !== false) this.failures += 1;
    this.close();
    this.ends.lost();
    this.offline ||= window.setTimeout(() => this.ends.connected(false), OFFLINE_AFTER);
    this.again ||= window.setTimeout(() => this.connect(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  private take(frame: HubFrame): void {
    if (frame.type === "welcome") {
      this.up = true;
      this.pause = FIRST_PAUSE;
      this.failures = this.onRequests ? SOCKET_FAILURES : 0;
      if (this.onRequests) this.probeLater();
      clearTimeout(this.offline);
      this.offline = 0;
      this.ends.connected(true);
    }
    this.ends.frame(frame);
  }

  private hurry(): void {
    if (!this.wanted || this.up) return;
    this.pause = FIRST_PAUSE;
    this.close();
    this.connect();
  }

  /** On plain requests: whether the WebSocket works by now; if it does, go over to it. */
  private probe(): void {
    const current = this.wire;
    const probe: Wire = openSocket(this.base, this.ends.hello(), {
      frame: (frame) => {
        if (this.wire === probe) this.take(frame);
        else if (frame.type !== "welcome" || this.wire !== current || !this.ends.idle()) {
          probe.close();
          if (this.wire === current) this.probeLater();
        } else {
          current?.close();
          this.wire = probe;
          this.onRequests = false;
          this.take(frame);
        }
      },
      lost: () => {
        if (this.wire === probe) this.drop();
        else if (this.wire === current) this.probeLater();
      },
    });
  }

  private probeLater(): void {
    clearTimeout(this.probing);
    this.probing = window.setTimeout(() => this.probe(), SOCKET_AGAIN);
  }
}
