"""Zalo under the contract tests."""

import hashlib

import msgspec
from aiohttp import ClientSession

from channels.zalo import channel as zalo
from config.accounts.outside import alone
from hub.model.channels.ports import Channel
from sandbox.zalo import APP, OA, stand_in
from tests.channels.contract import AT, SECRET, TO, TOKEN, Kind


def settings(base_url: str) -> zalo.Settings:
    """An account whose token cannot be renewed."""
    return zalo.Settings(
        account="shop", app_id=APP, secret=SECRET, token=TOKEN, base_url=base_url, business_url=base_url, oauth_url=base_url
    )


def _zalo(session: ClientSession, base_url: str) -> Channel:
    return zalo.Zalo(settings(base_url), alone(session))


def _sign(body: bytes) -> dict[str, str]:
    try:
        event = msgspec.json.decode(body)
        moment = str(event.get("timestamp", ""))
    except (ValueError, AttributeError, RecursionError):
        moment = ""
    mac = hashlib.sha256(APP.encode() + body + moment.encode(errors="replace") + SECRET.encode()).hexdigest()
    return {zalo.SIGNATURE_HEADER: f"mac={mac}"}


def _event(name: str, **more: object) -> bytes:
    sides = {"app_id": APP, "sender": {"id": TO}, "recipient": {"id": OA}, "user_id_by_app": "77"}
    return msgspec.json.encode({**sides, "event_name": name, "timestamp": str(AT), **more})


KIND = Kind(
    name="zalo",
    make=_zalo,
    sign=_sign,
    stand_in=lambda: stand_in(secret=SECRET, token=TOKEN, open_to=(TO,)),
    method="message",
    known=_event("user_send_text", message={"text": "shop ơi", "msg_id": "m1"}),
    unknown=_event("brand_new_kind", secret_word="hush"),
)
