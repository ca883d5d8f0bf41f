"""What LINE's channel does without a provider: its signature, its settings, whom it hears, which tokens it remembers."""

import pytest

from channels.fields import Json
from channels.line import channel as line
from channels.line.parse import parse_event
from channels.line.tokens import ReplyTokens
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError
from hub.model.events.event import Incoming, Said
from tests.channels.contract import SECRET, TOKEN

LAN = "U5f1e3a9b7c2d4e6f8a0b1c2d3e4f5a6b"


def test_the_librarys_own_check_agrees_with_the_signature() -> None:
    from linebot.v3.webhook import SignatureValidator  # type: ignore[import-untyped]

    body = '{"events": [], "destination": "台北😀"}'

    assert SignatureValidator(SECRET).validate(body, line.signature(SECRET.encode(), body.encode()))


@pytest.mark.parametrize(
    ("mode", "source", "mention", "heard"),
    [
        ("active", {"type": "user", "userId": LAN}, {}, (True, "r1")),
        ("standby", {"type": "user", "userId": LAN}, {}, (False, "")),
        ("active", {"type": "group", "groupId": "C1", "userId": LAN}, {}, (False, "r1")),
        ("active", {"type": "group", "groupId": "C1", "userId": LAN}, {"mentionees": [{"type": "all"}]}, (False, "r1")),
        ("active", {"type": "group", "groupId": "C1", "userId": LAN}, {"mentionees": [{"type": "user", "isSelf": True}]}, (True, "r1")),
    ],
    ids=["alone", "another has the chat", "a group among itself", "everybody is named", "the account is named"],
)
def test_bot_hears_what_is_said_to_it(mode: str, source: Json, mention: Json, heard: tuple[bool, str]) -> None:
    message = {"id": "1", "type": "text", "text": "hi", "mention": mention}
    event = {"type": "message", "mode": mode, "source": source, "replyToken": "r1", "timestamp": 1, "message": message}

    (found,) = parse_event(event, "shop")

    assert isinstance(found, Incoming)
    assert isinstance(found.body, Said)
    assert heard == (found.body.mentioned, found.body.reply_token)


@pytest.mark.parametrize(
    ("token", "secret", "base_url"),
    [("", "s", line.BASE_URL), ("t\u200b", "s", line.BASE_URL), ("t", " ", line.BASE_URL), ("t", "s", "ftp://x")],
)
def test_settings_that_cannot_be_right_are_refused(token: str, secret: str, base_url: str) -> None:
    settings = line.Settings(account="shop", token=token, secret=secret, base_url=base_url)

    with pytest.raises(SettingsError, match="line/shop"):
        line.Line(settings, None, clock=SystemClock())  # type: ignore[arg-type]


def test_no_secret_is_in_the_settings_words() -> None:
    assert "Settings(account='shop', base_url='https://api.line.me')" == repr(line.Settings(account="shop", token=TOKEN, secret=SECRET))


def test_tokens_are_remembered_up_to_a_measure() -> None:
    tokens = ReplyTokens()

    for n in range(5000):
        tokens.spend(f"t{n}")

    assert [True, False] == [tokens.is_good(f"t{n}", until=0, now=1) for n in (0, 4999)]
