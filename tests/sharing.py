"""Which tests go to one process of a run with several, and which of them begin first."""

from collections.abc import Mapping, Sequence

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER: Mapping[str, tuple[str, ...]] = {
    "tests/console": (),
    "tests/walks": (),
    "tests/whole": ("embedded+sqlite", "cluster+postgres", "sentinel+sqlite"),
}
"""Folders whose files share a house, which would be built again for each of them; where there are several houses: their names."""

ALONE = ("tests/whole/test_carts_killed.py", "tests/whole/test_roles.py")
"""Files of those folders that build houses of their own."""

LONGEST_FIRST: Sequence[str] = (
    "tests/console",
    "tests/whole[cluster+postgres]",
    "tests/walks",
    "tests/phones/test_page.py",
    "tests/whole[embedded+sqlite]",
    "tests/chaos/test_small.py",
    "tests/phones/test_ways.py",
    "tests/whole[sentinel+sqlite]",
    "tests/demo/test_store.py",
    "tests/upgrade/test_rolling.py",
    "tests/erasure/test_erasing.py",
    "tests/archive/test_write.py",
    "tests/whole/test_alerts_killed.py",
    "tests/whole/test_twilio_email.py",
    "tests/whole/test_alerts.py",
    "tests/webchat/test_browser.py",
    "tests/architecture/test_floors.py",
    "tests/config/test_backup.py",
    "tests/whole/test_roles.py",
    "tests/config/test_users.py",
    "tests/config/test_commands.py",
    "tests/engine/test_sharing.py",
    "tests/engine/test_spool.py",
    "tests/archive/test_finding.py",
    "tests/tools/test_skipping.py",
    "tests/inbox/test_feed.py",
    "tests/media/test_console.py",
    "tests/webchat/test_widget.py",
    "tests/store/test_embedded.py",
    "tests/store/test_links.py",
    "tests/upgrade/test_landed_folder.py",
    "tests/archive/test_buckets.py",
    "tests/webchat/test_signed_page.py",
    "tests/whole/test_accounts.py",
    "tests/whole/test_comments.py",
    "tests/phones/test_storm.py",
    "tests/bucket/test_whole.py",
    "tests/store/test_links_sentinel.py",
    "tests/archive/test_killed.py",
    "tests/archive/test_away.py",
    "tests/archive/test_forget.py",
    "tests/whole/test_carts_killed.py",
    "tests/demo/test_again.py",
    "tests/erasure/test_running_hub.py",
)
"""Units that take more than some ten seconds, as measured: what begins last must not be what takes longest."""

OUTSIDE = ("tests/chaos/", "tests/console/", "tests/demo/", "tests/phones/", "tests/walks/", "tests/webchat/", "tests/whole/")
"""Folders whose tests drive browsers and several processes: a machine that stops for a moment can make one of them red."""


def unit_of(test: str) -> str:
    """The unit of a test, by its id: its file, or the house it shares with other files (the only house of a folder has no name there)."""
    file, _, name = test.partition("::")
    folder = file.rpartition("/")[0]
    if folder not in TOGETHER or file in ALONE:
        return file
    houses = TOGETHER[folder]
    return next((f"{folder}[{house}]" for house in houses if f"[{house}" in name), file if houses else folder)


def turn_of(test: str) -> int:
    """When a test's unit begins: the place in the list of the longest, the others after them."""
    unit = unit_of(test)
    return LONGEST_FIRST.index(unit) if unit in LONGEST_FIRST else len(LONGEST_FIRST)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Hands each process one unit after the other, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def may_try_again(test: str) -> bool:
    """Whether a test's first failure may be the machine's: in CI it gets a second try, and what the first said is shown."""
    return test.startswith(OUTSIDE)
