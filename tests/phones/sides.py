"""The other side of a channel as its customers have it: the same for stand-ins with a desk and for Telegram's."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from sandbox.desk import Desk
from sandbox.faults import FaultKind
from sandbox.shown import Bubble, Media, Received
from sandbox.telegram.phones import TelegramShelf
from sandbox.telegram.stand_in import TelegramStandIn
from sandbox.telegram.world import Received as BotCall


class Asked(Struct, frozen=True):
    """One request of the hub's for one customer. `at`: when it came (s of CLOCK_MONOTONIC); `taken`: whether it was accepted."""

    text: str
    at: float
    taken: bool
    told: bytes


class Side(Protocol):
    """One provider with its customers' phones."""

    kind: str
    account: str
    base_url: str

    def say(self, chat: str, text: str, *, language: str = "vi") -> None:
        """The customer writes."""
        ...

    def picture(self, chat: str, content: bytes) -> None:
        """The customer sends a PNG."""
        ...

    def press(self, chat: str, n: int, offer: str) -> None:
        """The customer presses what stands under a bubble."""
        ...

    def bubbles(self, chat: str) -> list[Bubble]:
        """All that stands on the phone, in order."""
        ...

    def look(self, chat: str, n: int) -> None:
        """Bubble `n` reaches the phone, whose owner looks at it; told to the hub as far as the provider tells."""
        ...

    def throttle(self, chat: str, *, times: int, retry_after: int) -> None:
        """Refuse the next calls for this customer with 429."""
        ...

    def asked(self, chat: str) -> Sequence[Asked]:
        """What the hub asked for this customer, in order, refused or not."""
        ...


class DeskSide:
    """A stand-in with a desk."""

    def __init__(self, desk: Desk, account: str) -> None:
        self.kind = desk.kind
        self.account = account
        self.base_url = desk.base_url
        self._desk = desk

    def say(self, chat: str, text: str, *, language: str = "vi") -> None:
        self._desk.say(chat, text, name="Lan", language=language)

    def picture(self, chat: str, content: bytes) -> None:
        photo = Media(kind="image", url=self._desk.keep(content, "image/png"), name="ao.png", mime_type="image/png")
        self._desk.say(chat, "", name="Lan", media=(photo,))

    def press(self, chat: str, n: int, offer: str) -> None:
        self._desk.press(chat, n, offer)

    def bubbles(self, chat: str) -> list[Bubble]:
        return self._desk.phone(chat).bubbles

    def look(self, chat: str, n: int) -> None:
        self._desk.arrive(chat, n)
        self._desk.read(chat)

    def throttle(self, chat: str, *, times: int, retry_after: int) -> None:
        self._desk.fault(FaultKind.THROTTLE, chat=chat, times=times, retry_after=retry_after)

    def asked(self, chat: str) -> Sequence[Asked]:
        return [_asked(one) for one in self._desk.received if one.to == chat]


class TelegramSide:
    """Telegram's stand-in, which has no receipts."""

    kind = TelegramShelf.kind

    def __init__(self, stand_in: TelegramStandIn, account: str) -> None:
        self.account = account
        self.base_url = stand_in.base_url
        self._stand_in = stand_in
        self._shelf = TelegramShelf(stand_in)

    def say(self, chat: str, text: str, *, language: str = "vi") -> None:
        self._stand_in.say(chat, text, name="Lan", language=language)

    def picture(self, chat: str, content: bytes) -> None:
        self._stand_in.picture(chat, content, name="Lan")

    def press(self, chat: str, n: int, offer: str) -> None:
        if any(offer == key.id for row in self._shelf.screen(chat).keys for key in row):
            self._stand_in.key(chat, offer)
        else:
            self._stand_in.press(chat, n, offer)

    def bubbles(self, chat: str) -> list[Bubble]:
        """The keys below the text field stand with the last line, as they came with it."""
        screen = self._shelf.screen(chat)
        if screen.keys and screen.bubbles:
            last = screen.bubbles[-1]
            last.offers = (*last.offers, *(key for row in screen.keys for key in row))
        return screen.bubbles

    def look(self, chat: str, n: int) -> None:
        """Telegram tells nobody."""

    def throttle(self, chat: str, *, times: int, retry_after: int) -> None:
        self._stand_in.fault(FaultKind.THROTTLE, method="sendMessage", chat=chat, times=times, retry_after=retry_after)

    def asked(self, chat: str) -> Sequence[Asked]:
        return [_asked(one) for one in self._stand_in.received if one.chat == chat and one.method.startswith("send")]


def _asked(call: Received | BotCall) -> Asked:
    return Asked(text=call.text, at=call.at, taken=call.taken > 0, told=msgspec.json.encode(call.params))
