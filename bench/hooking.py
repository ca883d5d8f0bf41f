"""The generator for webhooks of all channels: open loop, so many a second whatever happens: `python -m bench.hooking JOB`.

What finds no free connection waits for one, and its latency counts from the instant it was due. Prints one line of JSON at its end.
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

from bench.calls import request
from bench.hooked import Customers, Share, Word
from bench.measures import cpu_of

CONNECTIONS = 256
LOOK_EVERY_S = 0.001
PATIENCE_S = 60.0


class Job(msgspec.Struct, frozen=True):
    """First each customer's first word at a moderate rate, then `seconds` at `per_s`; `limit`: a bare endpoint's port, called likewise."""

    port: int
    limit: int
    pids: tuple[int, ...]
    seconds: float
    share: Share
    warm: int = 550
    per_s: int = 500
    customers: int = 50


class Told(msgspec.Struct, frozen=True):
    """Latencies in ms by channel, those of the bare endpoint and of the first words; the numbers accepted; CPU of each pid in cores."""

    took: dict[str, list[float]]
    limit: list[float]
    warm: list[float]
    accepted: list[int]
    refused: int
    cores: list[float]
    late_ms: float


class _Line(asyncio.Protocol):
    """One kept-alive connection, one request at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._came = b""
        self.transport: asyncio.Transport | None = None
        self.under_way: tuple[Word, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._load.free.append(self)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if _is_whole(self._came):
            came, self._came = self._came, b""
            self._load.answered(self, came)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None


def _is_whole(came: bytes) -> bool:
    head, end, body = came.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":", 1)[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return bool(end) and len(body) >= (lengths[0] if lengths else 0)


class Load:
    """Words on their way to one port."""

    def __init__(self) -> None:
        self.free: list[_Line] = []
        self._all: list[_Line] = []
        self._waiting: deque[tuple[Word, float]] = deque()
        self.took: dict[str, list[float]] = {}
        self.accepted: list[int] = []
        self.refused = 0
        self.late = 0.0

    async def open(self, port: int) -> None:
        """Connect."""
        for _ in range(CONNECTIONS):
            _, line = await asyncio.get_running_loop().create_connection(lambda: _Line(self), "127.0.0.1", port)
            self._all.append(line)

    def close(self) -> None:
        """Disconnect."""
        for line in self._all:
            if line.transport:
                line.transport.abort()

    async def send(self, words: Sequence[Word], per_s: float) -> None:
        """Each when it is due, then wait for the last answers; raises TimeoutError where one never comes."""
        begun, at, answered = time.monotonic() + 0.01, 0, len(self.accepted) + self.refused
        while at < len(words):
            now = time.monotonic()
            while at < len(words) and (due := begun + at / per_s) <= now:
                self.late = max(self.late, now - due)
                self._send(words[at], due)
                at += 1
            await asyncio.sleep(LOOK_EVERY_S)
        async with asyncio.timeout(PATIENCE_S):
            while len(self.accepted) + self.refused < answered + len(words):
                await asyncio.sleep(LOOK_EVERY_S)

    def _send(self, word: Word, due: float) -> None:
        if self.free and (line := self.free.pop()).transport:
            line.under_way = (word, due)
            line.transport.write(word.whole)
        else:
            self._waiting.append((word, due))

    def answered(self, line: _Line, came: bytes) -> None:
        """An answer is here."""
        if line.under_way is None:
            raise RuntimeError(f"an answer nobody asked for: {came[:100]!r}")
        word, due = line.under_way
        self.took.setdefault(word.kind, []).append((time.monotonic() - due) * 1000)
        if came.startswith(b"HTTP/1.1 200"):
            self.accepted.append(word.number)
        else:
            self.refused += 1
        line.under_way = None
        self.free.append(line)
        if self._waiting:
            self._send(*self._waiting.popleft())


async def take(job: Job) -> Told:
    """The first words, the bare endpoint, then the load."""
    customers = Customers(job.customers)
    hub, bare = Load(), Load()
    try:
        await hub.open(job.port)
        await bare.open(job.limit)
        await hub.send(customers.words(job.warm, Share()), job.per_s / 2)
        warm = _all(hub.took)
        hub.took.clear()
        await bare.send([_bare(n) for n in range(int(job.per_s * 2))], job.per_s)
        words = customers.words(int(job.per_s * job.seconds), job.share)
        gc.collect()
        gc.freeze()
        before, begun = [cpu_of(pid) for pid in job.pids], time.monotonic()
        hub.late = 0.0
        await hub.send(words, job.per_s)
        spent = time.monotonic() - begun
        cores = [(cpu_of(pid) - was) / spent for pid, was in zip(job.pids, before, strict=True)]
        return Told(hub.took, _all(bare.took), warm, hub.accepted, hub.refused, cores, hub.late * 1000)
    finally:
        hub.close()
        bare.close()


def _all(took: dict[str, list[float]]) -> list[float]:
    return [each for every in took.values() for each in every]


def _bare(number: int) -> Word:
    return Word("limit", number, request("/limit", b'{"text":"shop"}'))


def main(arguments: Sequence[str]) -> None:
    """Read the job, do it, tell."""
    print(msgspec.json.encode(uvloop.run(take(msgspec.json.decode(arguments[0], type=Job)))).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
