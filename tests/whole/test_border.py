"""Bad input at a running hub: a clear no, or kept and shown; whatever a customer may type is answered and kept."""

from io import BytesIO

import pytest
from msgspec import json

from channels.plain import signature
from hub.model.address import Address
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED, SECRET, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
HOOK = "/hooks/plain/app"

TYPED = {
    "NUL": "giờ\0mở cửa",
    "bidi": "\u202egiờ mở cửa\u202c \u2066abc\u2069",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 giờ mở cửa 👍🏽",
    "long": "giờ mở cửa " * 910,
    "long emoji": "👍🏽" * 5_000,
    "only marks": "\u0301\u0301\u200d\ufe0f",
    "newlines": "giờ\r\n\r\nmở\u2028cửa\u0085",
    "zalgo": "m" + "\u0336\u0334\u0337" * 2_000 + "ở cửa",
    "markup": "<script>alert(1)</script> &amp; %00 ${jndi:x} '; DROP TABLE timeline; --",
}


@pytest.mark.parametrize("words", TYPED.values(), ids=TYPED.keys())
async def test_whatever_is_typed_is_kept_and_the_customer_answered(house: House, words: str) -> None:
    who, plain = house.somebody(), house.outside.plain

    statuses = [await house.caller.write(who, words), await house.caller.write(who, HOURS_ASKED)]
    await eventually(lambda: any(HOURS in text for text in plain.texts_of(who)), what="an answer")
    customer = await house.customer("plain", "app", who)

    async def archived() -> list[str]:
        return [line.entry.text for line in await house.archive.timeline(customer) if line.entry.who == "customer"][::-1]

    async def all_archived() -> bool:
        return len(await archived()) == 2

    await eventually(all_archived, what="both words in the archive")
    shown = [line.entry.text for line in await house.caller.lines(customer) if line.entry.who == "customer"]
    assert [200, 200] == statuses
    assert [words, HOURS_ASKED] == shown
    assert [words.replace("\0", "\ufffd"), HOURS_ASKED] == await archived()


async def test_a_burst_of_long_lines_is_answered(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain
    burst = [{"from": who, "id": f"{n}", "text": f"{n} " + "👍🏽" * 4_990} for n in range(12)]

    status = await house.caller.bring([*burst, {"from": who, "id": "last", "text": HOURS_ASKED}])

    await eventually(lambda: any(HOURS in text for text in plain.texts_of(who)), what="an answer")
    assert 200 == status
    assert [] == (await house.caller.ask("GET", "/api/dead")).body["dead"]


async def test_a_wrong_signature_is_refused_and_leaves_nothing(house: House) -> None:
    who = house.somebody()
    body = json.encode({"from": who, "id": "1", "text": HOURS_ASKED})
    key = house.process.store.keys.address(Address(channel="plain", account="app", id=who))

    unsigned = await house.caller.knock(HOOK, body)
    forged = await house.caller.knock(HOOK, body, signed="another secret entirely")
    telegram = await house.caller.knock("/hooks/telegram/bot", body)

    known = await house.process.store.links.call(key, "GET", key)
    assert (403, 403, 403, None) == (unsigned, forged, telegram, known)


async def test_an_unknown_account_is_told_so(house: House) -> None:
    body = b'{"from": "1", "id": "1", "text": "x"}'

    found = [await house.caller.knock(path, body, signed=SECRET) for path in ("/hooks/plain/nobody", "/hooks/fax/app", "/hooks/plain")]

    assert [404, 404, 404] == found


async def test_a_body_of_two_megabytes_is_too_large(house: House) -> None:
    body = json.encode({"from": house.somebody(), "id": "1", "text": "x" * 2_000_000})
    headers = {"x-omnihub-signature": signature(SECRET.encode(), body)}

    async with house.caller.http.post(house.caller.base + HOOK, data=BytesIO(body), headers=headers) as answer:
        status = answer.status

    assert 413 == status


async def test_what_is_signed_and_not_understood_is_kept_listed_and_replayed(house: House) -> None:
    who, caller = house.somebody(), house.caller
    known = {case["id"] for case in await _cases(house)}
    half = [{"from": who, "id": "1", "text": HOURS_ASKED}, {"from": who, "type": "shape"}]

    statuses = [await caller.knock(HOOK, body, signed=SECRET) for body in (b"\xff\x00 nonsense", b'{"a": 1}', json.encode(half))]
    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the answer to what was understood")
    kept = [case for case in await _cases(house) if case["id"] not in known]
    replayed = {str(case["id"]): await caller.ask("POST", f"/api/cases/plain/app/{case['id']}/replay", {}) for case in kept}

    assert [200, 200, 200] == statuses
    assert 3 == len(kept)
    assert [["from", "type"]] == [case["fields"] for case in kept if "from" in str(case["fields"])]
    assert {200, 409} == {one.status for one in replayed.values()}
    assert 1 == len(house.outside.plain.texts_of(who))


async def test_the_api_says_what_is_wrong_with_a_request(house: House) -> None:
    caller = house.caller
    path = f"{caller.base}/api/customers/cu-nobody/claim"

    missing = await caller.ask("POST", "/api/customers/cu-nobody/claim", {})
    nobody = await caller.ask("POST", "/api/customers/cu-nobody/claim", {"agent": "lan"})
    nul = await caller.ask("POST", "/api/customers/cu-nobody/say", {"agent": "lan", "text": "a\0b"})
    async with caller.http.post(path, json={"agent": "lan"}) as answer:
        stranger = answer.status
    large = await caller.ask("POST", "/api/customers/cu-nobody/say", {"agent": "lan", "text": "x" * 300_000})

    assert (400, 404, 400, 401, 413) == (missing.status, nobody.status, nul.status, stranger, large.status)
    assert "agent" in str(missing.body["detail"])


async def _cases(house: House) -> list[dict[str, object]]:
    listed = await house.caller.ask("GET", "/api/cases?channel=plain&account=app&limit=200")
    return listed.read(dict[str, list[dict[str, object]]])["cases"]
