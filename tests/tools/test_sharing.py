"""How the tests are shared out among the processes of a run."""

from pathlib import Path

import pytest

from tests.sharing import ALONE, LONGEST_FIRST, TOGETHER, turn_of, unit_of
from tests.whole.conftest import HOUSES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("tests/store/test_wire.py::test_one[embedded+sqlite]", "tests/store/test_wire.py"),
        ("tests/console/test_inbox.py::test_one", "tests/console"),
        ("tests/whole/test_words.py::test_one[cluster+postgres-NUL]", "tests/whole[cluster+postgres]"),
        ("tests/whole/test_inbox.py::test_one[sentinel+sqlite]", "tests/whole[sentinel+sqlite]"),
        ("tests/whole/test_alerts.py::test_one[line]", "tests/whole/test_alerts.py"),
        ("tests/whole/test_roles.py::test_one[cluster+postgres]", "tests/whole/test_roles.py"),
    ],
)
def test_tests_that_share_a_house_are_one_unit_and_all_others_go_by_file(test: str, unit: str) -> None:
    assert unit == unit_of(test)


def test_what_takes_longest_begins_first() -> None:
    tests = ["tests/web/test_api.py::test_a", "tests/walks/test_tour.py::test_b", "tests/whole/test_words.py::test_c[cluster+postgres]"]

    assert tests[::-1] == sorted(tests, key=turn_of)


def test_every_unit_that_is_named_is_there() -> None:
    named = {unit.partition("[")[0] for unit in LONGEST_FIRST} | set(ALONE) | set(TOGETHER)

    assert [] == [name for name in named if not (ROOT / name).exists()]


def test_every_house_of_the_whole_ways_is_a_unit() -> None:
    assert {topology.value for topology in HOUSES} == set(TOGETHER["tests/whole"])
