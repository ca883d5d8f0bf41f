"""The other side of the whole way: the app's server and its customers in one process: `python -m bench.shop JOB`.

Each customer writes, and is answered at the stand-in; latencies count from the scheduled instant to the answer's first byte. Raw
connections and prebuilt bytes, no HTTP client.
"""

import asyncio
import gc
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import cast

import msgspec
import uvloop

from bench.calls import TEXT, request, signed, webhook
from bench.measures import cpu_of, quantile
from sandbox.plain import PlainStandIn
from sandbox.telegram.stand_in import TelegramStandIn

CONNECTIONS = 64
LOOK_EVERY_S = 0.001
PATIENCE_S = 20.0


class Job(msgspec.Struct, frozen=True):
    """Closed loops with `window` customers in flight, then open loops at `per_s`; `pids`: hub processes, `servers`: theirs."""

    channel: str
    listen: int
    port: int
    secret: str
    pids: tuple[int, ...]
    servers: tuple[int, ...]
    rounds: int
    seconds: float
    window: int = 192
    per_s: int = 500
    customers: int = 2000


class Round(msgspec.Struct, frozen=True):
    """One round: whole ways a second, CPU of hub, server and ourselves per way in µs, latencies in ms."""

    kind: str
    count: int
    per_s: float
    cpu_us: float
    server_cpu_us: float
    own_cpu_us: float
    p50_ms: float
    p99_ms: float
    latest_ms: float


class Told(msgspec.Struct, frozen=True):
    """All rounds, and how many answers came more than once."""

    rounds: list[Round]
    doubles: int


class Answers:
    """What the stand-in was sent since the last look: recipient and first byte (s of CLOCK_MONOTONIC)."""

    def __init__(self, stand_in: PlainStandIn | TelegramStandIn) -> None:
        self._stand_in = stand_in
        self._read = 0
        self.total = 0

    def fresh(self) -> list[tuple[str, float]]:
        """Those that came since."""
        received, start = self._stand_in.received, self._read
        self._read = len(received)
        if isinstance(self._stand_in, PlainStandIn):
            found = [(taken.to, taken.at) for taken in self._stand_in.received[start:]]
        else:
            found = [(call.chat, call.at) for call in self._stand_in.received[start:] if call.method == "sendMessage"]
        self.total += len(found)
        return found


class _Line(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self, free: "Lines") -> None:
        self._lines = free
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._lines.give_back(self)

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 200"):
            self._lines.refused += 1
        self._lines.give_back(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None


class Lines:
    """Connections to the hub; what finds none free waits its turn."""

    def __init__(self) -> None:
        self._free: list[_Line] = []
        self._all: list[_Line] = []
        self._waiting: deque[bytes] = deque()
        self.refused = 0

    async def open(self, port: int) -> None:
        """Connect."""
        for _ in range(CONNECTIONS):
            _, line = await asyncio.get_running_loop().create_connection(lambda: _Line(self), "127.0.0.1", port)
            self._all.append(line)

    def send(self, whole: bytes) -> None:
        """Send now, or when a connection is free."""
        if self._free and (transport := self._free.pop().transport):
            transport.write(whole)
        else:
            self._waiting.append(whole)

    def give_back(self, line: _Line) -> None:
        """Its answer is here."""
        if self._waiting and line.transport:
            line.transport.write(self._waiting.popleft())
        else:
            self._free.append(line)

    def close(self) -> None:
        """Disconnect."""
        for line in self._all:
            if line.transport:
                line.transport.abort()


class Customers:
    """Who writes, and what: one request a word, built before it is sent. Ids are numbers, which every channel takes."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._number = 0
        self.ids = [str(7_000_000 + n) for n in range(job.customers)]

    def words(self, customers: Sequence[str]) -> list[bytes]:
        """The next word of each."""
        return [self._word(customer) for customer in customers]

    def _word(self, customer: str) -> bytes:
        self._number += 1
        if self._job.channel == "plain":
            return signed("/hooks/plain/app", webhook(f"w{self._number}", customer=customer), self._job.secret.encode())
        header = f"X-Telegram-Bot-Api-Secret-Token: {self._job.secret}\r\n"
        return request("/hooks/telegram/bot", msgspec.json.encode(update(self._number, int(customer), TEXT)), header=header)


def update(number: int, chat: int, text: str) -> dict[str, object]:
    """An update as Telegram sends it: https://core.telegram.org/bots/api#update."""
    person = {"id": chat, "first_name": f"Khách {chat}", "language_code": "vi"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": person["first_name"]},
        "from": {**person, "is_bot": False},
        "text": text,
    }
    return {"update_id": number, "message": message}


class Load:
    """Rounds against one hub."""

    def __init__(self, job: Job, answers: Answers, lines: Lines) -> None:
        self._job = job
        self._answers = answers
        self._lines = lines
        self._customers = Customers(job)
        self.doubles = 0

    async def warm(self) -> None:
        """One word of each customer, so that all are known."""
        await self._closed(self._customers.ids, words=self._customers.words(self._customers.ids), until=0.0)

    async def closed(self) -> Round:
        """As fast as answers come: each customer in flight writes again when answered, in turns with the others."""
        many = int(6000 * self._job.seconds)
        ids = [self._customers.ids[n % len(self._customers.ids)] for n in range(many)]
        words = self._customers.words(ids)
        before = self._cpu()
        begun = time.monotonic()
        took = await self._closed(ids, words=words, until=begun + self._job.seconds)
        return self._round("closed", took, time.monotonic() - begun, before)

    async def _closed(self, ids: Sequence[str], *, words: Sequence[bytes], until: float) -> list[float]:
        sent: dict[str, float] = {}
        took: list[float] = []
        at = 0
        while True:
            now = time.monotonic()
            while at < len(ids) and len(sent) < self._job.window and (not until or now < until):
                sent[ids[at]] = now
                self._lines.send(words[at])
                at += 1
            if not sent:
                return took
            await asyncio.sleep(LOOK_EVERY_S)
            took += self._took(sent)

    async def open(self) -> Round:
        """At a fixed rate, whatever happens; late sends count from when they were due."""
        ids = self._customers.ids[: int(self._job.per_s * self._job.seconds)]
        words = self._customers.words(ids)
        sent: dict[str, float] = {}
        took: list[float] = []
        before, begun, at = self._cpu(), time.monotonic() + 0.01, 0
        while at < len(ids) or sent:
            while at < len(ids) and (due := begun + at / self._job.per_s) <= time.monotonic():
                sent[ids[at]] = due
                self._lines.send(words[at])
                at += 1
            await asyncio.sleep(LOOK_EVERY_S)
            took += self._took(sent)
        return self._round("open", took, time.monotonic() - begun, before)

    def _took(self, sent: dict[str, float]) -> list[float]:
        """Latencies of what was answered; raises TimeoutError where somebody waits too long."""
        found = []
        for customer, at in self._answers.fresh():
            begun = sent.pop(customer, None)
            if begun is None:
                self.doubles += 1
            else:
                found.append(at - begun)
        if not found and sent and time.monotonic() - next(iter(sent.values())) > PATIENCE_S:
            raise TimeoutError(f"{len(sent)} customers got no answer; {self._lines.refused} requests were refused")
        return found

    def _cpu(self) -> tuple[float, float, float]:
        return sum(map(cpu_of, self._job.pids)), sum(map(cpu_of, self._job.servers)), time.process_time()

    def _round(self, kind: str, took: list[float], seconds: float, before: tuple[float, float, float]) -> Round:
        hub, server, own = ((now - then) / len(took) * 1e6 for now, then in zip(self._cpu(), before, strict=True))
        return Round(
            kind=kind,
            count=len(took),
            per_s=len(took) / seconds,
            cpu_us=hub,
            server_cpu_us=server,
            own_cpu_us=own,
            p50_ms=quantile(took, 0.5) * 1000,
            p99_ms=quantile(took, 0.99) * 1000,
            latest_ms=max(took) * 1000,
        )


async def take(job: Job) -> Told:
    """Listen, warm up, then the rounds."""
    stand_in = PlainStandIn(secret=job.secret) if job.channel == "plain" else TelegramStandIn()
    await stand_in.start(job.listen)
    lines = Lines()
    try:
        await lines.open(job.port)
        load = Load(job, Answers(stand_in), lines)
        await load.warm()
        gc.collect()
        gc.freeze()
        rounds = []
        for _ in range(job.rounds):
            rounds += [await load.closed(), await load.open()]
        return Told(rounds, doubles=load.doubles)
    finally:
        lines.close()
        await stand_in.stop()


def main(arguments: Sequence[str]) -> None:
    """Read the job, do it, tell."""
    print(msgspec.json.encode(uvloop.run(take(msgspec.json.decode(arguments[0], type=Job)))).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
