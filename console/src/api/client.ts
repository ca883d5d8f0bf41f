/** One way to ask the hub: JSON both ways, the session's token on what changes something, a key so that asking again never doubles. */

/** What the hub refused, or that it could not be reached (status 0). `code` says why in a word, `owner` who has the conversation. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly owner: string;
  /** When somebody changed what was to be changed (ms since 1970); 0: nobody did. */
  readonly at: number;
  readonly field: string;
  /** Where several values are wrong: by JSON path, what is wrong with each. */
  readonly fields: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Seconds to wait before asking again; 0: not told. */
  readonly wait: number;

  constructor(told: {
    status: number;
    detail?: string;
    code?: string;
    owner?: string;
    at?: number;
    field?: string;
    fields?: Readonly<Record<string, string>>;
    words?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    wait?: number;
  }) {
    super(told.detail ?? "");
    this.status = told.status;
    this.code = told.code ?? "";
    this.owner = told.owner ?? "";
    this.at = told.at ?? 0;
    this.field = told.field ?? "";
    this.fields = told.fields ?? {};
    this.words = told.words ?? {};
    this.wait = told.wait ?? 0;
  }

  /** Whether asking the same again may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface Asking {
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** A key no other request has. `randomUUID` is there on https only, and a shop may try the hub on http in its own network. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const REQUEST_MS = 20_000;

export class Api {
  /** The session's token for changing requests; '' before sign-in. */
  csrf = "";
  /** Called when the hub no longer knows the session. */
  onSignedOut: () => void = () => {};

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.ask<T>("GET", path, { signal })).body;
  }

  async post<T>(path: string, body: unknown = {}, key: string = newKey()): Promise<Answer<T>> {
    return this.ask<T>("POST", path, { body, key });
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return (await this.ask<T>("PATCH", path, { body })).body;
  }

  async remove(path: string): Promise<void> {
    await this.ask("DELETE", path);
  }

  /** Send a file's bytes; `onRisen` is told how much of it is up, 0 to 1. Raises Problem. */
  upload<T>(path: string, file: Blob, { signal, onRisen }: { signal: AbortSignal; onRisen: (risen: number) => void }): Promise<T> {
    return new Promise((done, failed) => {
      // fetch does not tell how far an upload is.
      const request = new XMLHttpRequest();
      const offline = (): void => failed(new Problem({ status: 0, code: "offline" }));
      request.open("POST", path);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      if (this.csrf) request.setRequestHeader("X-CSRF-Token", this.csrf);
      request.upload.onprogress = ({ loaded, total }) => onRisen(total ? (loaded / total) * 0.98 : 0);
      request.onload = () => {
        const body = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300) return done(body as T);
        if (request.status === 401) this.onSignedOut();
        failed(new Problem({ ...body, status: request.status, wait: Number(request.getResponseHeader("Retry-After") ?? 0) }));
      };
      request.onerror = offline;
      request.onabort = offline;
      signal.addEventListener("abort", () => request.abort());
      request.send(file);
    });
  }

  async ask<T>(method: Method, path: string, asking: Asking = {}): Promise<Answer<T>> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (asking.body !== undefined) headers["Content-Type"] = "application/json";
    if (asking.key) headers["Idempotency-Key"] = asking.key;
    if (method !== "GET" && this.csrf) headers["X-CSRF-Token"] = this.csrf;
    let response: Response;
    try {
      const limit = AbortSignal.timeout(REQUEST_MS);
      response = await fetch(path, {
        method,
        headers,
        body: asking.body === undefined ? undefined : JSON.stringify(asking.body),
        credentials: "same-origin",
        signal: asking.signal ? AbortSignal.any([asking.signal, limit]) : limit,
      });
    } catch (error) {
      if (asking.signal?.aborted) throw error;
      throw new Problem({ status: 0, code: "offline" });
    }
    const body: unknown = await response.json().catch(() => ({}));
    if (response.ok) return { status: response.status, body: body as T };
    const problem = new Problem({ ...(body as object), status: response.status, wait: Number(response.headers.get("Retry-After") ?? 0) });
    if (response.status === 401 && !path.startsWith("/api/session") && !path.startsWith("/api/setup")) this.onSignedOut();
    throw problem;
  }
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

/** A path with its parts put in, each encoded: `at("/api/customers/{}/say", id)`. */
export function at(template: string, ...parts: readonly string[]): string {
  let n = 0;
  return template.replace(/\{\}/g, () => encodeURIComponent(parts[n++] ?? ""));
}
