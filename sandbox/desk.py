"""A provider's desk: what stands on its customers' phones, what the hub asked of it, the faults, and the webhooks it sends.

All this is the same for every provider; paths, bodies and signatures are each provider's own (`Provider`).
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol, runtime_checkable

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.bringing import BACKOFF, Bringing
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.roads import Copies, Roads
from sandbox.shown import (
    Act,
    Blocked,
    Bubble,
    Came,
    Followed,
    Json,
    Media,
    Offer,
    Phone,
    Pressed,
    Reacted,
    Received,
    TookBack,
    Webhook,
    Wrote,
)


class Provider(Protocol):
    """What is one provider's own."""

    @property
    def kind(self) -> str:
        """The channel's kind."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    def routes(self, desk: "Desk") -> list[AbstractRouteDef]:
        """The provider's own paths; handlers answer by `desk.serve`."""
        ...

    def webhooks(self, act: Act) -> list[Webhook]:
        """What the provider tells the hub of an act, signed; none where it does not tell."""
        ...

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """A refusal in the provider's own form; `retry_after` in seconds with a 429."""
        ...


@runtime_checkable
class Opens(Protocol):
    """A provider that is reached by more than HTTP."""

    async def open(self, desk: "Desk", host: str) -> None:
        """Listen there, and note in `desk.told` how it is reached."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class Asked(msgspec.Struct, frozen=True):
    """One call of the hub's, read: the provider's name of it, for whom, the words, and all it carried."""

    method: str
    to: str = ""
    text: str = ""
    params: Json = {}


class Desk:
    """One provider's. Its routes call `serve`, which notes a call and makes the faults; `show` puts a bubble on a phone.

    `told`: what else must be known to reach it, once it is open (a port of its own).
    """

    def __init__(self, provider: Provider, *, backoff: tuple[float, ...] = BACKOFF, receipts: str = "delivered") -> None:
        """`receipts`: how far receipts go by themselves: "" not at all, sent, delivered, read."""
        self.provider = provider
        self.kind = provider.kind
        self.faults = Faults()
        self.received: list[Received] = []
        self.phones: dict[str, Phone] = {}
        self.roads = Roads()
        self.bringing = Bringing(self.faults, backoff=backoff, roads=self.roads)
        self._copies = Copies(self.roads)
        self.base_url = ""
        self.told: dict[str, str] = {}
        self.receipts = receipts
        self.changed = asyncio.Event()
        self.media: dict[str, tuple[bytes, str]] = {}
        self._counted = 0

    def hook(self, url: str) -> None:
        """Where webhooks go from now on; empty: nowhere."""
        self.bringing.hook = url
        self.bringing.begin()

    async def stop(self) -> None:
        """Bring and fetch nothing more."""
        await self.bringing.stop()
        await self._copies.stop()

    # --- what the provider's routes need ---

    def new_id(self, prefix: str = "") -> str:
        """An id nobody had yet."""
        self._counted += 1
        return f"{prefix}{int(time.time() * 1000)}{self._counted:04d}"

    def phone(self, id: str, name: str = "") -> Phone:  # noqa: A002 - the field's name
        """The phone of that id, switched on when it is first asked for."""
        phone = self.phones.setdefault(id, Phone(id=id, name=name or id))
        phone.name = name or phone.name
        return phone

    def show(self, to: str, bubble: Bubble) -> Bubble:
        """Put a bubble of the shop's on a phone; receipts follow by themselves, and so do copies of what it names by an address."""
        phone = self.phone(to)
        phone.typing_until = 0.0
        self._add(phone, bubble)
        for place, piece in enumerate(bubble.media):
            if not piece.url.startswith(f"{self.base_url}/"):
                self._copies.take(piece.url, partial(self._copied, bubble, place))
        for state in ("sent", "delivered", "read")[: {"": 0, "sent": 1, "delivered": 2, "read": 3}[self.receipts]]:
            bubble.state = state
            self._tell(Came(phone=phone, bubble=bubble, state=state))
        return bubble

    def change(self, bubble: Bubble, *, text: str, offers: tuple[Offer, ...], media: tuple[Media, ...]) -> None:
        """The shop puts something else in the place of one of its bubbles."""
        bubble.text, bubble.offers, bubble.media, bubble.edited = text, offers, media, True
        self.wake()

    def remove(self, bubble: Bubble) -> None:
        """The shop takes one of its bubbles away: the phone shows nothing in its place."""
        bubble.text, bubble.offers, bubble.media, bubble.state = "", (), (), "removed"
        self.wake()

    async def serve(self, request: web.Request, asked: Asked, accept: Callable[[Received], web.Response]) -> web.StreamResponse:
        """Answer a call: note it, make the fault that is set for it, else have it accepted (`accept` shows it and words the answer)."""
        entry = Received(n=len(self.received) + 1, method=asked.method, to=asked.to, text=asked.text, at=time.monotonic())
        entry.params = asked.params
        self.received.append(entry)
        fault = self.faults.pick(asked.method, asked.to)
        match fault:
            case Fault(kind=FaultKind.THROTTLE):
                return self.provider.refusal(429, fault.description or "Too many requests", fault.retry_after)
            case Fault(kind=FaultKind.ERROR):
                return self.provider.refusal(fault.status, fault.description, None)
            case Fault(kind=FaultKind.RESET_BEFORE):
                entry.outcome = "reset"
                return _reset(request)
            case Fault(kind=FaultKind.HANG_BEFORE):
                await asyncio.sleep(fault.seconds)
        entry.taken, entry.outcome = time.monotonic(), "accepted"
        answer = accept(entry)
        match fault:
            case Fault(kind=FaultKind.RESET_AFTER):
                entry.outcome = "reset"
                return _reset(request)
            case Fault(kind=FaultKind.HANG_AFTER):
                entry.outcome = "hung"
                await asyncio.sleep(fault.seconds)
            case Fault(kind=FaultKind.MALFORMED):
                return web.Response(body=b"<html>\xff not what you asked for", content_type="text/html")
        return answer

    # --- what the customer does ---

    def say(self, chat: str, text: str, *, name: str = "", language: str = "", media: tuple[Media, ...] = ()) -> Bubble:
        """The customer writes, or sends media."""
        phone = self.phone(chat, name)
        phone.language = language or phone.language
        bubble = self._add(phone, Bubble(n=0, text=text, mine=True, media=media, external_id=self.new_id("in")))
        self._tell(Wrote(phone=phone, bubble=bubble))
        return bubble

    def press(self, chat: str, n: int, offer_id: str) -> Offer:
        """The customer presses what stands under bubble `n`; returns it. Raises ValueError where there is no such thing."""
        phone = self.phone(chat)
        bubble = next((b for b in phone.bubbles if b.n == n), None)
        offer = next((o for o in bubble.offers if o.id == offer_id), None) if bubble else None
        if bubble is None or offer is None:
            raise ValueError("there is nothing like that to press")
        self._tell(Pressed(phone=phone, bubble=bubble, offer=offer))
        return offer

    def note(self, chat: str, text: str) -> None:
        """Words on the phone that are told to nobody: what an app shows of a press."""
        self._add(self.phone(chat), Bubble(n=0, text=text, mine=True))

    def take_back(self, chat: str, n: int) -> None:
        """The customer deletes bubble `n`, one of the own."""
        phone = self.phone(chat)
        for bubble in [b for b in phone.bubbles if b.n == n and b.mine and b.state != "deleted"]:
            bubble.text, bubble.media, bubble.state = "", (), "deleted"
            self._tell(TookBack(phone=phone, bubble=bubble))

    def arrive(self, chat: str, n: int) -> None:
        """Bubble `n` of the shop's reaches the phone."""
        phone = self.phone(chat)
        for bubble in [b for b in phone.bubbles if b.n == n and not b.mine]:
            bubble.state = "delivered"
            self._tell(Came(phone=phone, bubble=bubble, state="delivered"))

    def read(self, chat: str) -> None:
        """The customer looks at the phone: all bubbles of the shop's are read."""
        phone = self.phone(chat)
        for bubble in [b for b in phone.bubbles if not b.mine and b.state != "read"]:
            bubble.state = "read"
            self._tell(Came(phone=phone, bubble=bubble, state="read"))

    def fail(self, chat: str, n: int, code: str) -> None:
        """A bubble of the shop's did not arrive after all."""
        phone = self.phone(chat)
        for bubble in [b for b in phone.bubbles if b.n == n]:
            self._tell(Came(phone=phone, bubble=bubble, state="failed", code=code))

    def react(self, chat: str, n: int, emoji: str) -> None:
        """The customer reacts to bubble `n`, or takes it back (empty)."""
        phone = self.phone(chat)
        for bubble in [b for b in phone.bubbles if b.n == n]:
            bubble.reaction = emoji
            self._tell(Reacted(phone=phone, bubble=bubble, emoji=emoji))

    def block(self, chat: str) -> None:
        """The customer blocks the shop."""
        phone = self.phone(chat)
        phone.blocked = True
        self._tell(Blocked(phone=phone))

    def follow(self, chat: str, *, name: str = "", ref: str = "") -> None:
        """The customer begins, or comes back."""
        phone = self.phone(chat, name)
        phone.blocked = False
        self._tell(Followed(phone=phone, ref=ref))

    # --- what tests ask ---

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's."""
        self.faults.add(msgspec.convert({"kind": kind.value, **what}, Fault))

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every message that was taken, in order."""
        return [(r.to, r.text) for r in self.received if r.taken and r.external_id]

    def texts_of(self, to: str) -> list[str]:
        """The texts one phone was sent, in order."""
        return [text for phone, text in self.taken() if phone == to]

    def clear(self) -> None:
        """Forget what came, and take all faults back."""
        self.received.clear()
        self.bringing.attempts.clear()
        self.faults.clear()

    def _add(self, phone: Phone, bubble: Bubble) -> Bubble:
        bubble.n = len(phone.bubbles) + 1
        bubble.at = bubble.at or int(time.time() * 1000)
        phone.bubbles.append(bubble)
        self.wake()
        return bubble

    def keep(self, content: bytes, mime_type: str) -> str:
        """A file that lies at the provider from now on; where the phone gets it."""
        name = self.new_id("media")
        self.media[name] = (content, mime_type)
        return f"{self.base_url}/_sandbox/media/{name}"

    def _copied(self, bubble: Bubble, place: int, content: bytes, mime_type: str) -> None:
        pieces = list(bubble.media)
        pieces[place] = msgspec.structs.replace(pieces[place], url=self.keep(content, mime_type), mime_type=mime_type)
        bubble.media = tuple(pieces)
        self.wake()

    def _tell(self, act: Act) -> None:
        self.bringing.bring(act.phone.id, *self.provider.webhooks(act))
        self.wake()

    def wake(self) -> None:
        """Wake whoever watches a phone."""
        self.changed.set()
        self.changed = asyncio.Event()


def json_answer(body: object, status: int = 200, **headers: str) -> web.Response:
    """An answer in JSON."""
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json", headers=headers)


def _reset(request: web.Request) -> web.Response:
    """Cut the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
