"""Telegram under the contract tests."""

import msgspec
from aiohttp import ClientSession

from channels.telegram import channel as telegram
from hub.model.channels.ports import Channel
from sandbox.telegram.stand_in import TelegramStandIn
from tests.channels.contract import SECRET, TOKEN, Kind


def _telegram(session: ClientSession, base_url: str) -> Channel:
    settings = telegram.Settings(account="shop", token=TOKEN, secret=SECRET, base_url=base_url)
    return telegram.Telegram(settings, session)


KIND = Kind(
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
)
