"""What the contract tests need of a channel: how to make it, to sign for it, and what its provider sends."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from aiohttp import ClientSession

from channels import plain, telegram
from hub.model.address import Address
from hub.model.delivery import Delivery
from hub.model.message import Message
from hub.model.ports import Channel, Inbound
from hub.model.words import Origin, Purpose
from sandbox.faults import FaultKind
from sandbox.plain import PlainStandIn
from sandbox.telegram import TelegramStandIn

SECRET = "contract-secret-0123456789"
TOKEN = "10001:contract"
TO = "4242"


@dataclass(frozen=True)
class Kind:
    """One channel under test. `method` is the stand-in's name for a send."""

    name: str
    make: Callable[[ClientSession, str], Channel]
    sign: Callable[[bytes], dict[str, str]]
    stand_in: Callable[[], "TelegramStandIn | PlainStandIn"]
    method: str
    known: bytes
    unknown: bytes


def _telegram(session: ClientSession, base_url: str) -> Channel:
    settings = telegram.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=base_url)
    return telegram.Telegram(settings, session)


def _plain(session: ClientSession, base_url: str) -> Channel:
    return plain.Plain(plain.Settings(account="shop", secret=SECRET, base_url=base_url), session)


KINDS = (
    Kind(
        name="telegram",
        make=_telegram,
        sign=lambda _body: {telegram.SECRET_HEADER: SECRET},
        stand_in=lambda: TelegramStandIn(token=TOKEN),
        method="sendMessage",
        known=msgspec.json.encode(
            {
                "update_id": 7,
                "message": {
                    "message_id": 3,
                    "from": {"id": 4242, "is_bot": False, "first_name": "Lan"},
                    "chat": {"id": 4242, "type": "private", "first_name": "Lan"},
                    "date": 1760000000,
                    "text": "shop ơi",
                },
            }
        ),
        unknown=b'{"update_id": 8, "brand_new_kind": {"secret_word": "hush"}}',
    ),
    Kind(
        name="plain",
        make=_plain,
        sign=lambda body: {plain.SIGNATURE_HEADER: plain.signature(SECRET.encode(), body)},
        stand_in=lambda: PlainStandIn(secret=SECRET),
        method="message",
        known=b'{"id": "a1", "from": "4242", "text": "shop \xc6\xa1i", "at": 1760000000000, "name": "Lan"}',
        unknown=b'{"id": "a2", "from": "4242", "type": "brand_new_kind", "secret_word": "hush"}',
    ),
)


def request(body: bytes, headers: dict[str, str]) -> Inbound:
    """A webhook request as the web room hands it over."""
    return Inbound(method="POST", url="https://shop.example/hooks/x/shop", path_query="/hooks/x/shop", headers=headers, body=body)


def delivery(message: Message, *, to: str = TO, id: str = "dl-1", purpose: Purpose = Purpose.REPLY) -> Delivery:  # noqa: A002
    """A delivery of a message."""
    address = Address(channel="x", account="shop", id=to)
    return Delivery(
        id=id, customer="cu-1", conversation="", address=address, message=message, purpose=purpose, origin=Origin.BOT, created=1
    )


async def send_all(channel: Channel, what: Delivery) -> list[str]:
    """Make all calls of a delivery; returns the provider's ids."""
    return [(await channel.send(call, what)).external_id for call in channel.render(what)]


WRONG_ANSWERS: tuple[tuple[FaultKind, str], ...] = (
    (FaultKind.THROTTLE, "Throttled"),
    (FaultKind.RESET_BEFORE, "OutcomeUnknown"),
    (FaultKind.RESET_AFTER, "OutcomeUnknown"),
)
