"""What tests of Twilio's two channels share: one account, its signature, its stand-in."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from aiohttp import ClientSession

from channels.kinds import AccountSetup, ChannelKind
from config.accounts.outside import alone
from hub.model.channels.ports import Channel
from sandbox.stand_in import StandIn
from sandbox.twilio import SMS, WHATSAPP, stand_in
from tests.channels.contract import SECRET, URL

ACCOUNT_SID = "AC" + "7" * 32
SENDER = "+15005550006"
PHONE = {SMS: "+84901234567", WHATSAPP: "84901234567"}

_FROM = {SMS: ("+84901234567", SENDER), WHATSAPP: ("whatsapp:+84901234567", f"whatsapp:{SENDER}")}
AT_TWILIO = {
    kind: urlencode({"MessageSid": "SM7", "SmsStatus": "received", "From": who, "To": to, "NumMedia": "0", "Body": "shop ơi"}).encode()
    for kind, (who, to) in _FROM.items()
}
"""The form of a message "shop ơi", by kind."""


def makes(kind: ChannelKind) -> Callable[[ClientSession, str], Channel]:
    """How a channel of that kind is made on a session, at a stand-in's address."""

    def make(session: ClientSession, base_url: str) -> Channel:
        values = {"account_sid": ACCOUNT_SID, "token": SECRET, "from": SENDER}
        setup = AccountSetup(channel=kind.kind, name="shop", values=values, base_url=base_url, hook_url=URL)
        return kind.build(setup, alone(session))

    return make


def sign(body: bytes) -> dict[str, str]:
    """The headers Twilio sends with a form."""
    pairs = parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    text = URL + "".join(name + value for name, value in sorted(set(pairs)))
    signed = hmac.digest(SECRET.encode(), text.encode(errors="surrogateescape"), hashlib.sha1)
    return {"x-twilio-signature": b64encode(signed).decode()}


def standing_in(kind: str) -> Callable[[], StandIn]:
    """How the stand-in is made."""
    return lambda: stand_in(kind, account_sid=ACCOUNT_SID, token=SECRET, sender=SENDER)
