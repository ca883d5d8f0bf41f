"""What no file of the repository may contain: a machine's paths, a registry's address, an unkept intention."""

import re
from pathlib import Path

import pytest

from tests.architecture.house import name_of, sources

# Written down here, so this one file is not searched.
FORBIDDEN = {
    "an absolute path of one machine": r"(?<![\w.*-])/(?:work|root|home/\w+|Users)/",
    "the address of a package registry": r"https?://[\w.-]*(?:pypi\.org|pythonhosted|npmjs|yarnpkg)",
    "a setting that names a registry": r"(?<!--no-emit)(?:--|-)(?:extra-)?index-url[ =]+\S*:",
    "an unkept intention": r"\b(?:TODO|FIXME)\b",
    # Until Python 3.12 it loses a cancellation that comes in the same breath as the answer: `asyncio.timeout` does not.
    "a wait that may swallow its own end": r"\basyncio\.wait_for\(|from asyncio import .*\bwait_for\b",
}
EXAMPLES = {
    "an absolute path of one machine": "open('/home/somebody/x')",
    "the address of a package registry": "https://pypi.org/simple",
    "a setting that names a registry": "--index-url=x:",
    "an unkept intention": "# TODO: later",
    "a wait that may swallow its own end": "await asyncio.wait_for(answer, 1)",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])

    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in sources()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_search_would_find(what: str) -> None:
    assert re.search(FORBIDDEN[what], EXAMPLES[what])


def test_lock_files_name_no_address_at_all() -> None:
    locks = [path for path in sources() if path.suffix == ".lock" or path.name in {"package-lock.json", "pnpm-lock.yaml"}]

    found = [f"{name_of(path)}: {address}" for path in locks for address in re.findall(r"\w+://\S+", path.read_text())]

    assert found == []
    assert len(locks) >= len(("runtime", "dev", "build"))
