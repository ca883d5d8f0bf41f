/** What an agent does: shown at once, asked of the hub under one key, so that asking again never doubles; taken back where it is refused. */

import { type Api, at, newKey, Problem } from "../api/client";
import type { Address, Attachment, CommentVerb, InboxPage, Settled, TimelinePage, UnderWay, ViewName } from "../api/shapes";
import { hubNow } from "../api/time";
import type { Desk } from "./desk";
import type { Card, Pending } from "./state";

const PAGE = 100;
const LINES = 50;
const ASK_AGAIN_MS = [500, 1_500, 4_000];
/** How long a line of ours may take to come by the feed before it is read instead. */
const LINE_LATE_MS = 4_000;
/** How long a message that is being sent is waited for: a call to a provider takes no longer. */
const UNDER_WAY_MS = 12_000;

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export class Acts {
  readonly #api: Api;
  readonly #desk: Desk;
  readonly #reading = new Map<string, Promise<unknown>>();
  /** Called with the cursor that came with the first list. */
  onCursor: (cursor: string) => void = () => {};

  constructor(api: Api, desk: Desk) {
    this.#api = api;
    this.#desk = desk;
  }

  /** Read the first page of a list, or the one after what is known. Raises Problem. */
  list(view: ViewName, more = false): Promise<void> {
    return this.#once(`list ${view}`, async () => {
      const cursor = more ? this.#desk.state.lists[view].next : "";
      this.#desk.tell({ kind: "list asked", view });
      try {
        const query = new URLSearchParams({ view, limit: String(PAGE), ...(cursor && { cursor }) });
        const page = await this.#api.get<InboxPage>(`/api/inbox?${query}`);
        this.#desk.tell({ kind: "list came", view, page, more });
        this.onCursor(page.feed);
      } catch (error) {
        this.#desk.tell({ kind: "list failed", view });
        throw error;
      }
    });
  }

  /** Read a customer's newest lines, or those before what is known. Raises Problem. */
  timeline(customer: string, older = false): Promise<void> {
    return this.#once(`timeline ${customer}`, async () => {
      const before = older ? (this.#desk.state.timelines[customer]?.before ?? "") : "";
      const query = new URLSearchParams({ limit: String(LINES), ...(before && { before }) });
      const page = await this.#api.get<TimelinePage>(`${at("/api/customers/{}/timeline", customer)}?${query}`);
      this.#desk.tell({ kind: "timeline came", customer, page, older });
    });
  }

  claim(card: Card): Promise<void> {
    return this.#wish(card, "claim", {});
  }

  release(card: Card, summary: string): Promise<void> {
    return this.#wish(card, "release", { summary });
  }

  resolve(card: Card, reason: string): Promise<void> {
    return this.#wish(card, "resolve", { reason });
  }

  reopen(card: Card): Promise<void> {
    return this.#wish(card, "reopen", {});
  }

  /** Write to the customer; `to` chooses the thread, else the last one they used. */
  say(
    card: Pick<Card, "customer" | "conversation">,
    text: string,
    { to, attachments = [] }: { to?: Address | undefined; attachments?: readonly Attachment[] } = {},
  ): Promise<void> {
    const pending = { ...this.#pending(card, "say", text, to), ...(attachments.length && { attachments }) };
    this.#desk.tell({ kind: "wished", pending });
    return this.#send(pending, bodyOf(pending));
  }

  note(card: Pick<Card, "customer" | "conversation">, text: string, mentions: readonly string[] = []): Promise<void> {
    const pending = this.#pending(card, "note", text);
    this.#desk.tell({ kind: "wished", pending });
    return this.#send(pending, { text, conversation: card.conversation, ...(mentions.length && { mentions }) });
  }

  /** The same request under its own key: what the hub took already is not done twice. */
  again(pending: Pending): Promise<void> {
    this.#desk.tell({ kind: "again", key: pending.key });
    return this.#send(pending, bodyOf(pending));
  }

  forget(pending: Pending): void {
    this.#desk.tell({ kind: "forget", key: pending.key });
  }

  /** Send a failed, unknown or suppressed message after all; `key` stays the same while it is tried. */
  async retry(customer: string, delivery: string): Promise<void> {
    await this.#decided(at("/api/customers/{}/retry", customer), { delivery }, newKey());
    this.#lookLater(customer);
  }

  /** Put other words in the place of a message; one that is being sent just now is waited for. Raises Problem. */
  correct(customer: string, delivery: string, text: string): Promise<void> {
    return this.#amended(at("/api/customers/{}/correct", customer), customer, { delivery, text });
  }

  /** Take a message back, in the same way. */
  recall(customer: string, delivery: string): Promise<void> {
    return this.#amended(at("/api/customers/{}/recall", customer), customer, { delivery });
  }

  async #amended(path: string, customer: string, body: object): Promise<void> {
    for (const end = Date.now() + UNDER_WAY_MS; ; ) {
      try {
        await this.#decided(path, body, newKey());
        break;
      } catch (error) {
        if (!(error instanceof Problem && error.code === "under_way") || Date.now() > end) throw error;
        await sleep(700);
      }
    }
    this.#lookLater(customer);
  }

  /** Put the bot's suppressed draft away. */
  async dismiss(customer: string, delivery: string): Promise<void> {
    await this.#decided(at("/api/customers/{}/dismiss", customer), { delivery }, newKey());
    this.#lookLater(customer);
  }

  /** Do something to a comment. `key` stays the same while the same is asked for, so that nothing is said twice. */
  async comment(
    customer: string,
    asked: { verb: CommentVerb; comment: string; conversation: string; text?: string },
    key: string,
  ): Promise<void> {
    await this.#decided(at("/api/customers/{}/comments", customer), asked, key);
    this.#lookLater(customer);
  }

  #pending(card: Pick<Card, "customer" | "conversation">, act: Pending["act"], text = "", address?: Address): Pending {
    const { customer, conversation } = card;
    return { key: newKey(), act, customer, conversation, at: hubNow(), text, taken: false, failed: "", ...(address && { address }) };
  }

  async #wish(card: Card, act: "claim" | "release" | "resolve" | "reopen", more: object): Promise<void> {
    const pending = this.#pending(card, act);
    this.#desk.tell({ kind: "wished", pending });
    const path = at(`/api/customers/{}/${act}`, card.customer);
    try {
      const settled = await this.#decided(path, { conversation: card.conversation, ...more }, pending.key);
      this.#desk.tell({ kind: "taken", key: pending.key, epoch: settled.epoch || card.epoch + 1 });
    } catch (error) {
      this.#desk.tell({ kind: "refused", key: pending.key, reason: "", keep: false });
      throw error;
    }
  }

  async #send(pending: Pending, body: object): Promise<void> {
    const path = at(pending.act === "note" ? "/api/customers/{}/notes" : "/api/customers/{}/say", pending.customer);
    try {
      const settled = await this.#decided(path, body, pending.key);
      this.#desk.tell({ kind: "taken", key: pending.key, epoch: settled.epoch || 0 });
    } catch (error) {
      const reason = error instanceof Problem ? error.code || String(error.status) : "offline";
      this.#desk.tell({ kind: "refused", key: pending.key, reason, keep: true });
      throw error;
    }
    this.#lookLater(pending.customer, pending.key);
  }

  /** Ask until the hub has decided: again under the same key where it is still busy or out of reach. Raises Problem. */
  async #decided(path: string, body: object, key: string): Promise<Settled> {
    for (let tries = 0; ; ) {
      try {
        const answer = await this.#api.post<Settled | UnderWay>(path, body, key);
        if (answer.status !== 202 || !("detail" in answer.body)) return answer.body as Settled;
        await sleep(300);
      } catch (error) {
        const wait = ASK_AGAIN_MS[tries++];
        if (!(error instanceof Problem && error.passing) || wait === undefined) throw error;
        await sleep(Math.max(wait, error.wait * 1000));
      }
    }
  }

  /** The feed tells what came of it; where it does not in time, the timeline is read. */
  #lookLater(customer: string, key = ""): void {
    setTimeout(() => {
      const waits = !key || this.#desk.state.pending.some((one) => one.key === key && one.taken);
      if (!waits) return;
      void this.timeline(customer)
        .catch(() => {})
        .then(() => key && this.#desk.tell({ kind: "forget", key }));
    }, LINE_LATE_MS);
  }

  #once(name: string, work: () => Promise<void>): Promise<void> {
    const running = this.#reading.get(name) as Promise<void> | undefined;
    if (running) return running;
    const started = work().finally(() => this.#reading.delete(name));
    this.#reading.set(name, started);
    return started;
  }
}

/** What is asked for, the same each time: by its key and its body the hub knows it again. */
function bodyOf({ text, conversation, address, attachments }: Pending): object {
  return { text, conversation, ...(address && { to: address }), ...(attachments && { attachments }) };
}
