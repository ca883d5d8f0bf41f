"""`hub customer erase` on a running hub: the whole data folder is searched for what was said and who said it."""

from base64 import b64decode
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.error import HTTPError

import pytest
from msgspec import Struct, json

from config.settings.secrets import load_or_make_secrets
from hub.model.webchat.login import login_key, write_login
from tests.commands import hub_alone, told, told_alone
from tests.demo.running import ANSWERS_WITHIN_S, Demo, demo
from tests.erasure.searching import where
from tests.processes import wait_until

OTHER, OTHERS_WORDS = "84907770000", "lời của khách khác 4712"
HOURS = "9:00–21:00"
PHONES = "data/phones.json"
"""What the demo's Telegram phones show: the customer's own, as a phone in their pocket is."""
pytestmark = pytest.mark.long


class Hanh(Struct, frozen=True):
    """A customer whose number, name and words are nobody else's in the folder."""

    number: str
    name: str
    secret: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[Demo]:
    with demo(folder, "--empty") as running:
        yield running


@pytest.fixture(scope="module")
def hanhs() -> Iterator[Hanh]:
    return (Hanh(number=f"8490555{n}", name=f"Nguyễn Thị Hạnh {n}", secret=f"bí mật của Hạnh {n}x") for n in count(1234))


@pytest.fixture
def hanh(hanhs: Iterator[Hanh]) -> Hanh:
    return next(hanhs)


def answered(shop: Demo, who: str, times: int) -> None:
    wait_until(lambda: len(shop.on_phone(who)) >= times, within=ANSWERS_WITHIN_S, what=f"answer {times}")


def test_nothing_of_an_erased_customer_is_left_and_others_keep_theirs(shop: Demo, folder: Path, hanh: Hanh) -> None:
    data = folder / "data"
    shop.type_on_phone(hanh.number, hanh.secret)
    answered(shop, hanh.number, 1)
    shop.type_on_phone(hanh.number, "gap nhan vien")
    answered(shop, hanh.number, 2)
    shop.type_on_phone(OTHER, OTHERS_WORDS)
    answered(shop, OTHER, 1)
    customer = told(data, "customer", "find", "telegram", "demo", hanh.number)
    wait_until(lambda: bool(where(hanh.secret, data)), within=ANSWERS_WITHIN_S, what="the words on the disk")
    before = where(hanh.number, data)

    told_alone(data, "customer", "erase", customer, "--yes")

    left = {text: [file for file in where(text, folder) if file != PHONES] for text in (hanh.number, hanh.secret)}
    assert {text: [] for text in left} == left
    assert before
    assert where(OTHERS_WORDS, data)
    assert where(OTHER, data)


def sent(shop: Demo, customer: str, text: str) -> str:
    """The delivery of these words, once they were sent."""
    lines = shop.get(f"/api/customers/{customer}/timeline")["lines"]
    assert isinstance(lines, list)
    return next((str(one["entry"]["delivery"]) for one in lines if one["entry"].get("text") == text and one.get("state") == "sent"), "")


def test_what_was_corrected_and_taken_back_is_forgotten_with_its_old_words(shop: Demo, folder: Path, hanh: Hanh) -> None:
    data, new = folder / "data", f"{hanh.secret} sửa lại"
    shop.type_on_phone(hanh.number, "gap nhan vien")
    answered(shop, hanh.number, 1)
    customer = told(data, "customer", "find", "telegram", "demo", hanh.number)
    shop.post(f"/api/customers/{customer}/say", {"agent": "lan", "text": hanh.secret})
    wait_until(lambda: hanh.secret in shop.on_phone(hanh.number), within=ANSWERS_WITHIN_S, what="the agent's words")
    wait_until(lambda: sent(shop, customer, hanh.secret) != "", within=ANSWERS_WITHIN_S, what="the sent mark")
    delivery = sent(shop, customer, hanh.secret)
    shop.post(f"/api/customers/{customer}/correct", {"agent": "lan", "delivery": delivery, "text": new})
    wait_until(lambda: new in shop.on_phone(hanh.number), within=ANSWERS_WITHIN_S, what="the new words")
    shop.post(f"/api/customers/{customer}/recall", {"agent": "lan", "delivery": delivery})
    wait_until(lambda: new not in shop.on_phone(hanh.number), within=ANSWERS_WITHIN_S, what="nothing of them")
    wait_until(lambda: bool(where(hanh.secret, data)), within=ANSWERS_WITHIN_S, what="the words on the disk")

    told_alone(data, "customer", "erase", customer, "--yes")

    assert [] == [file for file in where(hanh.secret, folder) if file != PHONES]


def test_the_erased_person_who_writes_again_is_somebody_new(shop: Demo, folder: Path, hanh: Hanh) -> None:
    data = folder / "data"
    shop.type_on_phone(hanh.number, "gap nhan vien")
    answered(shop, hanh.number, 1)
    old = told(data, "customer", "find", "telegram", "demo", hanh.number)
    told(data, "customer", "erase", old, "--yes")
    before = len(shop.on_phone(hanh.number))

    shop.type_on_phone(hanh.number, "mấy giờ mở cửa")

    wait_until(lambda: any(HOURS in text for text in shop.on_phone(hanh.number)[before:]), within=ANSWERS_WITHIN_S, what="the bot's answer")
    new = told(data, "customer", "find", "telegram", "demo", hanh.number)
    assert old != new
    assert new == shop.get(f"/api/addresses/telegram/demo/{hanh.number}")["customer"]
    conversations = shop.get(f"/api/customers/{new}")["conversations"]
    assert isinstance(conversations, list)
    assert 1 == len(conversations)
    with pytest.raises(HTTPError, match="410"):
        shop.get(f"/api/customers/{old}")


def test_erasing_asks_for_the_id_once_more_and_a_wrong_one_erases_nothing(shop: Demo, folder: Path, hanh: Hanh) -> None:
    data = folder / "data"
    shop.type_on_phone(hanh.number, hanh.secret)
    answered(shop, hanh.number, 1)
    customer = told(data, "customer", "find", "telegram", "demo", hanh.number)

    refused = hub_alone(data, "customer", "erase", customer, typed="yes\n")

    assert (2, "hub: This was not the id; nothing is erased.") == (refused.returncode, refused.stderr.rpartition("go on: ")[2].strip())
    assert customer == told(data, "customer", "find", "telegram", "demo", hanh.number)


def test_what_a_customer_sent_is_exported_with_its_content_and_forgotten_with_them(shop: Demo, folder: Path, hanh: Hanh) -> None:
    data = folder / "data"
    hello = json.decode(shop.chat_post("/chat/say", json.encode({"type": "hello"})))
    session = hello[0]["session"]
    kept = json.decode(shop.chat_post("/chat/files?name=giay%20to.txt", hanh.secret.encode(), session=session))
    shop.chat_post("/chat/say", json.encode({"type": "say", "id": "m1", "text": "gap nhan vien", "files": [kept["id"]]}), session=session)
    wait_until(lambda: bool(where(hanh.secret, data)), within=ANSWERS_WITHIN_S, what="the file on the disk")
    customer = told(data, "customer", "find", "webchat", "web", session.partition(".")[0])
    exported = json.decode(told(data, "customer", "export", customer))

    told(data, "customer", "erase", customer, "--yes")

    assert [(hanh.secret, "giay to.txt")] == [(b64decode(file["content"]).decode(), file["name"]) for file in exported["files"]]
    assert [] == where(hanh.secret, folder)
    with pytest.raises(HTTPError, match="404"):
        shop.chat_get(kept["url"])


def test_nothing_of_who_was_signed_in_on_the_web_is_left(shop: Demo, folder: Path, hanh: Hanh) -> None:
    data, user = folder / "data", "khach-so-4711-cua-shop"
    session = json.decode(shop.chat_post("/chat/say", json.encode({"type": "hello"})))[0]["session"]
    shop.chat_post("/chat/say", json.encode({"type": "say", "id": "m1", "text": hanh.secret}), session=session)
    now = json.decode(shop.chat_get("/chat/entries", session=session))[0]["at"] // 1000  # The demo has a clock of its own.
    token = write_login(user, key=login_key(load_or_make_secrets(data).session_key).encode(), iat=now, name=hanh.name)
    for frame in ({"type": "login", "token": token}, {"type": "link"}):
        answer = json.decode(shop.chat_post("/chat/say", json.encode(frame), session=session))
        assert "error" != answer[0]["type"], answer
    link = answer[0]["url"].partition("?start=")[2]
    customer = told(data, "customer", "find", "shop", "main", user)
    wait_until(lambda: bool(where(hanh.name, data)), within=ANSWERS_WITHIN_S, what="the name on the disk")
    before = {text: where(text, data) for text in (user, link)}

    told(data, "customer", "erase", customer, "--yes")

    left = {text: where(text, folder) for text in (user, hanh.name, hanh.secret, link)}
    assert {text: [] for text in left} == left
    assert all(before.values())
