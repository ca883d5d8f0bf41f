"""Viber under the contract tests."""

import msgspec
from aiohttp import ClientSession

from channels.viber import channel as viber
from hub.model.channels.ports import Channel
from sandbox.viber import stand_in
from tests.channels.contract import AT, TO, TOKEN, Kind


def _viber(session: ClientSession, base_url: str) -> Channel:
    return viber.Viber(viber.Settings(account="shop", token=TOKEN, sender="Trà Nhà Lan", base_url=base_url), session)


def _callback(event: str, **more: object) -> bytes:
    return msgspec.json.encode({"event": event, "timestamp": AT, "message_token": 5741311803571721087, **more})


KIND = Kind(
    name="viber",
    make=_viber,
    sign=lambda body: {viber.SIGNATURE_HEADER: viber.signature(TOKEN, body)},
    stand_in=lambda: stand_in(token=TOKEN, subscribed=(TO,)),
    method="send_message",
    known=_callback("message", sender={"id": TO, "name": "Lan"}, message={"type": "text", "text": "shop ơi"}),
    unknown=_callback("brand_new_kind", secret_word="hush"),
)
