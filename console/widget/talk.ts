/** One customer's talk with the shop, without a screen: what is written is kept until the hub has it, what the hub says is read by cursor. */

import { type Entry, type HubFrame, later, type Piece, type Shown } from "./frames.ts";
import { Line } from "./line.ts";
import { dropUnsent, type Kept, keep, keepUnsent, NOTHING, onOtherTab, recalled, type Unsent, unsent } from "./memory.ts";
import type { Hello } from "./wire.ts";

export type Mark = "sending" | "sent" | "failed" | "refused" | "file";

export interface Screen {
  show(entry: Entry): void;
  mark(id: string, mark: Mark): void;
  connected(up: boolean): void;
  typing(who: string): void;
  began(): void;
  signedIn(user: string, channels: string[], most: number): void;
  linked(channel: string, url: string): void;
  unread(count: number): void;
  /** Whether the customer sees the log now. */
  watching(): boolean;
}

const ACK_WITHIN = 8000; // ms; a connection that died silently never answers
const AGAIN_AFTER = 2000; // ms, when the hub could not take a message
const TYPING_EVERY = 2500;

export class Talk {
  session = "";
  user = "";
  private readonly line: Line;
  private kept: Kept = recalled();
  private outbox: Unsent[] = unsent();
  private seen = new Set<string>();
  private unreadIds = new Map<string, string>();
  private whole = false;
  private cursor = "";
  private reported = "";
  private inFlight = "";
  private ackTimer = 0;
  private typed = 0;
  private token = "";
  private asked = false;
  private wish = "";
  private signing: { done: (user: string) => void; failed: (why: Error) => void }[] = [];
  private waiting: ((session: string) => void)[] = [];

  constructor(
    base: string,
    private readonly language: () => string,
    private readonly screen: Screen,
  ) {
    this.session = this.kept.session;
    this.line = new Line(base, {
      hello: () => this.hello(),
      frame: (frame) => this.take(frame),
      lost: () => this.lost(),
      connected: (up) => screen.connected(up),
      idle: () => !this.inFlight && !this.asked,
    });
    onOtherTab((sent) => (sent ? this.finish(sent) : this.follow()));
    document.addEventListener("visibilitychange", () => this.report());
    for (const message of this.outbox) this.showUnsent(message);
    if (this.session || this.outbox.length) this.line.connect();
  }

  // ---- the connection

  /** Connect, and have the whole log from its beginning. */
  open(): void {
    if (!this.whole) {
      this.whole = true;
      this.cursor = "";
      this.line.close();
      this.lost();
    }
    this.line.connect();
    this.report();
  }

  /** The session, which is begun if there is none yet. */
  begun(): Promise<string> {
    if (this.session) return Promise.resolve(this.session);
    this.line.connect();
    return new Promise((done) => this.waiting.push(done));
  }

  private hello(): Hello {
    // What is not noted as read yet is asked for again, so that it can be reported; shown twice it is not.
    const known = this.whole ? this.cursor : this.kept.read;
    const from = later(known, this.kept.read) ? this.kept.read : known;
    return { type: "hello", session: this.kept.session, cursor: from, read: this.kept.read };
  }

  private lost(): void {
    this.asked = false;
    this.inFlight = "";
    clearTimeout(this.ackTimer);
    for (const { id } of this.outbox) this.screen.mark(id, "failed");
  }

  private take(frame: HubFrame): void {
    switch (frame.type) {
      case "welcome":
        this.enter(frame);
        break;
      case "ack":
        this.finish(frame.id);
        this.screen.mark(frame.id, "sent");
        this.sendNext();
        break;
      case "entry":
        this.show(frame);
        break;
      case "noted":
        this.kept.read = frame.upto;
        keep(this.kept);
        break;
      case "typing":
        this.screen.typing(frame.who ?? "agent");
        break;
      case "linked":
        this.wish = "";
        this.screen.linked(frame.channel, frame.url);
        break;
      case "error":
        this.refused(frame);
        break;
      default: // A newer hub may say more than this page knows.
    }
  }

  private enter(frame: Extract<HubFrame, { type: "welcome" }>): void {
    const user = frame.user ?? "";
    if (frame.session !== this.kept.session) this.moveTo(frame.session, user);
    this.kept.session = this.session = frame.session;
    this.kept.user = this.user = user;
    keep(this.kept);
    this.reported = this.kept.read;
    for (const done of this.waiting.splice(0)) done(this.session);
    this.screen.signedIn(user, frame.channels ?? [], frame.file_size ?? 0);
    if (this.token && !this.asked) {
      // What is said next is said by whoever that is.
      this.login();
      return;
    }
    this.token = "";
    this.asked = false;
    if (this.wish && user) this.line.send({ type: "link", channel: this.wish });
    for (const one of this.signing.splice(0)) one.done(user);
    this.sendNext();
    this.report();
  }

  /** Another session: what was shown is not of it, and what somebody else wrote is not sent in it. */
  private moveTo(session: string, user: string): void {
    const first = !this.kept.session;
    this.kept = { ...NOTHING, session };
    this.cursor = "";
    this.inFlight = "";
    clearTimeout(this.ackTimer);
    for (const one of this.outbox) if (one.user && one.user !== user) dropUnsent(one.id);
    this.outbox = this.outbox.filter((one) => !one.user || one.user === user);
    if (first) return;
    this.forget();
    for (const message of this.outbox) this.showUnsent(message);
  }

  private forget(): void {
    this.seen.clear();
    this.unreadIds.clear();
    this.screen.began();
    this.screen.unread(0);
  }

  /** Another tab signed in or out: go where it went. */
  private follow(): void {
    const kept = recalled();
    if (kept.session === this.kept.session) {
      this.kept = kept;
      for (const [id, cursor] of this.unreadIds) if (!later(cursor, kept.read)) this.unreadIds.delete(id);
      this.screen.unread(this.unreadIds.size);
      return;
    }
    this.moveTo(kept.session, kept.user);
    this.kept = kept;
    this.session = kept.session;
    this.user = kept.user;
    this.line.close();
    if (kept.session || this.screen.watching()) this.line.connect();
    else this.screen.signedIn("", [], 0);
  }

  // ---- out: one message at a time, so their order holds

  say(text: string, payload = "", files: Unsent["files"] = []): void {
    const id = newId();
    const message: Unsent = { id, text, payload, at: Date.now(), files, user: this.kept.user };
    this.outbox.push(message);
    keepUnsent(message);
    this.showUnsent(message);
    this.line.connect();
    this.sendNext();
  }

  private showUnsent({ id, text, at, files }: Unsent): void {
    this.seen.add(id);
    const links: Piece[] = files;
    this.screen.show({ id, who: "customer", at, text, links, delivery: "" });
    this.screen.mark(id, this.line.offline ? "failed" : "sending");
  }

  private sendNext(): void {
    const [message] = this.outbox;
    if (!message || !this.line.up || this.inFlight || this.token) return;
    const { id, text, payload, files } = message;
    this.inFlight = id;
    this.screen.mark(id, "sending");
    this.line.send({ type: "say", id, text, payload, language: this.language(), files: files.map((one) => one.id) });
    clearTimeout(this.ackTimer);
    this.ackTimer = window.setTimeout(() => this.line.drop(), ACK_WITHIN);
  }

  private refused({ code, text, id = "" }: Extract<HubFrame, { type: "error" }>): void {
    if (code === "login") {
      this.token = "";
      this.asked = false;
      for (const one of this.signing.splice(0)) one.failed(new Error(text));
      this.sendNext();
      return;
    }
    if (code === "later" && id) {
      clearTimeout(this.ackTimer);
      this.screen.mark(id, "failed");
      setTimeout(() => {
        if (this.inFlight !== id) return;
        this.inFlight = "";
        this.sendNext();
      }, AGAIN_AFTER);
    } else if (code === "later") {
      // What was read, or a login, is told once more.
      setTimeout(() => (this.asked ? this.login() : this.reportAgain()), AGAIN_AFTER);
    } else if (this.inFlight && (id === this.inFlight || code === "frame")) {
      const gone = this.inFlight;
      this.finish(gone);
      this.screen.mark(gone, code === "file" ? "file" : "refused");
      this.sendNext();
    }
  }

  private finish(id: string): void {
    if (this.inFlight === id) {
      clearTimeout(this.ackTimer);
      this.inFlight = "";
    }
    this.outbox = this.outbox.filter((message) => message.id !== id);
    dropUnsent(id);
  }

  types(): void {
    if (!this.line.up || Date.now() - this.typed < TYPING_EVERY) return;
    this.typed = Date.now();
    this.line.send({ type: "typing" });
  }

  askLink(channel: string): void {
    // Asked for again after a break, until it has come: a link is a button that was pressed.
    this.wish = channel;
    if (this.line.up) this.line.send({ type: "link", channel });
  }

  // ---- who it is

  signIn(token: string): Promise<string> {
    this.token = token;
    const outcome = new Promise<string>((done, failed) => this.signing.push({ done, failed }));
    if (this.line.up) this.login();
    else this.line.connect();
    return outcome;
  }

  private login(): void {
    if (!this.line.up || !this.token) return;
    this.asked = true;
    this.line.send({ type: "login", token: this.token });
  }

  /** From here on it may be somebody else: nothing of what was said is left in this browser. */
  signOut(): void {
    this.token = "";
    this.asked = false;
    for (const { id } of this.outbox) dropUnsent(id);
    this.outbox = [];
    this.kept = { ...NOTHING };
    keep(this.kept);
    this.session = this.user = this.cursor = "";
    this.inFlight = "";
    clearTimeout(this.ackTimer);
    this.line.close();
    this.forget();
    this.screen.signedIn("", [], 0);
    if (this.screen.watching()) this.line.connect();
  }

  // ---- in

  private show(entry: Shown): void {
    if (later(entry.cursor, this.cursor)) this.cursor = entry.cursor;
    if (entry.who !== "customer" && later(entry.cursor, this.kept.read) && !this.screen.watching()) {
      // What was read and is changed since is no news; what is taken back is none any more.
      const known = this.seen.has(entry.id) && !this.unreadIds.has(entry.id);
      if (entry.gone) this.unreadIds.delete(entry.id);
      else if (!(entry.edited && known)) this.unreadIds.set(entry.id, entry.cursor);
      this.screen.unread(this.unreadIds.size);
    }
    this.seen.add(entry.id);
    this.screen.show(entry);
    if (entry.who === "customer") this.screen.mark(entry.id, "sent");
    this.report();
  }

  private reportAgain(): void {
    this.reported = this.kept.read;
    this.report();
  }

  /** Tell what is on the screen as read. */
  report(): void {
    if (!this.screen.watching()) return;
    if (this.unreadIds.size) {
      this.unreadIds.clear();
      this.screen.unread(0);
    }
    if (!this.line.up || !later(this.cursor, this.reported)) return;
    this.reported = this.cursor;
    this.line.send({ type: "read", upto: this.cursor, since: this.kept.read });
  }
}

export function newId(): string {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
