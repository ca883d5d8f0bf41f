"""How light a start is: a command loads what it needs, and no web server, archive or channel beside it."""

import subprocess
import sys

import pytest

HEAVY = ("aiohttp", "argon2", "cryptography", "prometheus_client", "sqlalchemy", "structlog", "telegram", "yaml")


@pytest.mark.parametrize(
    ("rooms", "needed"),
    [
        ("config.main", set[str]()),
        ("config.commands.backup, config.commands.customers, config.commands.running_hub", {"structlog"}),
        ("config.commands.users", {"argon2", "structlog"}),
    ],
)
def test_a_command_loads_of_what_is_heavy_only_what_it_needs(rooms: str, needed: set[str]) -> None:
    asked = f"import sys, {rooms}; print(*(name for name in {HEAVY} if name in sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True).stdout

    assert needed == set(loaded.split())
