"""Slack under the contract tests."""

import time

import msgspec
from aiohttp import ClientSession

from channels.slack import channel as slack
from hub.engine.clock import SystemClock
from hub.model.channels.ports import Channel
from sandbox.slack import stand_in
from tests.channels.contract import AT, SECRET, TOKEN, Kind


def _slack(session: ClientSession, base_url: str) -> Channel:
    settings = slack.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=base_url)
    return slack.Slack(settings, session, clock=SystemClock())


def _sign(body: bytes) -> dict[str, str]:
    at = str(int(time.time()))
    return {slack.TIME_HEADER: at, slack.SIGNATURE_HEADER: slack.signature(SECRET.encode(), at, body)}


def _webhook(**event: object) -> bytes:
    return msgspec.json.encode({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event_time": AT // 1000, "event": event})


KIND = Kind(
    name="slack",
    make=_slack,
    sign=_sign,
    stand_in=lambda: stand_in(token=TOKEN, secret=SECRET),
    method="chat.postMessage",
    known=_webhook(type="message", channel="D42", channel_type="im", user="U42", text="shop ơi", ts=f"{AT // 1000}.000000"),
    unknown=_webhook(type="brand_new_kind", secret_word="hush"),
    to="U42",
)
