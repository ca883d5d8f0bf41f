"""The operator's commands beside a running hub, and what they say where none runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import json

from hub.model.events.event import Event, Noted
from hub.model.subject import customer_subject, partition_of
from hub.store.encoding.codec import encode
from hub.store.mailboxes.dead_letters import Aside
from tests.commands import hub, hub_alone, told, told_alone
from tests.demo.running import ANSWERS_WITHIN_S, Demo, demo
from tests.processes import Node, wait_until

AN, BINH = "84905550001", "84905550002"
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    return folder / "data"


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[Demo]:
    with demo(folder, "--empty") as running:
        yield running


def customer_of(shop: Demo, data: Path, who: str, words: str = "shop mo cua luc may gio") -> str:
    before = len(shop.on_phone(who))
    shop.type_on_phone(who, words)
    wait_until(lambda: len(shop.on_phone(who)) > before, within=ANSWERS_WITHIN_S, what="an answer")
    return told(data, "customer", "find", "telegram", "demo", who)


def test_show_tells_the_record_in_words(shop: Demo, data: Path) -> None:
    customer = customer_of(shop, data, AN, "gap nhan vien")

    shown = told_alone(data, "customer", "show", customer)

    assert shown.startswith(customer)
    assert f"  telegram:demo:{AN}" in shown.splitlines()
    assert "waits for a person" in shown


def test_show_as_json_is_the_record(shop: Demo, data: Path) -> None:
    customer = customer_of(shop, data, "84905550030")

    record = json.decode(told(data, "customer", "show", customer, "--json"))

    assert (customer, "live") == (record["id"], record["kind"])


def test_export_holds_record_timeline_deliveries_and_turns_and_is_its_owners_alone(shop: Demo, data: Path, tmp_path: Path) -> None:
    customer, file = customer_of(shop, data, "84905550031", "shop mo cua luc may gio vay"), tmp_path / "an.json"

    def whole() -> bool:
        told(data, "customer", "export", customer, str(file))
        tables = json.decode(file.read_bytes())["archive"][customer]
        return all(tables[name] for name in ("timeline", "deliveries", "turns", "facts"))

    wait_until(whole, within=ANSWERS_WITHIN_S, what="the archive")
    page = json.decode(file.read_bytes())

    assert customer == page["record"]["id"]
    assert "shop mo cua luc may gio vay" in {row["raw"]["event"]["body"].get("text") for row in page["archive"][customer]["turns"]}
    assert "shop mo cua luc may gio vay" in {line["entry"].get("text") for line in page["newest"]}
    assert 0o600 == file.stat().st_mode & 0o777


def test_export_without_a_file_goes_to_standard_output(shop: Demo, data: Path) -> None:
    customer = customer_of(shop, data, "84905550032")

    assert customer == json.decode(told_alone(data, "customer", "export", customer))["customer"]


def test_merge_makes_two_customers_one_and_the_older_stays(shop: Demo, data: Path) -> None:
    older = customer_of(shop, data, "84905550011")
    younger = customer_of(shop, data, "84905550012")

    said = told_alone(data, "customer", "merge", older, younger, "--evidence", "phone 5678")

    assert f"{younger} is now {older}" == said
    assert older == told_alone(data, "customer", "find", "telegram", "demo", "84905550012")
    assert f"  {younger}" in told(data, "customer", "show", older).splitlines()
    again = hub(data, "customer", "merge", older, younger, "--evidence", "phone 5678")
    assert (2, 1) == (again.returncode, len(again.stderr.splitlines()))


def test_what_was_given_up_is_listed_and_tried_again(shop: Demo, data: Path) -> None:
    customer = customer_of(shop, data, BINH)
    event = Event(id="ev-given-up", subject=customer_subject(customer), body=Noted(name="tried again"), received=1)
    partition = partition_of(event.subject)
    server = Node(data / "run")
    server.socket = next(data.rglob("hub.sock"))
    server.ask("HSET", f"{{p{partition:02d}}}:dead", "17-0", encode(Aside(event=encode(event), reason="broke", at=1_700_000_000_000)))

    listed = told(data, "dead", "list")
    told_alone(data, "dead", "retry", str(partition), "17-0")

    assert f"{partition} 17-0" in listed
    assert "broke" in listed
    assert "" == told(data, "dead", "list")

    def noted() -> bool:
        lines = shop.get(f"/api/customers/{customer}/timeline")["lines"]
        assert isinstance(lines, list)
        return any(line["entry"].get("text", "").startswith("tried again") for line in lines)

    wait_until(noted, within=ANSWERS_WITHIN_S, what="the turn")
    again = hub(data, "dead", "retry", str(partition), "17-0")
    assert (2, True) == (again.returncode, "hub dead list" in again.stderr)


def test_replay_takes_the_turns_again(shop: Demo, data: Path) -> None:
    customer = customer_of(shop, data, "84905550021")
    wait_until(lambda: hub(data, "replay", customer).returncode == 0, within=ANSWERS_WITHIN_S, what="the archive")

    assert told_alone(data, "replay", customer).endswith("0 differ, 0 before the first snapshot")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("customer", "show", "cu-nobody"), "hub customer find"),
        (("customer", "export", "cu-nobody"), "hub customer find"),
        (("customer", "erase", "cu-nobody", "--yes"), "hub customer find"),
        (("customer", "merge", "cu-nobody", "cu-none", "--evidence", "x"), "hub customer find"),
        (("customer", "find", "telegram", "demo", "nobody"), "look at channel"),
        (("dead", "retry", "99", "1-0"), "hub dead list"),
        (("dead", "retry", "1", "1-0"), "hub dead list"),
        (("replay", "cu-nobody"), "7 days"),
    ],
)
def test_what_is_not_there_is_one_sentence_with_a_remedy(data: Path, words: tuple[str, ...], remedy: str) -> None:
    refused = hub(data, *words)

    assert (2, 1, True) == (refused.returncode, len(refused.stderr.splitlines()), remedy in refused.stderr), refused.stderr


@pytest.mark.parametrize(
    "words", [("customer", "show", "cu-1"), ("customer", "export", "cu-1"), ("customer", "find", "a", "b", "c"), ("dead", "list")]
)
def test_without_a_running_hub_they_say_so_in_one_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    refused = hub(tmp_path, *words)

    assert (2, 1, True) == (refused.returncode, len(refused.stderr.splitlines()), "hub serve" in refused.stderr), refused.stderr


def test_a_store_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    refused = hub_alone(tmp_path, "dead", "list", REDIS_URL=f"unix://{tmp_path}/nobody")

    assert (2, True) == (refused.returncode, "hub check" in refused.stderr.splitlines()[-1]), refused.stderr


def test_erasing_without_the_hubs_own_folder_is_refused(tmp_path: Path) -> None:
    refused = hub(tmp_path, "customer", "erase", "cu-1", "--yes")

    assert (2, True) == (refused.returncode, "secrets.json" in refused.stderr)


def test_help_names_every_command() -> None:
    shown = hub_alone(Path("unused"), "--help").stdout

    assert [] == [
        name
        for name in ("demo", "serve", "check", "replay", "customer", "user", "dead", "backup", "restore")
        if f"    {name} " not in shown
    ]
