"""What holds for every test: the event loop of production, seeds that can be replayed, and no test that looks away."""

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator, Mapping

import pytest
import uvloop
from hypothesis import settings

from tests.sharing import Sharing, may_try_again, turn_of
from tests.temporary import settle_in

# The machine may be busy, so no deadline per example; a failure prints the blob that replays it.
# CI decides about a commit, so it tries the same examples each time; whoever works on it tries new ones.
settings.register_profile("quick", deadline=None, print_blob=True, max_examples=60, derandomize=bool(os.environ.get("CI")))
settings.register_profile("long", deadline=None, print_blob=True, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# What tests start keeps its bytecode even where the machine asks for none: else each process compiles what it imports, up to 2 s.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
settle_in(os.environ)

LOOKED_AWAY = "a skipped test is a failure here: install what it misses, or delete it"


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], AbstractEventLoop]]:
    """Tests run on the loop that production runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first; but for that, the order stays."""
    items.sort(key=lambda item: turn_of(item.nodeid))
    for item in items if os.environ.get("CI") else ():
        if may_try_again(item.nodeid):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What passed only at the second try is a race to be found: its first end is told in full."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"red at the first try: {report.nodeid}", sep="-")
        terminalreporter.write_line(str(report.longrepr))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    """Tests that share a house go to one process."""
    return Sharing(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is skipped while it runs has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: {LOOKED_AWAY}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that is skipped while it is read has failed."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid}: {LOOKED_AWAY}"
    return report
