/** Files on their way up: each has a chip with its progress; what fails says why, what waits for the connection goes on by itself. */

import { element, ICONS, icon } from "./dom.ts";
import type { Piece } from "./frames.ts";
import { sizeOf } from "./log.ts";
import type { Words } from "./words.ts";

export type Kept = Piece & { id: string };

interface Around {
  base: string;
  words: () => Words;
  language: () => string;
  session: () => Promise<string>;
  changed: () => void;
  complain: (sentence: string) => void;
}

interface Upload {
  file: File;
  chip: HTMLElement;
  bar: HTMLProgressElement;
  note: HTMLElement;
  request: XMLHttpRequest | null;
  kept: Kept | null;
  timer: number;
}

const AT_ONCE = 10;
const AGAIN_AFTER = 3000;

export class Uploads {
  readonly node = element("ul", { class: "uploads" });
  private all: Upload[] = [];

  constructor(private readonly around: Around) {}

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  get areDone(): boolean {
    return this.all.every((one) => one.kept);
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      if (this.all.length >= AT_ONCE) break;
      const words = this.around.words();
      const bar = element("progress", { max: "1", value: "0", "aria-label": file.name });
      const note = element("small", {}, sizeOf(file.size, this.around.language()));
      const remove = element("button", { type: "button", class: "remove", "aria-label": words.remove(file.name) }, icon(ICONS.close));
      const chip = element("li", {}, element("span", { dir: "auto" }, file.name), note, bar, remove);
      const upload: Upload = { file, chip, bar, note, request: null, kept: null, timer: 0 };
      remove.onclick = () => this.drop(upload);
      this.all.push(upload);
      this.node.append(chip);
      void this.start(upload);
    }
    this.around.changed();
  }

  /** What is up, to be named by a message; the chips go. */
  taken(): Kept[] {
    const kept = this.all.flatMap((one) => (one.kept ? [one.kept] : []));
    this.clear();
    return kept;
  }

  clear(): void {
    for (const one of [...this.all]) this.drop(one);
  }

  private drop(upload: Upload): void {
    clearTimeout(upload.timer);
    upload.request?.abort();
    upload.chip.remove();
    this.all = this.all.filter((one) => one !== upload);
    this.around.changed();
  }

  private async start(upload: Upload): Promise<void> {
    const session = await this.around.session();
    if (!this.all.includes(upload)) return;
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload is.
    upload.request = request;
    request.open("POST", new URL(`/chat/files?name=${encodeURIComponent(upload.file.name)}`, this.around.base));
    request.setRequestHeader("X-Chat-Session", session);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => {
      upload.bar.value = total ? (loaded / total) * 0.98 : 0;
    };
    request.onload = () => this.answered(upload, request);
    request.onerror = () => this.wait(upload, request);
    request.send(upload.file);
  }

  private answered(upload: Upload, request: XMLHttpRequest): void {
    const words = this.around.words();
    const told = parsed(request.responseText);
    if (request.status === 201 && typeof told.id === "string") {
      upload.kept = told as unknown as Kept;
      upload.chip.classList.add("done");
      upload.bar.value = 1;
      this.around.changed();
      return;
    }
    if (request.status === 503) {
      this.wait(upload, request);
      return;
    }
    const name = upload.file.name;
    const most = sizeOf(Number(told.most) || 0, this.around.language());
    const sentence = { size: words.tooLarge(name, most), kind: words.wrongKind(name), quota: words.quota }[String(told.code)];
    this.drop(upload);
    this.around.complain(sentence ?? words.uploadFailed(name));
  }

  private wait(upload: Upload, request: XMLHttpRequest): void {
    // A body that is too large is cut off by the hub before its answer is read: the browser calls that an error of the network.
    if (upload.request !== request) return;
    upload.note.textContent = this.around.words().waits;
    upload.timer = window.setTimeout(() => void this.start(upload), AGAIN_AFTER);
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
