"""What a newcomer meets first works: the commands, the links, the wheel, the image."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.architecture.house import ROOMS, name_of, sources

ROOT = Path(__file__).resolve().parents[2]
PROMISED_COMMANDS = {"run", "test", "check", "bench", "chaos", "accept", "lock"}


def test_make_alone_lists_every_promised_command() -> None:
    said = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert set(re.findall(r"make (\w+)", said)) >= PROMISED_COMMANDS


def test_ci_runs_what_anyone_runs() -> None:
    script = (ROOT / ".ci/run").read_text()

    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert script.rstrip().endswith("make test")


CARRIED = (*ROOMS, "console/chat", "console/dist")
"""What the wheel holds: the rooms, and the screens they serve, built."""


@pytest.mark.parametrize("page", [path for path in sources() if path.suffix == ".md"], ids=name_of)
def test_every_link_between_our_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text())

    dead = [link for link in links if not (page.parent / link).exists()]

    assert dead == []


def test_the_wheel_carries_every_file_of_the_rooms_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")

    with zipfile.ZipFile(wheel) as opened:
        carried = {name for name in opened.namelist() if ".dist-info/" not in name}

    built = {path.relative_to(ROOT).as_posix() for path in (ROOT / "console/dist").rglob("*") if path.is_file()}
    written = built | {name_of(path) for path in sources() if name_of(path).startswith(tuple(f"{room}/" for room in CARRIED))}
    assert written - carried == set()
    assert {name for name in carried if not name.startswith(tuple(f"{room}/" for room in CARRIED))} == set()
    assert "console/dist/index.html" in carried


def test_the_image_is_slim_unprivileged_and_installs_only_what_is_locked() -> None:
    image = (ROOT / "Dockerfile").read_text()

    assert re.findall(r"^FROM (\S+)", image, re.MULTILINE) == ["python:3.11-slim", "python:3.11-slim"]
    assert re.search(r"^USER hub$", image, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK(.|\n)*/healthz", image, re.MULTILINE)
    installs = re.findall(r"pip install (.*?)(?: \\)?$", image, re.MULTILINE)
    assert [line for line in installs if not line.startswith(("--require-hashes -r", "--no-deps --no-index"))] == []


def test_what_the_image_copies_is_not_held_back_from_it() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]

    rooms = {path.split("/")[0] for path in wheel["only-include"]}
    locks = {"requirements.lock", "requirements-build.lock", "requirements-node.lock"}
    needed = {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "tools/node", *locks, *rooms}

    assert needed - let_in == set()
