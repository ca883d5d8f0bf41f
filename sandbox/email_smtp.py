"""A mail server for the e-mail stand-in: https://www.rfc-editor.org/rfc/rfc5321, as much of it as a sender meets."""

import asyncio
import base64
import binascii
import email
import time
from email.message import Message
from email.policy import default

from sandbox.desk import Desk
from sandbox.faults import Fault, FaultKind
from sandbox.shown import Bubble, Media, Received

METHOD = "send"

_LARGEST = 26_214_400

_REFUSALS = {401: "535 5.7.8 authentication required", 429: "450 4.7.28 too many letters", 503: "451 4.3.2 system not accepting letters"}
"""What a fault's HTTP status is in SMTP; any other is a refusal for good."""


class MailServer:
    """Takes letters for whoever signs in as `user`; each is a bubble on its reader's phone."""

    def __init__(self, desk: Desk, *, user: str, password: str) -> None:
        self._desk = desk
        self._known = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self, port: int, host: str) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._talk, host, port, limit=_LARGEST)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Hang up."""
        for writer in list(self._writers):
            writer.transport.abort()
        if self._server:
            self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await _Talk(self._desk, reader, writer, known=self._known).run()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


class _Talk:
    """One connection."""

    def __init__(self, desk: Desk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, known: str) -> None:
        self._desk = desk
        self._reader = reader
        self._writer = writer
        self._known = known
        self._signed_in = False
        self._to = ""

    async def run(self) -> None:
        await self._say("220 mail.sandbox ESMTP")
        while line := (await self._reader.readline()).decode("utf-8", "replace").strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    await self._say("250-mail.sandbox", "250-AUTH PLAIN", "250-8BITMIME", "250 SIZE 26214400")
                case "AUTH":
                    self._signed_in = rest.partition(" ")[2].strip() == self._known
                    await self._say("235 2.7.0 welcome" if self._signed_in else "535 5.7.8 wrong user or password")
                case "MAIL":
                    await self._say("250 2.1.0 ok" if self._signed_in else "530 5.7.0 sign in first")
                case "RCPT":
                    self._to = rest.partition("<")[2].partition(">")[0].lower()
                    await self._say("250 2.1.5 ok")
                case "DATA":
                    if not await self._letter():
                        return
                case "QUIT":
                    await self._say("221 2.0.0 bye")
                    return
                case _:
                    await self._say("250 2.0.0 ok")

    async def _letter(self) -> bool:
        """Take a letter, or make the fault that is set; False where the talk has ended."""
        entry = Received(n=len(self._desk.received) + 1, method=METHOD, to=self._to, text="", at=time.monotonic())
        self._desk.received.append(entry)
        fault = self._desk.faults.pick(METHOD, self._to)
        if fault and fault.kind is FaultKind.RESET_BEFORE:
            entry.outcome = "reset"
            self._writer.transport.abort()
            return False
        if fault and fault.kind is FaultKind.HANG_BEFORE:
            await asyncio.sleep(fault.seconds)
        if self._desk.phone(self._to).blocked:
            await self._say("550 5.1.1 no such mailbox")
            return True
        await self._say("354 go on")
        raw = (await self._reader.readuntil(b"\r\n.\r\n"))[:-5].replace(b"\r\n..", b"\r\n.")
        letter = email.message_from_bytes(raw, policy=default)
        entry.text = _words(letter)
        if refusal := _refusal(fault):
            await self._say(refusal)
            return True
        self._take(entry, letter)
        return await self._answer(entry, fault)

    async def _answer(self, entry: Received, fault: Fault | None) -> bool:
        match fault:
            case Fault(kind=FaultKind.RESET_AFTER):
                entry.outcome = "reset"
                self._writer.transport.abort()
                return False
            case Fault(kind=FaultKind.HANG_AFTER):
                entry.outcome = "hung"
                await asyncio.sleep(fault.seconds)
            case Fault(kind=FaultKind.MALFORMED):
                await self._say("<html>not what you asked for")
                return True
        await self._say(f"250 2.0.0 taken as {self._desk.new_id()}")
        return True

    def _take(self, entry: Received, letter: Message) -> None:
        parts = [part for part in letter.walk() if not part.is_multipart()]
        media = tuple(self._kept(part) for part in parts if part.get_filename())
        entry.taken, entry.outcome = time.monotonic(), "accepted"
        entry.external_id = str(letter["Message-ID"])
        entry.params = {"headers": {name: str(value) for name, value in letter.items()}}
        bubble = Bubble(n=0, text=entry.text, media=media, header=str(letter["Subject"] or ""), external_id=entry.external_id)
        bubble.reply_to = str(letter["In-Reply-To"] or "")
        self._desk.show(self._to, bubble)

    def _kept(self, part: Message) -> Media:
        content = part.get_payload(decode=True)
        url = self._desk.keep(content if isinstance(content, bytes) else b"", part.get_content_type())
        kind = part.get_content_maintype()
        return Media(
            kind=kind if kind in {"image", "video", "audio"} else "file",
            url=url,
            name=part.get_filename() or "",
            mime_type=part.get_content_type(),
        )

    async def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self._writer.drain()


def _refusal(fault: Fault | None) -> str:
    match fault:
        case Fault(kind=FaultKind.THROTTLE):
            return f"450 4.7.28 too many letters, try again in {fault.retry_after} seconds"
        case Fault(kind=FaultKind.ERROR):
            return _REFUSALS.get(fault.status, f"554 5.0.0 {fault.description}")
    return ""


def _words(letter: Message) -> str:
    return next((_text(part).strip() for part in letter.walk() if part.get_content_type() == "text/plain"), "")


def _text(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except (binascii.Error, ValueError):
        return ""
    return content.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(content, bytes) else ""
