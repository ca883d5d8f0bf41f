"""Instagram under the contract tests."""

import msgspec
from aiohttp import ClientSession

from channels.meta import graph, instagram
from config.accounts.outside import alone
from hub.model.channels.ports import Channel
from sandbox import messaging
from tests.channels.contract import AT, SECRET, TO, TOKEN, Kind


def _instagram(session: ClientSession, base_url: str) -> Channel:
    settings = instagram.Settings(account="shop", token=TOKEN, secret=SECRET, verify_token="choose", base_url=base_url)
    return instagram.Instagram(settings, alone(session))


def _told(content: dict[str, object]) -> bytes:
    element = {"sender": {"id": TO}, "recipient": {"id": "1"}, "timestamp": AT, **content}
    return msgspec.json.encode({"object": "instagram", "entry": [{"id": "1", "time": AT, "messaging": [element]}]})


KIND = Kind(
    name="instagram",
    make=_instagram,
    sign=lambda body: {graph.SIGNATURE_HEADER: graph.signature(SECRET, body)},
    stand_in=lambda: messaging.stand_in(messaging.INSTAGRAM, token=TOKEN, secret=SECRET),
    method=messaging.SEND,
    known=_told({"message": {"mid": "m_known", "text": "shop ơi"}}),
    unknown=_told({"brand_new_kind": {"secret_word": "hush"}}),
)
