"""`python -m tools.npm_lock`: takes the addresses that beg for money out of npm's lock file, which names no address of any kind."""

import json
from pathlib import Path

LOCK = Path(__file__).parent.parent / "console" / "package-lock.json"


def main() -> None:
    """Write the lock file anew; without such addresses it stays as it is."""
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
