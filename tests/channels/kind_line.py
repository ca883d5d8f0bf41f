"""LINE under the contract tests."""

import msgspec
from aiohttp import ClientSession

from channels.line import channel as line
from hub.engine.clock import SystemClock
from hub.model.channels.ports import Channel
from sandbox.line import stand_in
from tests.channels.contract import AT, SECRET, TO, TOKEN, Kind


def _line(session: ClientSession, base_url: str) -> Channel:
    settings = line.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=base_url)
    return line.Line(settings, session, clock=SystemClock())


def _webhook(**event: object) -> bytes:
    common = {"mode": "active", "timestamp": AT, "source": {"type": "user", "userId": TO}, "deliveryContext": {"isRedelivery": False}}
    return msgspec.json.encode({"destination": "U0", "events": [{**common, "webhookEventId": "01HZX", "replyToken": "r1", **event}]})


KIND = Kind(
    name="line",
    make=_line,
    sign=lambda body: {line.SIGNATURE_HEADER: line.signature(SECRET.encode(), body)},
    stand_in=lambda: stand_in(token=TOKEN, secret=SECRET),
    method="push",
    known=_webhook(type="message", message={"id": "3", "type": "text", "text": "shop ơi", "quoteToken": "q1"}),
    unknown=_webhook(type="brand_new_kind", brand_new_kind={"secret_word": "hush"}),
)
