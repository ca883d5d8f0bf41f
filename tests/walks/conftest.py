"""One demo and one browser for all walks; each walk has windows and customers of its own, and none of them may have complained."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.walks.stage import Demo, Stage, browser, demo


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def stage(running: Demo, chromium: Browser) -> Iterator[Stage]:
    made = Stage(running, chromium)
    try:
        yield made
    finally:
        made.close()
    assert [] == made.complaints


@pytest.fixture
def own_stage(tmp_path: Path, chromium: Browser) -> Iterator[Stage]:
    """A demo that this walk may stop and start; nobody wrote there before."""
    with demo(tmp_path, "--empty") as own:
        made = Stage(own, chromium)
        try:
            yield made
        finally:
            made.close()
    assert [] == made.complaints
