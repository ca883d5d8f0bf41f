"""No record of any logger carries a secret, a number, an address or a word."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.logging.logs import Scrubber, configure

SECRET = "a-webhook-secret-of-the-shop"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure("debug", "json", secrets=[SECRET], stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_our_own_events_are_scrubbed(written: io.StringIO) -> None:
    structlog.get_logger("hub").info(
        "delivery sent", delivery="dl-1", to="+84 90 123 45 67", mail="linh@example.vn", text="xin chào", token="t"
    )

    out = written.getvalue()
    assert "dl-1" in out
    assert not [leak for leak in ("123 45", "linh", "xin", '"t"') if leak in out]


@pytest.mark.parametrize("name", ["aiohttp.server", "telegram.Bot", "asyncio", "some.library"])
def test_every_library_is_scrubbed(written: io.StringIO, name: str) -> None:
    logging.getLogger(name).warning(
        "GET https://api.telegram.org/bot%s/getMe for %s by %s", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_", "0901234567", SECRET
    )

    out = written.getvalue()
    assert name in out
    assert not [leak for leak in ("AAHdq", "0901234567", SECRET) if leak in out]


@pytest.mark.parametrize("error", [BadHttpMessage("b'Cookie: hub_session=ab12cd34'"), ConnectionResetError("Connection lost")])
def test_who_sends_no_http_or_goes_away_is_not_quoted_and_no_error(written: io.StringIO, error: Exception) -> None:
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "10.0.0.5", exc_info=error)

    assert "request ended early" in written.getvalue()
    assert not [leak for leak in ("ab12cd34", "Traceback", '"error"') if leak in written.getvalue()]


def test_a_traceback_is_scrubbed(written: io.StringIO) -> None:
    try:
        int("no chat for linh@example.vn, 0901234567")
    except ValueError:
        structlog.get_logger("hub").exception("send broke")

    out = written.getvalue()
    assert "ValueError" in out
    assert not [leak for leak in ("linh", "0901234567") if leak in out]


@pytest.mark.parametrize(
    "leak",
    [
        "+84901234567", "0901234567", "0912 345 678", "(02) 2345-6789 0", "+886 912-345-678", "linh.tran+shop@mail.example.vn",
        "redis://hub:verysecret@10.0.0.1:6379/0", "Authorization: Bearer abc.def", "https://x.example/y?access_token=abcdef",
        "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_", "eyJhbGciOi.eyJzdWIi.c2ln", "xoxb-1234-abcd", SECRET,
    ],
)  # fmt: skip
def test_what_must_not_be_read_is_taken_out(leak: str) -> None:
    scrubbed = Scrubber([SECRET]).text(f"before {leak} after")

    assert scrubbed.startswith("before ")
    assert scrubbed.endswith(" after")
    assert "[" in scrubbed
    assert leak.rpartition("=")[2].rpartition(" ")[2] not in scrubbed


@pytest.mark.parametrize(
    "harmless",
    [
        "cu-01926f3e-8a51-7bbb-9c3d-0123456789ab",
        "1763786400123-0", "1763786400123", "2026-11-22 04:25:02", "192.168.100.200", "0.012345678901",
        "127.0.0.1:8080", "12345678", "partition 63",
    ],
)  # fmt: skip
def test_what_an_operator_needs_stays(harmless: str) -> None:
    assert f"before {harmless} after" == Scrubber().text(f"before {harmless} after")


def test_numbers_that_may_be_somebodys_are_taken_out_and_measures_stay() -> None:
    event = {"chat": 987654321, "at": 1763786400123, "used_bytes": 536870912, "n": 12, "deep": {"phone": ["0901234567"]}}

    scrubbed = Scrubber()(None, "info", event)

    assert {"chat": "[number]", "at": 1763786400123, "used_bytes": 536870912, "n": 12, "deep": {"phone": ["[number]"]}} == scrubbed


@given(st.dictionaries(st.text(max_size=8), st.recursive(st.text() | st.integers() | st.binary() | st.none(), st.lists, max_leaves=5)))
def test_nothing_breaks_the_scrubber(event: dict[str, object]) -> None:
    secret = "0901234567"

    scrubbed = Scrubber()(None, "info", {**event, "to": f"<{secret}>"})

    assert "<[number]>" == scrubbed["to"]
