"""All providers in one process: `python -m bench.providers PORT MAIL`. They are as `POST /mood/<mood>` says.

Raw connections and canned answers, each in its provider's form: what the bench loads is the hub, not its stand-ins.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import count
from typing import cast

import uvloop

HANGS_S = 30.0
_END = b"\r\n\r\n"


class Mood(StrEnum):
    """How the providers are: well; silent for 30 s; every other call a 500, the rest a 429; well, but for files, which hang."""

    WELL = "well"
    HANGS = "hangs"
    BREAKS = "breaks"
    FILES_HANG = "files_hang"


TAKEN: Mapping[str, str] = {
    "whatsapp_cloud": '{{"messaging_product":"whatsapp","contacts":[],"messages":[{{"id":"wamid.{n}"}}]}}',
    "messenger": '{{"message_id":"m_{n}"}}',
    "instagram": '{{"message_id":"m_{n}"}}',
    "telegram": '{{"ok":true,"result":{{"message_id":{n},"date":1763800000,"chat":{{"id":1,"type":"private"}}}}}}',
    "line": '{{"sentMessages":[{{"id":"{n}","quoteToken":"q{n}"}}]}}',
    "viber": '{{"status":0,"status_message":"ok","message_token":{n}}}',
    "zalo": '{{"error":0,"message":"Success","data":{{"message_id":"{n}","user_id":"1"}}}}',
    "slack": '{{"ok":true,"channel":"C1","ts":"{n}.000100"}}',
    "twilio_sms": '{{"sid":"SM{n:032d}","status":"queued","num_segments":"1","error_code":null}}',
    "twilio_whatsapp": '{{"sid":"SM{n:032d}","status":"queued","num_segments":"1","error_code":null}}',
}
_FILE = '{{"url":"http://127.0.0.1:{port}/whatsapp_cloud/file/{n}","mime_type":"image/jpeg","file_size":1000}}'


class Desk:
    """What all connections share. `taken`: calls answered well, `refused`: the others."""

    def __init__(self, port: int) -> None:
        self.mood = Mood.WELL
        self.port = port
        self.taken = self.refused = 0
        self._numbers = count(1_000_001)

    def answer(self, method: str, path: str) -> tuple[bytes, float]:
        """What a call is answered, and after how many seconds."""
        if path.startswith("/mood/"):
            self.mood = Mood(path.removeprefix("/mood/"))
            return _http("200 OK", f'{{"taken":{self.taken},"refused":{self.refused}}}'), 0.0
        if self.mood is Mood.HANGS or (self.mood is Mood.FILES_HANG and "/file/" in path):
            return _http("200 OK", "{}"), HANGS_S
        number = next(self._numbers)
        if self.mood is Mood.BREAKS:
            self.refused += 1
            return (
                _http("500 Internal Server Error", "{}") if number % 2 else _http("429 Too Many Requests", "{}", "Retry-After: 1\r\n")
            ), 0.0
        self.taken += 1
        kind = path.split("/", 2)[1]
        if method == "GET":
            return _http("200 OK", _FILE.format(port=self.port, n=number) if kind == "whatsapp_cloud" else "{}"), 0.0
        return _http("201 Created" if kind.startswith("twilio") else "200 OK", TAKEN.get(kind, "{{}}").format(n=number)), 0.0


def _http(status: str, body: str, header: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{header}Content-Length: {len(body)}\r\n\r\n{body}".encode()


class _Wire(asyncio.Protocol):
    """One connection; its bytes, cut by `whole`, are answered in order."""

    def __init__(self) -> None:
        self._came = b""
        self._wire: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (used := self._taken(self._came)) > 0:
            self._came = self._came[used:]

    def _taken(self, came: bytes) -> int:
        """Take one request of these bytes; how many it had, 0 where it is not whole yet."""
        raise NotImplementedError

    def say(self, answer: bytes, after: float = 0.0) -> None:
        """Answer, now or later, where somebody still listens."""
        if after:
            asyncio.get_running_loop().call_later(after, self.say, answer)
        elif self._wire and not self._wire.is_closing():
            self._wire.write(answer)


class _Api(_Wire):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def _taken(self, came: bytes) -> int:
        head = came.find(_END)
        if head < 0:
            return 0
        first, _, rest = came[:head].decode("latin-1").partition("\r\n")
        length = next((int(line.split(":", 1)[1]) for line in rest.split("\r\n") if line.lower().startswith("content-length:")), 0)
        if len(came) < (whole := head + len(_END) + length):
            return 0
        method, path, _ = first.split(" ", 2)
        self.say(*self._desk.answer(method, path))
        return whole


_SAYS = {b"EHLO": b"250-bench\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 2.7.0 welcome\r\n", b"DATA": b"354 go on\r\n"}


class _Mail(_Wire):
    """A mail server that takes every letter, greets nobody while providers hang, and refuses for now while they break."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.say(b"220 bench ESMTP\r\n", HANGS_S if self._desk.mood is Mood.HANGS else 0.0)

    def _taken(self, came: bytes) -> int:
        end = came.find(b"\r\n.\r\n" if self._letter else b"\r\n")
        if end < 0:
            return 0
        if self._letter:
            self._letter = False
            well = self._desk.mood is not Mood.BREAKS
            self._desk.taken += well
            self._desk.refused += not well
            self.say(b"250 2.0.0 ok\r\n" if well else b"451 4.3.2 not now\r\n")
            return end + 5
        verb = came[:4].upper()
        self._letter = verb == b"DATA"
        self.say(_SAYS.get(verb, b"250 2.0.0 ok\r\n"))
        return end + 2


async def _serve(port: int, mail: int) -> None:
    desk, loop = Desk(port), asyncio.get_running_loop()
    doors: tuple[tuple[Callable[[], _Wire], int], ...] = ((lambda: _Api(desk), port), (lambda: _Mail(desk), mail))
    for door, at in doors:
        await loop.create_server(door, "127.0.0.1", at)
    print("serving", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(*(int(port) for port in sys.argv[1:])))
