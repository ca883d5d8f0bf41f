"""A stand-in for a shop's own app on the plain JSON channel: counts what it is sent, at a few microseconds a message.

    python -m sandbox.plain --port 8082

A server of its own on bare asyncio: under load an aiohttp handler would take more of the two cores than the hub's own sender.
"""

import argparse
import asyncio
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Callable
from typing import cast

import msgspec

from hub.model.base import Value
from sandbox.faults import Fault, FaultKind, Faults

_END = b"\r\n\r\n"
_LARGEST = 1 << 20
_REQUEST_LINE_WORDS = 3


class Taken(Value, frozen=True):
    """One message the app took, in the order of `n`. `at`: first byte read, s of CLOCK_MONOTONIC.

    `earliest`: when nothing of it had come yet, as far as is known (0: not watched); on a busy machine bytes lie unread for a while.
    """

    n: int
    id: str
    to: str
    purpose: str
    text: str
    at: float
    earliest: float = 0.0


class Summary(Value, frozen=True):
    """What came in all: messages, ids, and by purpose how many came once more than once."""

    messages: int
    ids: int
    doubles: dict[str, int]
    refused: int


class _Message(msgspec.Struct, frozen=True):
    id: str
    to: str
    text: str = ""
    purpose: str = ""


_MESSAGE = msgspec.json.Decoder(_Message)
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class PlainStandIn:
    """An app on a loopback port. With a `secret` it refuses (401) what is not signed with it."""

    def __init__(self, *, secret: str = "") -> None:
        self.faults = Faults()
        self.received: list[Taken] = []
        self.refused = 0
        self.base_url = ""
        self._key = secret.encode()
        self._seen: Counter[str] = Counter()
        self._doubles: Counter[str] = Counter()
        self._ticks = (0.0, 0.0)
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    @property
    def reading(self) -> int:
        """On how many connections a message is coming in."""
        return sum(connection.reading for connection in self._connections)

    async def watch(self) -> None:
        """Note the time every millisecond until cancelled, so that `earliest` can be told."""
        while True:
            # What is readable is read before timers run: what is not read at this tick had not come by the one before.
            self._ticks = (self._ticks[1], time.monotonic())
            await asyncio.sleep(0.001)

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; `base_url` is where messages go."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self._ask, self._connections, lambda: self._ticks[0]), host, port)
        self.base_url = f"http://{host}:{self._server.sockets[0].getsockname()[1]}/messages"

    async def stop(self) -> None:
        """Close all connections."""
        if self._server:
            self._server.close()
        for connection in list(self._connections):
            connection.reset()

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's. The method is `message`, the chat the recipient."""
        self.faults.add(msgspec.convert({"kind": kind.value, **what}, Fault))

    def summary(self) -> Summary:
        """What came so far."""
        return Summary(messages=len(self.received), ids=len(self._seen), doubles=dict(self._doubles), refused=self.refused)

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every message that was taken, in order."""
        return [(taken.to, taken.text) for taken in self.received]

    def texts_of(self, to: str) -> list[str]:
        """What one recipient was sent, in order."""
        return [taken.text for taken in self.received if taken.to == to]

    def clear(self) -> None:
        """Forget what came, and take all faults back."""
        self.received.clear()
        self._seen.clear()
        self._doubles.clear()
        self.refused = 0
        self.faults.clear()

    def _ask(self, asked: "_Asked", connection: "_Connection") -> None:
        if asked.path.startswith(b"/_sandbox/"):
            connection.say(*self._control(asked))
        else:
            self._message(asked, connection)

    def _message(self, asked: "_Asked", connection: "_Connection") -> None:
        if self._key and not hmac.compare_digest(asked.signature, signature(self._key, asked.body).encode()):
            self.refused += 1
            connection.say(401, b'{"error": "bad signature"}')
            return
        try:
            message = _MESSAGE.decode(asked.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.refused += 1
            connection.say(400, b'{"error": "not a message"}')
            return
        fault = self.faults.pick("message", message.to)
        if fault is None:
            self._take(message, asked)
            connection.write(_OK)
        else:
            self._faulty(fault, lambda: self._take(message, asked), connection)

    def _take(self, message: _Message, asked: "_Asked") -> None:
        taken = Taken(
            n=len(self.received) + 1, id=message.id, to=message.to, purpose=message.purpose, text=message.text, at=asked.at,
            earliest=asked.earliest,
        )  # fmt: skip
        self.received.append(taken)
        self._seen[message.id] += 1
        if self._seen[message.id] > 1:
            self._doubles[message.purpose] += 1

    def _faulty(self, fault: Fault, take: Callable[[], None], connection: "_Connection") -> None:
        match fault.kind:
            case FaultKind.THROTTLE:
                self.refused += 1
                connection.say(429, b"{}", f"Retry-After: {fault.retry_after}\r\n")
            case FaultKind.ERROR:
                self.refused += 1
                connection.say(fault.status, msgspec.json.encode({"error": fault.description}))
            case FaultKind.RESET_BEFORE:
                self.refused += 1
                connection.reset()
            case FaultKind.RESET_AFTER:
                take()
                connection.reset()
            case FaultKind.HANG_BEFORE:
                connection.later(fault.seconds, take)
                connection.later(fault.seconds, lambda: connection.write(_OK))
            case FaultKind.HANG_AFTER:
                take()
                connection.later(fault.seconds, lambda: connection.write(_OK))
            case FaultKind.MALFORMED | FaultKind.DUPLICATE:
                take()
                connection.say(200, b"<html>\xff not what you asked for")

    def _control(self, asked: "_Asked") -> tuple[int, bytes]:
        path, _, query = asked.path.decode("latin-1").partition("?")
        match asked.method, path:
            case b"GET", "/_sandbox/summary":
                return 200, msgspec.json.encode(self.summary())
            case b"GET", "/_sandbox/received":
                after = query.removeprefix("after=")
                return 200, msgspec.json.encode(self.received[int(after) if after.isdigit() else 0 :])
            case b"POST", "/_sandbox/fault":
                try:
                    self.faults.add(msgspec.json.decode(asked.body, type=Fault))
                except msgspec.DecodeError as error:
                    return 400, str(error).encode()
                return 200, b"{}"
            case b"POST", "/_sandbox/mend":
                self.faults.clear()
                return 200, b"{}"
            case b"POST", "/_sandbox/clear":
                self.clear()
                return 200, b"{}"
        return 404, b"{}"


def signature(key: bytes, body: bytes) -> str:
    """What the hub's plain channel signs with, either way: `x-omnihub-signature: sha256=<hex HMAC-SHA256 of the raw body>`."""
    return "sha256=" + hmac.digest(key, body, hashlib.sha256).hex()


class _Asked(msgspec.Struct, frozen=True):
    method: bytes
    path: bytes
    signature: bytes
    body: bytes
    at: float
    earliest: float


class _Connection(asyncio.Protocol):
    """As much of HTTP/1.1 as the hub's client speaks: kept-alive requests with a Content-Length."""

    def __init__(
        self, ask: Callable[[_Asked, "_Connection"], None], connections: set["_Connection"], earliest: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._earliest = earliest
        self._not_before = 0.0
        self._connections = connections
        self._buffer = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by behaviour, not by class.
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._transport = None

    @property
    def reading(self) -> bool:
        """Whether a request has begun and is not whole."""
        return bool(self._buffer)

    def data_received(self, data: bytes) -> None:
        if not self._buffer:
            self._began, self._not_before = time.monotonic(), self._earliest()
        self._buffer += data
        while (head_end := self._buffer.find(_END)) >= 0:
            head = self._buffer[:head_end]
            told, line = _header(head, b"content-length"), head[: head.find(b"\r\n")].split(b" ")
            size = int(told) if told.isdigit() else 0
            whole = head_end + len(_END) + size
            if size > _LARGEST or len(line) != _REQUEST_LINE_WORDS:
                self.reset()
                return
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[head_end + len(_END) : whole], self._buffer[whole:]
            signed = _header(head, b"x-omnihub-signature")
            asked = _Asked(method=line[0], path=line[1], signature=signed, body=body, at=self._began, earliest=self._not_before)
            self._began = time.monotonic()
            self._ask(asked, self)

    def write(self, answer: bytes) -> None:
        """Answer with these bytes, if the client is still there."""
        if self._transport:
            self._transport.write(answer)

    def say(self, status: int, body: bytes, header: str = "") -> None:
        """Answer with a status and a body."""
        head = f"HTTP/1.1 {status} Sandbox\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{header}\r\n"
        self.write(head.encode() + body)

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do it after so long."""
        asyncio.get_running_loop().call_later(seconds, act)

    def reset(self) -> None:
        """Cut the connection."""
        if self._transport:
            self._transport.abort()


def _header(head: bytes, name: bytes) -> bytes:
    """A header's value; names come in any case, so the lower-cased copy tells where, the original what."""
    at = head.lower().find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    begin = at + len(name) + 3
    end = head.find(b"\r\n", begin)
    return head[begin : end if end >= 0 else len(head)].strip()


async def serve(port: int, host: str, secret: str) -> None:
    """Run until cancelled."""
    stand_in = PlainStandIn(secret=secret)
    await stand_in.start(port, host)
    print(f"Plain stand-in: {stand_in.base_url}", flush=True)  # noqa: T201 - the command speaks
    try:
        await stand_in.watch()
    finally:
        await stand_in.stop()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.plain", description="An app that counts what it is sent.")
    parser.add_argument("--port", type=int, default=8082, help="where to listen (0: any free port)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--secret", default="", help="refuse what is not signed with it")
    args = parser.parse_args()
    try:
        asyncio.run(serve(args.port, args.host, args.secret))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
