/** The widget on the screen: launcher, panel, log, composer. What happens in the talk comes in by `Screen`. */

import { accents } from "./colour.ts";
import { element, ICONS, icon } from "./dom.ts";
import type { Entry } from "./frames.ts";
import { Log, sizeOf } from "./log.ts";
import { nameOf, Onward } from "./onward.ts";
import { isDark, type Options } from "./options.ts";
import { dress } from "./styles.ts";
import type { Mark, Screen, Talk } from "./talk.ts";
import { Uploads } from "./uploads.ts";
import { spoken, WORDS, type Words } from "./words.ts";

const TYPING_LASTS = 5000;
const PHONE = "(max-width: 520px), (max-height: 480px)";

export type Told = "open" | "close" | "unread" | "message" | "login";

export class Panel implements Screen {
  readonly host = element("div", { id: "omnihub" });
  isOpen = false;
  unreadCount = 0;
  private readonly root = element("div", { class: "root" });
  private readonly badge = element("span", { class: "badge", hidden: true });
  private readonly launcher = element("button", { class: "launcher", type: "button" }, icon(ICONS.chat), this.badge);
  private readonly news = element("div", { class: "hidden", role: "status" });
  private readonly title = element("h1", { id: "title" });
  private readonly onward = new Onward(
    () => this.words,
    (channel) => this.talk?.askLink(channel),
  );
  private readonly shut = element("button", { class: "icon", type: "button" }, icon(ICONS.close));
  private readonly line = element("p", { class: "line", id: "line", role: "status", hidden: true });
  private readonly trouble = element("p", { class: "line", role: "alert", hidden: true });
  private readonly link = element("p", { class: "line", role: "status", hidden: true });
  private readonly empty = element("p", { class: "empty", id: "empty" });
  private readonly dropping = element("p", { class: "drop", hidden: true });
  private readonly field = element("textarea", {
    id: "words",
    rows: "1",
    maxlength: "8000",
    autocomplete: "off",
    enterkeyhint: "send",
    dir: "auto",
  });
  private readonly attach = element("button", { class: "icon", type: "button" }, icon(ICONS.attach));
  private readonly picker = element("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  private readonly send = element("button", { class: "send", type: "submit", disabled: true }, icon(ICONS.send));
  private readonly log: Log;
  private readonly uploads: Uploads;
  private readonly panel: HTMLElement;
  private readonly composer = element("form", { class: "composer", id: "composer" });
  private talk: Talk | null = null;
  private back: HTMLElement | null = null;
  private typist = 0;
  private troubled = 0;
  private most = 0;

  constructor(
    base: string,
    private options: Options,
    private readonly tell: (event: Told, detail: unknown) => void,
  ) {
    const around = { base, words: () => this.words, language: () => this.language };
    this.log = new Log({ ...around, answer: (title, payload) => this.answer(title, payload) });
    this.uploads = new Uploads({
      ...around,
      session: () => this.talk?.begun() ?? Promise.reject(new Error("no talk")),
      changed: () => this.fit(),
      complain: (sentence) => this.complain(sentence),
    });
    const mark = icon(ICONS.chat);
    mark.setAttribute("class", "mark");
    const top = element("div", { class: "top" }, mark, this.title, this.onward.node, this.shut);
    const room = element("div", { class: "room" }, this.empty, this.log.node, this.log.down, this.dropping);
    this.composer.append(this.uploads.node, this.field, this.picker, this.attach, this.send);
    this.panel = element("section", { class: "panel", role: "dialog", hidden: true, "aria-labelledby": "title" });
    this.panel.append(top, this.line, this.trouble, this.link, room, this.composer);
    this.root.append(this.launcher, this.news, this.panel);
    const shadow = this.host.attachShadow({ mode: "open" });
    dress(shadow);
    shadow.append(this.root);
    this.listen();
    this.configure(options);
  }

  /** The language that is spoken: as chosen, as the page says, as the browser asks for. */
  get language(): string {
    const { language, mode } = this.options;
    return spoken([language, mode === "page" ? "" : document.documentElement.lang, ...navigator.languages].filter(Boolean));
  }

  get words(): Words {
    return WORDS[this.language] as Words;
  }

  begin(talk: Talk): void {
    this.talk = talk;
    this.empty.hidden = !this.log.isEmpty;
    if (this.options.mode === "page") this.open();
  }

  configure(options: Options): void {
    this.options = options;
    this.root.className = `root ${options.mode} ${options.position}`;
    this.root.lang = this.language;
    this.launcher.hidden = options.launcher === "hidden" || options.mode === "page" || this.isOpen;
    this.shut.hidden = options.mode === "page";
    this.colour();
    this.label();
    this.log.speak();
  }

  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.panel.setAttribute("aria-modal", String(matchMedia(PHONE).matches && this.options.mode === "float"));
    // The history is no news: nothing of it is read aloud.
    this.log.node.setAttribute("aria-live", "off");
    setTimeout(() => this.log.node.setAttribute("aria-live", "polite"), 1500);
    this.measure();
    this.talk?.open();
    this.log.toEnd();
    this.field.focus({ preventScroll: true });
    this.tell("open", null);
  }

  close(): void {
    if (!this.isOpen || this.options.mode === "page") return;
    this.isOpen = false;
    this.panel.hidden = true;
    this.launcher.hidden = this.options.launcher === "hidden";
    const goal = this.launcher.hidden ? this.back : this.launcher;
    goal?.focus({ preventScroll: true });
    this.tell("close", null);
  }

  // ---- what happens in the talk

  show(entry: Entry): void {
    if (entry.gone) {
      this.log.remove(entry.id);
      this.empty.hidden = !this.log.isEmpty;
      return;
    }
    if (entry.who !== "customer") {
      this.dots(false);
      if (!entry.edited) this.tell("message", { who: entry.who, text: entry.text ?? "", at: entry.at });
    }
    this.log.show(entry, entry.who === "customer" && !("cursor" in entry));
    this.empty.hidden = true;
  }

  mark(id: string, mark: Mark): void {
    this.log.mark(id, mark);
  }

  connected(up: boolean): void {
    this.line.textContent = up ? "" : this.words.offline;
    this.line.hidden = up;
  }

  typing(): void {
    this.dots(true);
  }

  private dots(shown: boolean): void {
    clearTimeout(this.typist);
    this.log.dots(shown);
    if (shown) this.typist = window.setTimeout(() => this.log.dots(false), TYPING_LASTS);
  }

  began(): void {
    this.log.clear();
    this.uploads.clear();
    this.link.hidden = true;
    this.empty.hidden = false;
  }

  signedIn(user: string, channels: string[], most: number): void {
    this.most = most || this.most;
    this.onward.offer(user ? channels : []);
    this.tell("login", { user });
  }

  linked(channel: string, url: string): void {
    const words = this.words;
    const anchor = element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words.goOn(nameOf(channel)));
    anchor.onclick = () => {
      this.link.hidden = true;
    };
    this.link.replaceChildren(anchor, ` · ${words.goOnHint}`);
    this.link.hidden = false;
    anchor.focus();
  }

  unread(count: number): void {
    if (count === this.unreadCount) return;
    this.unreadCount = count;
    this.badge.textContent = count > 99 ? "99+" : String(count);
    this.badge.hidden = count === 0;
    this.label();
    this.news.textContent = count && !this.isOpen ? this.words.unread(count) : "";
    this.tell("unread", { count });
  }

  watching(): boolean {
    return this.isOpen && document.visibilityState === "visible";
  }

  // ---- what the customer does

  private answer(title: string, payload: string): void {
    this.say(title, payload);
    this.field.focus();
  }

  /** The customer pressed something on the shop's page that asks this. */
  asks(text: string): void {
    this.open();
    if (text.trim()) this.talk?.say(text.trim());
  }

  private say(text: string, payload = ""): void {
    const files = payload ? [] : this.uploads.taken();
    this.log.withdrawOffers();
    this.talk?.say(text, payload, files);
    this.complain("");
  }

  private submit(): void {
    // Pasted control characters say nothing and are six times as long in JSON.
    const text = this.field.value.replace(/[\p{Cc}]/gu, (sign) => (sign === "\n" ? sign : " ")).trim();
    if (this.send.disabled || (!text && this.uploads.isEmpty)) return;
    this.field.value = "";
    this.say(text);
    this.fit();
  }

  private take(files: Iterable<File>): void {
    const fitting = [...files].filter((file) => !this.most || file.size <= this.most);
    const [large] = [...files].filter((file) => !fitting.includes(file));
    this.complain(large ? this.words.tooLarge(large.name, sizeOf(this.most, this.language)) : "");
    this.uploads.add(fitting);
    this.field.focus();
  }

  private complain(sentence: string): void {
    clearTimeout(this.troubled);
    this.trouble.textContent = sentence;
    this.trouble.hidden = !sentence;
    if (sentence) this.troubled = window.setTimeout(() => this.complain(""), 10_000);
  }

  private listen(): void {
    this.launcher.onclick = () => this.open();
    this.shut.onclick = () => this.close();
    this.attach.onclick = () => this.picker.click();
    this.picker.onchange = () => {
      this.take([...(this.picker.files ?? [])]);
      this.picker.value = "";
    };
    this.composer.onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    this.field.oninput = () => {
      this.fit();
      if (this.field.value.trim()) this.talk?.types();
    };
    this.field.onpaste = (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.take(files);
    };
    this.panel.onkeydown = (event) => this.key(event);
    this.panel.onpointerdown = (event) => this.onward.pressedAt(event.target);
    this.dragging();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colour());
    visualViewport?.addEventListener("resize", () => this.measure());
    visualViewport?.addEventListener("scroll", () => this.measure());
  }

  private key(event: KeyboardEvent): void {
    // The shop's own keys must not hear what is typed here; while an input method composes (Telex, Zhuyin), Enter chooses a word.
    event.stopPropagation();
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Escape" && !composing) this.close();
    if (event.key === "Tab" && this.panel.getAttribute("aria-modal") === "true") this.stay(event);
    if (event.key !== "Enter" || event.shiftKey || composing || event.target !== this.field) return;
    event.preventDefault();
    this.submit();
  }

  /** On a phone the panel is all there is: the focus goes round in it. */
  private stay(event: KeyboardEvent): void {
    const all = [...this.panel.querySelectorAll<HTMLElement>("button, a[href], textarea, [tabindex='0']")];
    const reachable = all.filter((one) => !one.closest("[hidden]") && !(one as HTMLButtonElement).disabled);
    const [first, last] = [reachable[0], reachable.at(-1)];
    const now = (this.host.shadowRoot as ShadowRoot).activeElement;
    if (event.shiftKey ? now === first : now === last) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  private dragging(): void {
    const files = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    this.panel.ondragover = (event) => {
      if (!files(event)) return;
      event.preventDefault();
      this.dropping.hidden = false;
    };
    this.panel.ondragleave = (event) => {
      if (!this.panel.contains(event.relatedTarget as Node | null)) this.dropping.hidden = true;
    };
    this.panel.ondrop = (event) => {
      this.dropping.hidden = true;
      if (!files(event)) return;
      event.preventDefault();
      this.take([...(event.dataTransfer?.files ?? [])]);
    };
  }

  // ---- how it looks

  private fit(): void {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    const something = this.field.value.trim() || !this.uploads.isEmpty;
    this.send.disabled = !something || !this.uploads.areDone;
  }

  private measure(): void {
    // Above the phone's keyboard, which makes the visible part of the page smaller, not the page.
    const seen = visualViewport;
    if (!seen || !this.isOpen) return;
    const scaled = seen.scale > 1.01; // Pinched: the panel stays as it was.
    this.host.style.setProperty("--height", scaled ? "100dvh" : `${seen.height}px`);
    this.host.style.setProperty("--top", scaled ? "0px" : `${seen.offsetTop}px`);
  }

  private colour(): void {
    const dark = isDark(this.options.theme);
    this.host.dataset.scheme = dark ? "dark" : "light";
    const { style } = this.host;
    for (const name of ["--fill", "--on-fill", "--own", "--on-own", "--accent"]) style.removeProperty(name);
    for (const [name, value] of Object.entries(accents(this.options.accent, dark) ?? {})) style.setProperty(name, value);
    if (/^\d{1,10}$/.test(this.options.zIndex)) style.setProperty("--layer", this.options.zIndex);
  }

  private label(): void {
    const words = this.words;
    const title = this.options.title || words.title;
    this.title.textContent = title;
    this.empty.textContent = this.options.greeting || words.empty;
    this.dropping.textContent = words.drop;
    this.onward.speak();
    this.field.placeholder = words.field;
    this.field.setAttribute("aria-label", words.field);
    for (const [node, text] of [
      [this.send, words.send],
      [this.attach, words.attach],
      [this.shut, words.close],
    ] as const) {
      node.setAttribute("aria-label", text);
      node.title = text;
    }
    const unread = this.unreadCount ? `, ${words.unread(this.unreadCount)}` : "";
    this.launcher.setAttribute("aria-label", words.open + unread);
    if (this.options.mode === "page") {
      document.title = title;
      document.documentElement.lang = this.language;
    }
  }
}
