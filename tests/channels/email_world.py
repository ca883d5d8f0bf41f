"""What tests of e-mail share: the channel at a stand-in, and what it makes of a raw letter."""

from channels.email.channel import KIND as EMAIL
from channels.email.channel import Email
from channels.kinds import AccountSetup
from config.accounts.outside import alone
from config.preview.frozen_clock import FrozenClock
from hub.model.channels.ports import FETCHED, Inbound
from hub.model.events.event import Incoming, Said, Unparsed
from tests.channels.contract import URL
from tests.channels.kind_email import email_values


def built(base_url: str = "smtp://127.0.0.1:1", **values: str) -> Email:
    """The channel on its own; no session, for it needs none."""
    setup = AccountSetup(channel="email", name="shop", values={**email_values(base_url), **values}, hook_url=URL)
    made = EMAIL.build(setup, alone(None, clock=FrozenClock(1_760_000_000_000)))  # type: ignore[arg-type]
    assert isinstance(made, Email)
    return made


def read(raw: str | bytes) -> list[Incoming | Unparsed]:
    """The events of a raw letter; a text has plain line ends."""
    body = raw.replace("\n", "\r\n").encode() if isinstance(raw, str) else raw
    return built().parse(Inbound(method=FETCHED, url="", path_query="", headers={}, body=body))


def said(raw: str | bytes) -> Said:
    """The words of a raw letter."""
    (one,) = read(raw)
    assert isinstance(one, Incoming)
    assert isinstance(one.body, Said)
    return one.body
