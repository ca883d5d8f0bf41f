import { expect, test } from "vitest";
import { Api } from "../api/client";
import type { ConsoleFrame, HubFrame } from "../api/shapes";
import { Feed } from "./connection";

/** A socket that a test opens, speaks through and breaks. */
class Socket {
  static readonly all: Socket[] = [];
  readyState = 0;
  readonly said: ConsoleFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  send(text: string): void {
    this.said.push(JSON.parse(text) as ConsoleFrame);
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  tell(frame: HubFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

class PollApi extends Api {
  asked: string[] = [];
  frames: HubFrame[] = [];

  override async get<T>(path: string): Promise<T> {
    this.asked.push(path);
    return { frames: this.frames } as T;
  }
}

function started() {
  const heard: HubFrame[] = [];
  const links: string[] = [];
  const waiting: (() => void)[] = [];
  let resyncs = 0;
  let out = 0;
  const api = new PollApi();
  const sockets: Socket[] = [];
  const feed = new Feed(
    { frame: (frame) => heard.push(frame), link: (link) => links.push(link), resync: () => resyncs++, signedOut: () => out++ },
    {
      api,
      open: () => {
        const socket = new Socket();
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      later: (run) => waiting.push(run),
      cancel: () => waiting.splice(0),
    },
  );
  feed.start("c0");
  const next = (): void => waiting.shift()?.();
  const newest = (): Socket => sockets.at(-1) as Socket;
  return {
    feed,
    api,
    heard,
    links,
    next,
    newest,
    sockets,
    resyncs: () => resyncs,
    out: () => out,
    settle: () => new Promise((done) => setTimeout(done)),
  };
}

const counts = { queue: 0, mine: 0, open: 0 };
const welcome = (cursor: string, resync = false): HubFrame => ({ type: "welcome", cursor, resync, counts });

test("after a lost connection the feed asks for what came behind its cursor", () => {
  const world = started();
  world.newest().open();
  world.newest().tell(welcome("c1"));
  world.newest().tell({ type: "cursor", cursor: "c2" });

  world.newest().close();
  world.next();
  world.newest().open();

  expect(world.newest().said).toEqual([{ type: "hello", cursor: "c2", views: [], customer: "", away: false }]);
  expect(world.links).toEqual(["live", "lost"]);
});

test("a network that is gone is told at once, though the socket has not noticed", () => {
  const world = started();
  world.newest().open();
  world.newest().tell(welcome("c1"));
  const silent = world.newest();

  world.feed.gone();
  silent.tell({ type: "cursor", cursor: "late" });
  world.next();
  world.newest().open();

  expect(world.links).toEqual(["live", "lost"]);
  expect(silent).not.toBe(world.newest());
  expect(world.newest().said).toEqual([{ type: "hello", cursor: "c1", views: [], customer: "", away: false }]);
});

test("a hub that cannot tell what was missed says so, and everything is read again", () => {
  const world = started();
  world.newest().open();

  world.newest().tell(welcome("c9", true));

  expect(world.resyncs()).toBe(1);
});

test("three failures in a row and the feed asks instead, with the same frames and the same cursor", async () => {
  const world = started();
  world.api.frames = [welcome("c5"), { type: "cursor", cursor: "c6" }];

  for (let n = 0; n < 3; n++) {
    world.newest().close();
    if (n < 2) world.next();
  }
  await world.settle();
  world.next();
  await world.settle();

  expect(world.api.asked.map((path) => new URLSearchParams(path.split("?")[1]).get("cursor"))).toEqual(["c0", "c6"]);
  expect(world.links.at(-1)).toBe("polling");
  expect(world.heard.map((frame) => frame.type)).toEqual(["welcome", "cursor", "welcome", "cursor"]);
});

test("a session that ended stops the feed and shows the way in", () => {
  const world = started();
  world.newest().open();

  world.newest().tell({ type: "bye", reason: "signed out" });
  world.next();

  expect(world.out()).toBe(1);
  expect(world.sockets).toHaveLength(1);
});

test("a tab that stays hidden looks at nobody until it is back; a glance elsewhere is nobody's matter", () => {
  const world = started();
  world.newest().open();
  world.feed.look("cu-1");

  world.feed.seen(false);
  world.feed.seen(true);
  world.next();
  world.feed.seen(false);
  world.next();
  world.feed.look("cu-2");
  world.feed.seen(true);

  expect(world.newest().said.slice(1)).toEqual([
    { type: "look", customer: "cu-1", away: false },
    { type: "look", customer: "cu-1", away: true },
    { type: "look", customer: "cu-2", away: true },
    { type: "look", customer: "cu-2", away: false },
  ]);
});

test("a connection that comes back while the tab is hidden says so at once", () => {
  const world = started();
  world.newest().open();
  world.feed.look("cu-1");
  world.feed.seen(false);
  world.next();

  world.newest().close();
  world.next();
  world.newest().open();

  expect(world.newest().said).toEqual([{ type: "hello", cursor: "c0", views: [], customer: "cu-1", away: true }]);
});

test("typing is told now and then, not with each key", () => {
  const world = started();
  world.newest().open();

  for (let at = 0; at < 6_000; at += 100) world.feed.typing("cu-1", 10_000 + at);

  expect(world.newest().said.filter((frame) => frame.type === "typing")).toHaveLength(3);
});
