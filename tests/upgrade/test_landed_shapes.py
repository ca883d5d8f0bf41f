"""Whoever changes what is stored says so by a number: else the version before would lose it, or call a function that is another one."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import Struct, json

from tests.processes import folder
from tests.upgrade.landed import unpack_code
from tests.upgrade.served import ROOT, environ_of

SHAPES = Path(__file__).parent / "shapes.py"


class Shapes(Struct, frozen=True):
    """What a version stores; see shapes.py."""

    record: frozenset[str]
    stored: frozenset[str]
    versions: dict[str, int]
    format: int
    functions: str
    library: int


def shapes(code: Path) -> Shapes:
    """Of the version that lies there."""
    ran = subprocess.run([sys.executable, SHAPES], env=environ_of(code, code), check=True, capture_output=True)
    return json.decode(ran.stdout, type=Shapes)


@pytest.fixture(scope="module")
def landed() -> Shapes:
    with folder() as place:
        return shapes(unpack_code(place))


@pytest.fixture(scope="module")
def ours() -> Shapes:
    return shapes(ROOT)


def test_the_landed_version_is_another_one(landed: Shapes, ours: Shapes) -> None:
    assert "Live.cart" in landed.record & ours.record
    assert "kind=message" in landed.stored & ours.stored


def test_what_a_record_has_more_raises_its_version(landed: Shapes, ours: Shapes) -> None:
    more = {part for part in ours.record - landed.record if "." in part}

    assert not more or ours.versions["live"] > landed.versions["live"], more


def test_words_and_kinds_the_landed_version_cannot_read_raise_the_format(landed: Shapes, ours: Shapes) -> None:
    more = {part for part in (ours.record | ours.stored) - landed.record - landed.stored if "." not in part}

    assert not more or ours.format > landed.format, more


def test_nothing_stored_was_given_up(landed: Shapes, ours: Shapes) -> None:
    """A field that goes is kept from the records of those who come back to the version before."""
    assert set() == (landed.record | landed.stored) - ours.record - ours.stored


def test_functions_that_changed_bear_another_number(landed: Shapes, ours: Shapes) -> None:
    assert landed.functions == ours.functions or ours.library > landed.library
