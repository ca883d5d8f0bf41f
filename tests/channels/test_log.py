"""The channels' log: of every exchange its structure, and of nobody a secret, a word, a name or a number."""

import contextlib
import re
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
from aiohttp import ClientSession

from hub.engine.clock import SystemClock
from hub.engine.logging.exchanges import Exchanges, attempted
from hub.engine.logging.redacting import Redactor
from hub.engine.rendering.degrade import degrade
from hub.model.channels.exchange import FILE, Exchange
from hub.model.errors import SendError
from hub.model.messaging.message import Message, QuickReply
from hub.store.channels.calls import Calls, Kept
from sandbox.faults import FaultKind
from tests.channels.contract import SECRET, TOKEN, Kind, StandIn, delivery, kinds

KINDS = tuple(kind for kind in kinds() if kind.over_session)
every_channel = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
WORDS = ("Nguyễn Thị Lan", "0905123456", "bó hoa hồng", "Đồng ý nhận")


class Shelf(Calls):
    """Keeps what is written in memory."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []

    async def write(self, batch: Sequence[Kept], *, now: int) -> None:
        del now
        self.kept += [one.exchange for one in batch]


@pytest.fixture
async def stand_in(kind: Kind) -> AsyncIterator[StandIn]:
    stand_in = kind.stand_in()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def logged(kind: Kind, stand_in: StandIn) -> list[Exchange]:
    """What the log holds after one send of a customer's words."""
    shelf = Shelf()
    exchanges = Exchanges(shelf, clock=SystemClock())
    async with ClientSession() as shared, exchanges.session(shared, (kind.name, "shop"), Redactor((SECRET, TOKEN))) as session:
        channel = kind.make(session, stand_in.base_url)
        text = f"{WORDS[0]} ({WORDS[1]}): {WORDS[2]}"
        message = degrade(Message(text=text, quick_replies=(QuickReply(title=WORDS[3], payload="yes"),)), channel.capabilities).messages[-1]
        what = delivery(message, to=kind.to)
        for call in channel.render(what):
            with contextlib.suppress(SendError):
                await attempted(channel.send(call, what), what)
        await exchanges.once(ripe=0)
    return shelf.kept


def seen_in(text: str, *wanted: str) -> list[str]:
    """Which of these stand there by themselves: a port or a moment may hold the digits of a short number."""
    return [one for one in wanted if re.search(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])", text)]


@every_channel
async def test_no_secret_and_nothing_of_a_customer_is_in_the_log(kind: Kind, stand_in: StandIn) -> None:
    """Guard: without redaction the words stand in `asked`, and Telegram's token in the address."""
    kept = await logged(kind, stand_in)

    text = msgspec.json.encode(kept).decode()
    told = msgspec.json.decode(text.encode())
    assert [] == seen_in(text, SECRET, TOKEN, *WORDS, *WORDS[0].split(), kind.to)
    assert [("dl-1", True, "")] == list({(one["delivery"], one["status"] in range(200, 300), one.get("failure", "")) for one in told})
    assert kept[-1].ids
    assert kept[-1].asked


@every_channel
async def test_a_refusal_is_told_with_its_failure_and_nothing_of_a_customer(kind: Kind, stand_in: StandIn) -> None:
    stand_in.fault(FaultKind.ERROR, method=kind.method, status=401, description=f"no {SECRET} for {WORDS[0]} {WORDS[1]}")

    kept = await logged(kind, stand_in)

    text = msgspec.json.encode(kept).decode()
    assert [] == seen_in(text, SECRET, TOKEN, *WORDS, kind.to)
    assert kept[-1].failed
    assert kept[-1].failure


@every_channel
async def test_a_call_without_an_answer_is_told_too(kind: Kind, stand_in: StandIn) -> None:
    stand_in.fault(FaultKind.RESET_BEFORE, method=kind.method)

    kept = await logged(kind, stand_in)

    assert (0, True, True) == (kept[-1].status, bool(kept[-1].trouble), bool(kept[-1].failure))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.telegram.org/bot10001:contract/sendMessage", "https://api.telegram.org/bot***/sendMessage"),
        ("https://api.line.me/v2/bot/profile/U4af4980629", "https://api.line.me/v…/bot/profile/…"),
        (
            "https://graph.facebook.com/v25.0/1066/messages?access_token=abc&fields=name",
            "https://graph.facebook.com/v25.0/1066/messages?access_token=…&fields=…",
        ),
        ("https://user:pass@api.example/x", "https://api.example/x"),
    ],
)
def test_an_address_shows_where_and_not_who(url: str, expected: str) -> None:
    redactor = Redactor((TOKEN,), known=("1066",))

    assert expected.replace("v…", "v2") == redactor.url(url)


def test_a_body_shows_its_structure_and_the_provider_s_own_codes() -> None:
    body = {"to": "84905123456", "type": "text", "text": {"body": "xin chào"}, "id": 84905123456, "n": 3, "ok": True, "0905": "x"}

    shown = msgspec.json.decode(Redactor(()).asked(msgspec.json.encode(body)))

    assert {"to": "<11>", "type": "text", "text": {"body": "<8>"}, "id": "<11 digits>", "n": 3, "ok": True, "…": "<1>"} == shown


def test_an_error_is_told_in_the_provider_s_words_without_those_it_was_sent() -> None:
    sent = msgspec.json.encode({"text": "<b>Lan", "to": "84905123456"})
    error = {"error": {"message": "can't parse: unsupported tag Lan for 84905123456", "code": 131026, "type": "OAuthException"}}

    shown = msgspec.json.decode(Redactor(()).answered(msgspec.json.encode(error), failed=True, asked=sent))

    assert {"error": {"message": "can't parse: unsupported tag … for …", "code": 131026, "type": "OAuthException"}} == shown


def test_of_an_answer_that_is_no_error_nothing_is_said() -> None:
    answer = msgspec.json.encode({"ok": True, "message": "Lan", "result": {"text": "Lan", "chat": {"first_name": "Lan"}}})

    assert "Lan" not in Redactor(()).answered(answer, failed=False)


def test_what_is_no_json_and_no_form_is_only_measured() -> None:
    assert "<5 bytes>" == Redactor(()).asked(b"\xff\xd8abc")
    assert '{"Body":"<3>","To":"<12>"}' == Redactor(()).asked(b"Body=Lan&To=%2B84905123456")


async def test_of_a_fetched_file_the_log_keeps_no_secret_and_nobodys_number() -> None:
    """Guard: `fetched` redacts the address."""
    shelf = Shelf()
    exchanges = Exchanges(shelf, clock=SystemClock())
    async with ClientSession() as shared, exchanges.session(shared, ("telegram", "shop"), Redactor((SECRET, TOKEN))):
        url = f"https://files.example/bot{TOKEN}/photos/84905123456/{SECRET}?owner=0905123456&{TOKEN}=1"
        exchanges.fetched(("telegram", "shop"), Exchange(at=1, method="GET", url=url, events=(FILE,)))
        exchanges.fetched(("none", "such"), Exchange(at=1, method="GET", url="https://files.example/a/84905123456?owner=0905123456"))
        await exchanges.once(ripe=0)

    assert ["https://files.example", "https://files.example"] == [one.url[:21] for one in shelf.kept]
    assert [] == [one.url for one in shelf.kept if seen_in(one.url, TOKEN, "0905123456", "84905123456")]
    assert [] == [one.url for one in shelf.kept if SECRET in one.url or TOKEN in one.url]
