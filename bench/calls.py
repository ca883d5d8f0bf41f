"""The generator for the way in: raw sockets, prebuilt bytes, kept-alive connections, one request at a time on each.

A process of its own: `python -m bench.calls JOB`, JOB a `Job` as JSON. It prints one line of JSON at its end.
"""

import gc
import json
import select
import socket
import sys
import time
from collections.abc import Sequence

import msgspec

from bench.measures import cpu_of, quantile
from sandbox.plain import signature

CONNECTIONS = 64
MOST_A_SECOND = 26_000
TEXT = "shop mở cửa lúc mấy giờ vậy ạ"
_OK = b"HTTP/1.1 200"
_END = b"\r\n\r\n"
_SLICE_S = 1.0


class Target(msgspec.Struct, frozen=True):
    """Who is called: its port and path, its process, and the server process behind it (0: none)."""

    name: str
    port: int
    path: str
    pid: int
    server: int = 0


class Job(msgspec.Struct, frozen=True):
    """All targets in turns, `rounds` times, `seconds` each, from so many customers; before that, one word of each customer."""

    targets: tuple[Target, ...]
    secret: str
    rounds: int
    seconds: float
    customers: int


def webhook(id_text: str, *, customer: str) -> bytes:
    """The body of one plain-channel webhook."""
    told = {"id": id_text, "from": customer, "type": "message", "text": TEXT, "name": f"Khách {customer}", "language": "vi"}
    return json.dumps(told, ensure_ascii=False).encode()


def request(path: str, body: bytes, *, header: str = "", sort: str = "application/json") -> bytes:
    """A whole HTTP request; `header`: further lines, each with its end; `sort`: the body's type."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {sort}\r\n{header}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def signed(path: str, body: bytes, key: bytes) -> bytes:
    """A request as the plain channel wants it signed."""
    return request(path, body, header=f"X-Omnihub-Signature: {signature(key, body)}\r\n")


class Calls:
    """Sends each request once and awaits its answer. `accepted`: numbers of those answered with 200."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self._requests = requests
        self._next = 0
        self._sent: dict[int, tuple[int, float]] = {}
        self.accepted: list[int] = []
        self.latencies: list[float] = []
        self.seconds = 0.0

    def run(self, port: int, *, seconds: float) -> None:
        """Keep every connection busy until the time is up or all is sent; then wait for the last answers."""
        poll, sockets = select.epoll(), {}
        for _ in range(CONNECTIONS):
            own = socket.create_connection(("127.0.0.1", port))
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sockets[own.fileno()] = own
            poll.register(own, select.EPOLLIN)
        begin = time.monotonic()
        for own in sockets.values():
            self._send(own)
        while self._sent:
            for number, _ in poll.poll(_SLICE_S):
                self._answer(sockets[number], go_on=time.monotonic() < begin + seconds)
        self.seconds = time.monotonic() - begin
        for own in sockets.values():
            own.close()
        poll.close()

    def _send(self, own: socket.socket) -> None:
        if self._next < len(self._requests):
            own.sendall(self._requests[self._next])
            self._sent[own.fileno()] = (self._next, time.monotonic())
            self._next += 1

    def _answer(self, own: socket.socket, *, go_on: bool) -> None:
        answer = own.recv(4096)
        if not answer.endswith(_END):
            sys.exit(f"not a whole answer without a body: {answer[:200]!r}")
        number, begun = self._sent.pop(own.fileno())
        self.latencies.append(time.monotonic() - begun)
        if answer.startswith(_OK):
            self.accepted.append(number)
        if go_on:
            self._send(own)


class Measured(msgspec.Struct, frozen=True):
    """One round against one target: rate, CPU of the target and of its server per request in µs, how busy we were ourselves."""

    target: str
    requests: int
    refused: int
    per_s: float
    cpu_us: float
    server_cpu_us: float
    busy: float
    p50_ms: float
    p99_ms: float


class Told(msgspec.Struct, frozen=True):
    """What a job found: its rounds, and the ids that the first target accepted."""

    rounds: list[Measured]
    accepted: list[str]


def take(job: Job) -> Told:
    """Do it."""
    key, first, accepted, rounds = job.secret.encode(), 0, [], []
    for n in range(job.rounds + 1):
        many = int(MOST_A_SECOND * job.seconds) if n else job.customers
        for target in job.targets:
            ids = [f"m{first + k}" for k in range(many)]
            calls = Calls([signed(target.path, webhook(i, customer=f"c{(first + k) % job.customers}"), key) for k, i in enumerate(ids)])
            measured = _measured(target, calls, seconds=job.seconds)
            if n:
                rounds.append(measured)
            if target is job.targets[0]:
                accepted += [ids[k] for k in calls.accepted]
        first += many
    return Told(rounds, accepted)


def _measured(target: Target, calls: Calls, *, seconds: float) -> Measured:
    gc.collect()
    gc.disable()
    before = cpu_of(target.pid), cpu_of(target.server), time.process_time()
    calls.run(target.port, seconds=seconds)
    used, used_server, own = cpu_of(target.pid) - before[0], cpu_of(target.server) - before[1], time.process_time() - before[2]
    gc.enable()
    count = len(calls.latencies)
    return Measured(
        target=target.name,
        requests=count,
        refused=count - len(calls.accepted),
        per_s=count / calls.seconds,
        cpu_us=used / count * 1e6,
        server_cpu_us=used_server / count * 1e6,
        busy=own / calls.seconds,
        p50_ms=quantile(calls.latencies, 0.5) * 1000,
        p99_ms=quantile(calls.latencies, 0.99) * 1000,
    )


def main(arguments: Sequence[str]) -> None:
    """Read the job, do it, tell."""
    print(msgspec.json.encode(take(msgspec.json.decode(arguments[0], type=Job))).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
