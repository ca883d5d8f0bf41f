"""Other processes of this machine that spool: their folders tell it, also while they cannot reach the store themselves."""

import time
from os import stat
from pathlib import Path

JUST_NOW_NS = 50_000_000
"""A folder's time is only as fine as the system's tick; a change within the same tick as the last look would not show."""


class Neighbours:
    """Looks at the folder of spools. Cheap to ask before each push: one `stat` while nothing changes."""

    def __init__(self, root: Path, *, own: str) -> None:
        self._root = root
        self._folder = str(root)
        self._own = own
        self._changed = 0
        self._found: dict[str, int] = {}
        self._ignored: set[str] = set()

    def spooling(self) -> dict[str, int]:
        """Process → when its spool began (ms since 1970), our own left out; those given up on are left out too."""
        try:
            # Not `Path.stat`: this is asked for every webhook, and a path object doubles the cost of the call.
            changed = stat(self._folder).st_mtime_ns  # noqa: PTH116 - see above
        except FileNotFoundError:
            return {}
        if changed != self._changed or time.time_ns() - changed < JUST_NOW_NS:
            self._found = self._look()
            self._changed = changed
        return self._found

    def ignore(self, process: str) -> None:
        """Wait for this one no longer: it neither drains nor dies. Counted again once its folder was gone."""
        self._ignored.add(process)
        self._found = {name: began for name, began in self._found.items() if name != process}

    def _look(self) -> dict[str, int]:
        there = {}
        for folder in self._root.iterdir():
            if folder.name != self._own and folder.is_dir():
                try:
                    there[folder.name] = (folder / "lock").stat().st_mtime_ns // 1_000_000
                except FileNotFoundError:
                    # Made a moment ago: nothing lies in it that was answered yet.
                    there[folder.name] = time.time_ns() // 1_000_000
        self._ignored &= there.keys()
        return {name: began for name, began in there.items() if name not in self._ignored}
