"""Run the commands of docs/promises.md and say, line by line, which promises were seen to hold and with which figure."""

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

PROMISES = Path("docs/promises.md")
LONGEST_S = 600
SAID = "figure:"
LINES = 60
"""So many of a failed command's last lines are shown: what fails once in twenty runs must not have to fail again to tell why."""
ENVIRONMENT = re.compile(r"^[A-Z][A-Z0-9_]*=")


class Unreadable(Exception):
    """The page of promises cannot be used as it stands; the sentence says why."""


@dataclass(frozen=True)
class Promise:
    """One row of a table: what is promised in an issue, and the command that shows it."""

    row: int
    issue: int
    line: str
    command: str


@dataclass(frozen=True)
class Verdict:
    """What was seen: a figure, or the last word of a command that failed; seconds it took; `words`: its last lines, where it failed."""

    kept: bool
    figure: str
    took_s: float
    words: str = ""


def promises(page: str) -> Iterator[Promise]:
    r"""The rows whose first cell is a number, counted from 1 over the whole page.

    Shape: `| issue | line | command | last figure | commit |`, the command in backticks, `\\|` for a bar inside a cell.
    Raises Unreadable if a row has no command.
    """
    row = 0
    for text in page.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", text.strip())[1:-1]]
        match cells:
            case [issue, line, command, *_] if issue.isdigit():
                row += 1
                if not re.fullmatch(r"`[^`]+`", command):
                    message = f"row {row} ({line}) needs one command in backticks, and has: {command or 'nothing'}"
                    raise Unreadable(message)
                yield Promise(row=row, issue=int(issue), line=line, command=command.strip("`"))
            case _:
                continue


def run(command: str, *, longest_s: float) -> Verdict:
    """Run one command without a shell and judge it by its exit code; past `longest_s` seconds it and its children are ended.

    Leading `NAME=value` words become its environment. What it prints on either stream counts as its words.
    """
    words = shlex.split(command)
    settings = [word for word in words if ENVIRONMENT.match(word)]
    begun = time.monotonic()
    try:
        process = subprocess.Popen(
            [word for word in words if word not in settings],
            env={**os.environ, **dict(setting.split("=", 1) for setting in settings)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return Verdict(kept=False, figure=f"cannot be started: {error}", took_s=0.0)
    try:
        words_said, _ = process.communicate(timeout=longest_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Verdict(kept=False, figure=f"not done after {longest_s:g} s", took_s=time.monotonic() - begun)
    kept = process.returncode == 0
    last = "" if kept else "\n".join(words_said.splitlines()[-LINES:])
    return Verdict(kept=kept, figure=figure_in(words_said), took_s=time.monotonic() - begun, words=last)


def figure_in(words_said: str) -> str:
    """The last line that begins with `figure:`, without that word; else the last line with anything on it."""
    lines = [line.strip() for line in words_said.splitlines() if line.strip()]
    figures = [line.removeprefix(SAID).strip() for line in lines if line.startswith(SAID)]
    return (figures or lines or ["(nothing was said)"])[-1]


def chosen(wanted: argparse.Namespace, page: str) -> list[Promise]:
    """The promises asked for; raises Unreadable if there is none, for a run that looks at nothing proves nothing."""
    rows = [
        promise
        for promise in promises(page)
        if (wanted.issue is None or promise.issue == wanted.issue) and (wanted.row is None or promise.row == wanted.row)
    ]
    if not rows:
        message = f"no promise for issue {wanted.issue or 'any'}, row {wanted.row or 'any'}"
        raise Unreadable(message)
    return rows


def asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the caller wants; argparse ends with 2 and a sentence if it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m tools.accept", description=__doc__)
    parser.add_argument("--issue", type=int, help="only the promises of this issue")
    parser.add_argument("--row", type=int, help="only this row, counted from 1 over the whole page")
    parser.add_argument("--page", type=Path, default=PROMISES, help="the page of promises (%(default)s)")
    parser.add_argument("--longest", type=float, default=LONGEST_S, metavar="S", help="seconds a command may take (%(default)s)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every promise asked for was kept, 1 if one was not, 2 if the page cannot be used.

    A command that stands in several rows runs once, and its verdict counts for each of them.
    """
    wanted = asked(arguments)
    seen: dict[str, Verdict] = {}
    try:
        rows = chosen(wanted, wanted.page.read_text())
    except (OSError, Unreadable) as error:
        print(f"{wanted.page}: {error}", file=sys.stderr)
        return 2
    for promise in rows:
        if promise.command not in seen:
            seen[promise.command] = run(promise.command, longest_s=wanted.longest)
        verdict = seen[promise.command]
        print(f"{'kept' if verdict.kept else 'BROKEN':6} {promise.row:3}  {promise.line}", flush=True)
        print(f"            {verdict.figure}  [{promise.command}, {verdict.took_s:.0f} s]", flush=True)
        if verdict.words:
            print(indent(verdict.words, " " * 12 + "| "), flush=True)
    broken = [str(promise.row) for promise in rows if not seen[promise.command].kept]
    print(f"{len(rows) - len(broken)} of {len(rows)} promises kept" + (f"; broken: row {', '.join(broken)}" if broken else ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
