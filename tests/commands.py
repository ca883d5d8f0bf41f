"""The command `hub` as an operator runs it, beside a running hub: in this process, or in one of its own."""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from msgspec import Struct

from config.main import main


class Done(Struct, frozen=True):
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def hub(data: Path, *words: str, typed: str = "", **settings: str) -> Done:
    """Run `hub WORDS…` on that data folder to its end, in this process: a process of its own takes half a second to start."""
    with _terminal({"HUB_DATA": str(data), **settings}, typed) as (out, err):
        try:
            status = main(words)
        except SystemExit as end:  # argparse's own way out
            status = int(end.code or 0)
    return Done(returncode=status, stdout=out.getvalue(), stderr=err.getvalue())


def told(data: Path, *words: str, **settings: str) -> str:
    """What the command printed; it must have gone well."""
    return _well(hub(data, *words, **settings))


def hub_alone(data: Path, *words: str, typed: str = "", **settings: str) -> Done:
    """The same in a process of its own, as an operator has it."""
    ended = subprocess.run(
        [sys.executable, "-m", "config.main", *words],
        env={**os.environ, "HUB_DATA": str(data), **settings},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Done(returncode=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)


def told_alone(data: Path, *words: str, **settings: str) -> str:
    """What a command printed that had a process of its own; it must have gone well."""
    return _well(hub_alone(data, *words, **settings))


def _well(done: Done) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def _terminal(environ: Mapping[str, str], typed: str) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Variables, standard input, output and error of one command; behind it logs go where they went before."""
    out, err, root = io.StringIO(), io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers, root.level
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        try:
            yield out, err
        finally:
            root.handlers = handlers
            root.setLevel(level)
            structlog.configure(**before)
