"""Who may know whom: the import contracts hold, and each one has been seen to catch a trespasser."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.house import ROOMS, ROOT

TRESPASSES = {
    "Inside the hub each floor knows only the floors below it": ("hub/engine", "import hub.web"),
    "Inside the engine each room knows only the rooms below it": ("hub/engine/rendering", "import hub.engine.sending"),
    "Inside the model each room knows only the rooms below it": ("hub/model/messaging", "import hub.model.events"),
    "The hub knows no channel, no dialog, no composition root, no sandbox": ("hub/web", "import config"),
    "Channels know only hub.model": ("channels", "import hub.store"),
    "Dialogs know only hub.model": ("dialogs", "import channels"),
    "The sandbox stands alone: it may know hub.model": ("sandbox", "import hub.engine"),
    "Only hub.store says redis and sql": ("hub/web", "import redis"),
    "The model has no I/O, no clock, no chance": ("hub/model", "import time"),
    "Inside the composition root each room knows only the rooms below it": ("config/settings", "import config.wiring"),
    "Inside the store each room knows only the rooms below it": ("hub/store/connections", "import hub.store.mailboxes"),
    "Inside the web floor each room knows only the rooms below it": ("hub/web/auth", "import hub.web.feed"),
    "The API's routes stand on one table, and the table on what is told": ("hub/web/api/shapes", "import hub.web.api.table"),
}


def test_every_import_contract_holds() -> None:
    verdict = contracts_of(ROOT)

    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize("contract", TRESPASSES)
def test_a_trespasser_is_named(contract: str, tmp_path: Path) -> None:
    room, sentence = TRESPASSES[contract]
    house = copy_of_the_house(tmp_path)
    (house / room / "trespasser.py").write_text(f'"""Where it must not be."""\n\n{sentence}\n')

    verdict = contracts_of(house)

    assert verdict.returncode == 1, verdict.stdout
    assert f"{contract} BROKEN" in verdict.stdout


def test_a_room_of_the_hub_that_opens_is_forbidden_to_those_who_know_only_the_model() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms = {f"hub.{path.parent.name}" for path in (ROOT / "hub").glob("*/__init__.py")} - {"hub.model"}

    missing = {
        contract["name"]: sorted(rooms - set(contract["forbidden_modules"]))
        for contract in contracts
        if contract["type"] == "forbidden" and contract["source_modules"] in (["channels"], ["dialogs"], ["sandbox"])
    }

    assert missing == {name: [] for name in missing}
    assert len(missing) == len(("channels", "dialogs", "sandbox"))


def test_no_contract_has_an_exemption() -> None:
    settings = (ROOT / "pyproject.toml").read_text()

    assert "ignore_imports" not in settings


def contracts_of(house: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts over one house and hand back what was said."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=house, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(house), "COLUMNS": "200"})


def copy_of_the_house(folder: Path) -> Path:
    """The rooms' Python files and the contracts, elsewhere."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.js", "*.html", "*.css"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder
