"""Debian packages: only what is missing is installed, and only where that can be done."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = "present"


def test_nothing_is_done_when_nothing_is_missing(tmp_path: Path) -> None:
    ended = system(tmp_path, INSTALLED)

    assert ended.returncode == 0
    assert asked_of_apt(tmp_path) == []


def test_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    ended = system(tmp_path, INSTALLED, "absent", "lost")

    assert ended.returncode == 0
    assert asked_of_apt(tmp_path) == ["update", "install --yes --no-install-recommends absent lost"]


def test_who_is_not_root_is_told_what_is_missing(tmp_path: Path) -> None:
    ended = system(tmp_path, "absent", user="1000")

    assert ended.returncode == 0
    assert "not installed" in ended.stderr
    assert "absent" in ended.stderr
    assert asked_of_apt(tmp_path) == []


def test_an_installation_that_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    ended = system(tmp_path, "absent", apt="echo 'no space left' >&2; exit 100")

    assert ended.returncode == 1
    assert "no space left" in ended.stderr
    assert "could not install: absent" in ended.stderr


def system(folder: Path, *packages: str, user: str = "0", apt: str = "exit 0") -> subprocess.CompletedProcess[str]:
    """Run the tool with a dpkg that knows one package, an apt that writes down what it is asked, and a user."""
    programs = folder / "programs"
    programs.mkdir()
    commands = {
        "dpkg-query": f'for last; do :; done; [ "$last" = {INSTALLED} ] && printf installed',
        "apt-get": f'echo "$*" >> {folder}/asked; {apt}',
        "id": f"echo {user}",
    }
    for name, script in commands.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o700)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run([ROOT / "tools/system", *packages], env={"PATH": path}, check=False, capture_output=True, text=True, timeout=30)


def asked_of_apt(folder: Path) -> list[str]:
    """What apt was asked, call by call."""
    asked = folder / "asked"
    return asked.read_text().splitlines() if asked.exists() else []
