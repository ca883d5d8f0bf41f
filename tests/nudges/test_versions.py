"""A journey that customers are on is not changed under them: a new version, and the old one for those who began with it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from config.rules.journeys import FOLDER
from config.rules.publishing import known_rules, published_rules
from config.settings.load import load_settings
from config.settings.values import Settings
from config.storage.store import Store
from hub.model.customers.record import Live
from hub.model.customers.runs import Run, RunState
from hub.model.errors import SettingsError
from hub.nudges.journey import Journey, Send
from hub.nudges.rules import Rules
from hub.store.encoding.codec import encode_record
from tests.nudges.world import greeted, journeys, rules, steps_of
from tests.servers import Node, redis_on_socket
from tests.stores import store_named

NAME = "cart-recovery"
SAMPLE = (FOLDER / f"{NAME}.yaml").read_text()
CHANGED = SAMPLE.replace("not_after: 12 h", "not_after: 11 h", 1)
RAISED = CHANGED.replace("version: 1", "version: 2", 1)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@pytest.fixture
async def parts(node: Node, tmp_path: Path) -> AsyncIterator[Store]:
    async with store_named(node, tmp_path.name) as parts:
        yield parts


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings({}, folder=tmp_path)
    (tmp_path / "journeys").mkdir()
    return replace(settings, nudges=replace(settings.nudges, journeys=tmp_path / "journeys", holdout=0.0))


async def start(settings: Settings, parts: Store, text: str) -> Rules:
    """A hub that starts with this file has these rules."""
    folder = settings.nudges.journeys
    assert folder is not None
    (folder / "one.yaml").write_text(text)
    return await published_rules(settings, parts)


async def on_the_way(parts: Store, run: Run) -> None:
    """A customer with this run."""
    record = Live(id="cu-1", created=1, runs=(run,))
    key = parts.keys.of_customer(record.id).record(record.id)
    await parts.links.call(key, "SET", key, encode_record(record, 1))


def run(**more: object) -> Run:
    return replace(Run(id="r1", journey=NAME, key="c1", step="pause", version=1), **more)


def reworded(journey: Journey, text: str) -> Journey:
    """Version 2: the first message says something else."""
    steps = tuple(replace(one, text={"vi": (text,)}) if isinstance(one, Send) else one for one in journey.steps)
    return replace(journey, version=2, steps=steps)


async def test_a_changed_version_that_somebody_is_on_is_refused_and_the_remedy_named(settings: Settings, parts: Store) -> None:
    await start(settings, parts, SAMPLE)
    await on_the_way(parts, run())

    with pytest.raises(SettingsError, match=f"{NAME}: version 1 was changed while customers are on it; raise its `version`"):
        await start(settings, parts, CHANGED)

    found = await start(settings, parts, RAISED)
    assert [2] == [one.version for one in found.book.values()]
    assert [(NAME, 1)] == [(one.name, one.version) for one in found.past]


@pytest.mark.parametrize(("version", "state"), [(1, RunState.ENDED), (7, RunState.WAITING)])
async def test_what_nobody_is_on_may_be_changed(settings: Settings, parts: Store, version: int, state: RunState) -> None:
    await start(settings, parts, SAMPLE)
    await on_the_way(parts, run(version=version, state=state))

    found = await start(settings, parts, CHANGED)

    assert 11 * 3_600_000 in [one.not_after for one in found.book[NAME].steps if isinstance(one, Send)]
    assert () == found.past
    await on_the_way(parts, run())
    with pytest.raises(SettingsError):
        await start(settings, parts, SAMPLE)


async def test_what_is_no_part_of_the_document_may_change_at_any_time(settings: Settings, parts: Store) -> None:
    await start(settings, parts, SAMPLE)
    await on_the_way(parts, run())

    off = await start(settings, parts, SAMPLE.replace("state: live", "state: off", 1))
    held = await published_rules(replace(settings, nudges=replace(settings.nudges, holdout=50.0)), parts)

    assert (False, 50.0) == (off.book[NAME].live, held.book[NAME].holdout)


async def test_a_command_beside_the_hub_knows_the_older_versions_and_keeps_nothing(settings: Settings, parts: Store) -> None:
    await start(settings, parts, SAMPLE)
    await start(settings, parts, RAISED)
    folder = settings.nudges.journeys
    assert folder is not None
    (folder / "one.yaml").write_text(RAISED.replace("version: 2", "version: 3", 1))

    told = [await known_rules(settings, parts) for _ in range(2)]

    assert [{1, 2}, {1, 2}] == [{one.version for one in each.past} for each in told]


def test_a_run_ends_on_the_version_it_began_with_and_the_next_begins_with_the_new_one() -> None:
    before = rules()
    after = Rules(policy=before.policy, book={NAME: reworded(journeys()[NAME], "Phiên bản hai")}, past=tuple(journeys().values()))
    walk, other = greeted(), greeted(after)
    walk.wait(minutes=31)

    walk.steps = steps_of(after)
    for one in (walk, other):
        one.wait(minutes=61)

    assert (1, 2) == (walk.run.version, other.run.version)
    assert "vẫn còn đây ạ" in walk.nudges[0].message.text
    assert ["Phiên bản hai"] == [one.message.text for one in other.nudges]


def test_a_run_whose_version_nobody_kept_goes_on_by_the_journey_of_its_name() -> None:
    walk = greeted()
    walk.wait(minutes=31)

    walk.steps = steps_of(Rules(policy=rules().policy, book={NAME: reworded(journeys()[NAME], "Phiên bản hai")}))
    walk.wait(minutes=61)

    assert ["Phiên bản hai"] == [one.message.text for one in walk.nudges]
