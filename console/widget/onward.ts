/** Where the conversation can go on: a button for one channel, a menu for several. */

import { element } from "./dom.ts";
import type { Words } from "./words.ts";

const NAMES: Record<string, string> = {
  telegram: "Telegram",
  messenger: "Messenger",
  instagram: "Instagram",
  whatsapp_cloud: "WhatsApp",
  twilio_whatsapp: "WhatsApp",
  twilio_sms: "SMS",
  zalo: "Zalo",
  line: "LINE",
  viber: "Viber",
  slack: "Slack",
  email: "E-mail",
};

/** What people call a channel. */
export function nameOf(channel: string): string {
  return NAMES[channel] ?? channel;
}

/** Which of so many has the focus after a key, from where it is; -1 for a key that moves nothing. */
export function moved(key: string, now: number, count: number): number {
  if (key === "ArrowDown") return (now + 1) % count;
  if (key === "ArrowUp") return (now - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}

export class Onward {
  readonly node = element("div", { class: "onwards", hidden: true });
  private readonly button = element("button", { class: "onward", type: "button" });
  private readonly menu = element("div", { class: "ways", id: "ways", role: "menu", hidden: true });
  private channels: readonly string[] = [];

  constructor(
    private readonly words: () => Words,
    private readonly go: (channel: string) => void,
  ) {
    this.node.append(this.button, this.menu);
    this.button.onclick = () => this.pressed();
    this.node.onkeydown = (event) => this.key(event);
    this.node.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.node.contains(relatedTarget)) this.shut();
    });
  }

  /** The channels somebody can be led to; none: there is nothing to press. Told the same again (a line that came back), an open menu stays. */
  offer(channels: readonly string[]): void {
    if (channels.join() === this.channels.join()) return;
    this.channels = channels;
    this.node.hidden = !channels.length;
    this.shut();
    this.speak();
  }

  /** The words anew, after the language changed. */
  speak(): void {
    const [first, second] = this.channels;
    const { goOn, elsewhere } = this.words();
    const several = second !== undefined;
    this.button.textContent = several ? elsewhere : nameOf(first ?? "");
    this.button.setAttribute("aria-label", several ? elsewhere : goOn(nameOf(first ?? "")));
    this.button.classList.toggle("several", several);
    for (const [name, value] of [
      ["aria-haspopup", "menu"],
      ["aria-expanded", String(!this.menu.hidden)],
      ["aria-controls", "ways"],
    ] as const) {
      if (several) this.button.setAttribute(name, value);
      else this.button.removeAttribute(name);
    }
    this.menu.setAttribute("aria-label", elsewhere);
    this.menu.replaceChildren(...(several ? this.channels.map((channel) => this.item(channel)) : []));
  }

  /** A press anywhere else puts the menu away. */
  pressedAt(target: EventTarget | null): void {
    if (!(target instanceof Node && this.node.contains(target))) this.shut();
  }

  private item(channel: string): HTMLElement {
    const item = element("button", { type: "button", role: "menuitem", tabindex: "-1" }, nameOf(channel));
    item.onclick = () => {
      this.shut();
      this.button.focus();
      this.go(channel);
    };
    return item;
  }

  private pressed(): void {
    const [first, second] = this.channels;
    if (second === undefined) {
      if (first) this.go(first);
    } else if (this.menu.hidden) this.open(0);
    else this.shut();
  }

  private open(at: number): void {
    this.menu.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.items[at]?.focus();
  }

  private shut(): void {
    if (this.menu.hidden) return;
    this.menu.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  private get items(): HTMLElement[] {
    return [...this.menu.children] as HTMLElement[];
  }

  private key(event: KeyboardEvent): void {
    const { items } = this;
    if (!items.length) return;
    if (this.menu.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp")
        this.take(event, () => this.open(event.key === "ArrowUp" ? items.length - 1 : 0));
      return;
    }
    if (event.key === "Tab") this.shut();
    // Only the menu goes, not the whole panel.
    if (event.key === "Escape")
      this.take(event, () => {
        this.shut();
        this.button.focus();
      });
    const next = moved(event.key, items.indexOf(event.target as HTMLElement), items.length);
    if (next >= 0) this.take(event, () => items[next]?.focus());
  }

  private take(event: KeyboardEvent, act: () => void): void {
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
