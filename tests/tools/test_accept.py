"""The acceptance run says truly which promises were kept."""

import os
import sys
import time
from pathlib import Path

import pytest

from tools.accept import main, promises

PYTHON = sys.executable
CHILD_S = 60
HEAD = "| issue | line | command | last figure | commit |\n|---|---|---|---|---|\n"


def test_a_promise_is_kept_when_its_command_ends_well_and_its_figure_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(tmp_path, row("it counts", says("print('figure: 7 of 7'); print('bye')")))

    code = main(["--page", str(page)])

    assert code == 0
    said = capsys.readouterr().out
    assert "kept     1  it counts" in said
    assert "7 of 7" in said
    assert said.endswith("1 of 1 promises kept\n")


def test_without_a_figure_the_last_line_stands_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(tmp_path, row("it talks", says("print('first'); print('12 passed'); print()")))

    main(["--page", str(page)])

    assert "\n            12 passed  [" in capsys.readouterr().out


def test_a_promise_is_broken_when_its_command_ends_badly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(
        tmp_path, row("it holds", says("print('ok')")), row("it breaks", says("print('why it broke'); raise SystemExit('figure: 1 lost')"))
    )

    code = main(["--page", str(page)])

    assert code == 1
    said = capsys.readouterr().out
    assert "BROKEN   2  it breaks" in said
    assert "1 lost" in said
    assert "| why it broke" in said
    assert said.endswith("1 of 2 promises kept; broken: row 2\n")


def test_a_command_that_does_not_end_is_ended_with_its_children(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = tmp_path / "child"
    slow = f"import subprocess, sys; c = subprocess.Popen(['sleep', '{CHILD_S}']); open('{child}', 'w').write(str(c.pid)); c.wait()"
    page = page_with(tmp_path, row("it ends", says(slow)))

    begun = time.monotonic()

    code = main(["--page", str(page), "--longest", "2"])

    assert code == 1
    assert "not done after 2 s" in capsys.readouterr().out
    assert time.monotonic() - begun < CHILD_S / 2
    assert ends(int(child.read_text()))


def test_a_command_that_is_not_there_breaks_its_promise_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(tmp_path, row("it is there", "`no-such-command --help`"), row("it holds", says("print('ok')")))

    code = main(["--page", str(page)])

    assert code == 1
    assert "cannot be started" in capsys.readouterr().out


def test_leading_settings_become_the_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(tmp_path, row("it is quick", "`QUICK=1 " + says("import os; print(os.environ['QUICK'])")[1:]))

    code = main(["--page", str(page)])

    assert code == 0
    assert "\n            1  [" in capsys.readouterr().out


def test_a_command_of_several_rows_runs_once(tmp_path: Path) -> None:
    counted = tmp_path / "counted"
    command = says(f"open('{counted}', 'a').write('x')")
    page = page_with(tmp_path, row("one", command), row("two", command))

    main(["--page", str(page)])

    assert counted.read_text() == "x"


@pytest.mark.parametrize(
    ("wanted", "expected"), [(["--issue", "3"], "other"), (["--row", "1"], "one"), (["--issue", "2", "--row", "1"], "one")]
)
def test_only_what_is_asked_for_is_run(wanted: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(tmp_path, row("one", says("print('ok')")), row("other", says("print('ok')"), issue=3))

    code = main(["--page", str(page), *wanted])

    assert code == 0
    said = capsys.readouterr().out
    assert expected in said
    assert said.endswith("1 of 1 promises kept\n")


@pytest.mark.parametrize(("wanted", "reason"), [(["--row", "9"], "no promise"), (["--page", "no-such-page"], "No such file")])
def test_a_run_that_would_look_at_nothing_is_refused(
    wanted: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = page_with(tmp_path, row("one", says("print('ok')")))

    code = main(["--page", str(page), *wanted])

    assert code == 2
    assert reason in capsys.readouterr().err


def test_a_row_without_a_command_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = page_with(tmp_path, row("it is only said", "by hand"))

    code = main(["--page", str(page)])

    assert code == 2
    assert "it is only said" in capsys.readouterr().err


def test_every_row_of_our_own_page_can_be_read() -> None:
    page = Path(__file__).resolve().parents[2] / "docs/promises.md"

    rows = list(promises(page.read_text()))

    assert [number + 1 for number in range(len(rows))] == [promise.row for promise in rows]
    assert {promise.issue for promise in rows} >= {2}


def row(line: str, command: str, *, issue: int = 2) -> str:
    """One row as it stands on the page."""
    return f"| {issue} | {line} | {command} | open | |\n"


def says(program: str) -> str:
    """The command that runs a Python program, as a cell."""
    return f'`{PYTHON} -c "{program}"`'


def page_with(folder: Path, *rows: str) -> Path:
    """A page of promises with these rows."""
    page = folder / "promises.md"
    page.write_text("# Promises\n\n" + HEAD + "".join(rows))
    return page


def ends(pid: int) -> bool:
    """Whether a process has ended within five seconds; one that only waits to be collected has ended."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
