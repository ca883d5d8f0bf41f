/** The conversation on the screen: said lines by their time, waiting ones last, days between them, answers to press under the newest. */

import { element, ICONS, icon } from "./dom.ts";
import type { Entry, Piece } from "./frames.ts";
import type { Mark } from "./talk.ts";
import type { Words } from "./words.ts";

interface Item {
  entry: Entry;
  node: HTMLElement;
  waiting: boolean;
  day: string;
}

interface Around {
  base: string;
  words: () => Words;
  language: () => string;
  answer: (title: string, payload: string) => void;
}

const SPEAKERS = ["customer", "bot", "agent", "nudge", "system"];
const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/u;
const NEAR = 80;

export class Log {
  readonly node = element("div", {
    class: "log",
    id: "log",
    role: "log",
    "aria-live": "polite",
    "aria-relevant": "additions",
    tabindex: "0",
  });
  readonly down = element("button", { class: "down", id: "down", type: "button", hidden: true });
  private items = new Map<string, Item>();
  private tidying = 0;
  private clock = new Intl.DateTimeFormat();
  private calendar = new Intl.DateTimeFormat();

  constructor(private readonly around: Around) {
    this.speak();
    this.down.onclick = () => this.toEnd();
    this.node.onscroll = () => {
      if (this.nearEnd()) this.down.hidden = true;
    };
  }

  get isEmpty(): boolean {
    return this.items.size === 0;
  }

  /** The language has changed: names, times and days are written anew. */
  speak(): void {
    const words = this.around.words();
    const language = this.around.language();
    this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.calendar = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
    this.node.setAttribute("aria-label", words.log);
    this.down.textContent = words.down;
    const entries = [...this.items.values()];
    this.clear();
    for (const { entry, waiting } of entries) this.add(entry, waiting);
  }

  clear(): void {
    this.items.clear();
    this.node.replaceChildren();
    this.down.hidden = true;
  }

  /** Put a line in its place; one that waited for the hub gets the time the hub gave it. */
  show(entry: Entry, waiting: boolean): void {
    const follow = this.nearEnd() || waiting;
    const own = this.items.get(entry.id);
    if (own?.waiting && !waiting) {
      Object.assign(own, { waiting: false, day: this.calendar.format(entry.at) });
      own.entry.at = entry.at;
      const time = own.node.querySelector("time");
      if (time) time.textContent = this.clock.format(entry.at);
      this.place(own);
    } else if (own && entry.edited) this.change(own, entry);
    else if (!own) this.add(entry, waiting);
    if (follow) this.toEnd();
    else if (!own && entry.who !== "customer") this.down.hidden = false;
  }

  /** The shop took it back: nothing stands in its place. */
  remove(id: string): void {
    this.items.get(id)?.node.remove();
    this.items.delete(id);
    this.tidy();
  }

  /** Other words in its place. */
  private change(item: Item, entry: Entry): void {
    const node = this.line(entry);
    item.node.replaceWith(node);
    Object.assign(item, { entry: { ...entry }, node });
    this.tidy();
  }

  mark(id: string, state: Mark): void {
    const item = this.items.get(id);
    const note = item?.node.querySelector(".state");
    if (!item || !note) return;
    item.node.querySelector(".meta")?.classList.toggle("trouble", state === "failed" || state === "refused" || state === "file");
    note.className = `state ${state}`;
    const text = ` · ${this.around.words()[state]}`;
    if (note.textContent !== text) note.textContent = text;
  }

  /** Dots at the end of the log for as long as somebody types. */
  dots(shown: boolean): void {
    const there = this.node.querySelector(".dots");
    if (!shown) there?.remove();
    if (there || !shown) return;
    const follow = this.nearEnd();
    const words = this.around.words();
    // Not a line of the log for a screen reader, which would read it again and again.
    const dots = element("div", { class: "dots" });
    const bubble = element("div", { class: "bubble", role: "img", "aria-label": `${words.agent} ${words.typing}` });
    bubble.append(element("i"), element("i"), element("i"));
    dots.append(bubble);
    this.node.append(dots);
    if (follow) this.toEnd();
  }

  toEnd(): void {
    this.node.scrollTop = this.node.scrollHeight;
    this.down.hidden = true;
  }

  withdrawOffers(): void {
    this.node.querySelector(".offers")?.remove();
  }

  private nearEnd(): boolean {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR;
  }

  private add(entry: Entry, waiting: boolean): void {
    const item: Item = { entry: { ...entry }, node: this.line(entry), waiting, day: this.calendar.format(entry.at) };
    this.items.set(entry.id, item);
    this.place(item);
  }

  private place(item: Item): void {
    let before: Element | null = this.node.querySelector(".dots");
    let node = before ? before.previousElementSibling : this.node.lastElementChild;
    for (; node; node = node.previousElementSibling) {
      const other = this.items.get((node as HTMLElement).dataset.id ?? "");
      if (other === item) continue;
      if (other && (item.waiting || (!other.waiting && other.entry.at <= item.entry.at))) break;
      before = node;
    }
    // Nodes stay where they are if they can: a screen reader speaks what is put in anew.
    if (!item.node.isConnected || item.node.nextElementSibling !== before) this.node.insertBefore(item.node, before);
    clearTimeout(this.tidying);
    this.tidying = window.setTimeout(() => this.tidy(), 0); // Once for a whole history.
  }

  private line(entry: Entry): HTMLElement {
    const words = this.around.words();
    const who = SPEAKERS.includes(entry.who) ? entry.who : "system";
    const node = element("div", { class: `item ${who}`, "data-id": entry.id });
    const pictures = (entry.links ?? []).flatMap((piece) => this.piece(piece));
    if (entry.text) node.append(element("div", { class: "bubble", dir: "auto" }, ...linked(entry.text)));
    node.append(...pictures);
    const meta = element("p", { class: "meta" });
    const name = { bot: words.bot, agent: words.agent, nudge: words.nudge }[who as "bot"];
    if (who === "nudge") meta.append(icon(ICONS.bell));
    if (name) meta.append(element("span", who === "bot" ? { class: "tag" } : {}, name), " · ");
    meta.append(
      element("time", {}, this.clock.format(entry.at)),
      entry.edited ? ` · ${words.edited}` : "",
      element("span", { class: "state" }),
    );
    node.append(meta);
    return node;
  }

  private piece(piece: Piece): HTMLElement[] {
    let url: URL;
    try {
      url = new URL(piece.url, this.around.base);
    } catch {
      return [];
    }
    if (!/^https?:$/u.test(url.protocol)) return [];
    const link = element("a", { class: "file", href: url.href, target: "_blank", rel: "noopener noreferrer", dir: "auto" });
    const name = piece.name || this.around.words().picture;
    const named = (): void =>
      link.append(icon(ICONS.file), element("span", {}, piece.name || piece.kind), ...sized(piece, this.around.language()));
    if (piece.kind === "image" && piece.mime !== "image/heic") {
      const picture = element("img", { alt: name, src: url.href });
      picture.onerror = () => {
        link.classList.remove("picture");
        picture.remove();
        named();
      };
      picture.onload = () => this.follow(picture);
      link.classList.add("picture");
      link.append(picture);
    } else if (piece.kind === "audio" || piece.kind === "voice" || piece.kind === "video") {
      const player = element(piece.kind === "video" ? "video" : "audio", {
        controls: true,
        preload: "metadata",
        src: url.href,
        "aria-label": name,
      });
      player.onerror = () => player.remove();
      named();
      return [player, link];
    } else named();
    return [link];
  }

  /** A picture that came late pushes the newest line out of sight. */
  private follow(picture: HTMLElement): void {
    if (this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR + picture.offsetHeight) this.toEnd();
  }

  private tidy(): void {
    const follow = this.nearEnd();
    let last = this.calendar.format(Date.now()); // Today needs no heading.
    let heading: Element | null = null;
    for (const node of [...this.node.children]) {
      const item = this.items.get((node as HTMLElement).dataset.id ?? "");
      if (!item) {
        if (node.classList.contains("dots")) continue;
        heading?.remove();
        heading = node;
        continue;
      }
      if (item.day === last) heading?.remove();
      else if (heading?.textContent !== item.day) {
        heading?.remove();
        this.node.insertBefore(element("div", { class: "day" }, item.day), node);
      }
      heading = null;
      last = item.day;
    }
    heading?.remove();
    this.refreshOffers();
    if (follow) this.toEnd();
  }

  private refreshOffers(): void {
    const newest = [...this.node.querySelectorAll<HTMLElement>(".item")].at(-1);
    if (newest?.querySelector(".offers")) return;
    this.withdrawOffers();
    const offered = this.items.get(newest?.dataset.id ?? "")?.entry.quick_replies;
    if (!offered?.length) return;
    const group = element("div", { class: "offers", role: "group", "aria-label": this.around.words().offers });
    for (const { title, payload = "" } of offered) {
      const button = element("button", { type: "button" }, title);
      button.onclick = () => this.around.answer(title, payload);
      group.append(button);
    }
    newest?.append(group);
  }
}

/** Words with their addresses made links; whatever else stands in them stays words. */
function linked(text: string): (Node | string)[] {
  return text
    .split(LINK)
    .map((piece, place) => (place % 2 ? element("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece) : piece));
}

export function sizeOf(bytes: number, language: string): string {
  const [unit, share] = bytes >= 1024 * 1024 ? (["megabyte", 1024 * 1024] as const) : (["kilobyte", 1024] as const);
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: bytes >= 10 * share ? 0 : 1 } as const;
  return new Intl.NumberFormat(language, style).format(Math.max(bytes / share, 0.1));
}

function sized(piece: Piece, language: string): HTMLElement[] {
  return piece.size ? [element("small", {}, sizeOf(piece.size, language))] : [];
}
