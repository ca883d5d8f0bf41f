"""The command `hub` as an operator runs it, beside a running hub."""

import os
import subprocess
import sys
from pathlib import Path


def hub(data: Path, *words: str, typed: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run `hub WORDS…` on that data folder and wait for its end."""
    environ = {**os.environ, "HUB_DATA": str(data), **settings}
    return subprocess.run(
        [sys.executable, "-m", "config.main", *words],
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def told(data: Path, *words: str, **settings: str) -> str:
    """What the command printed; it must have gone well."""
    done = hub(data, *words, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
