"""No test looks away: what is skipped has failed, on CI as anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WAYS_TO_SKIP = {
    "while it runs": "import pytest\ndef test_it() -> None:\n    pytest.skip('no server')\n",
    "by a mark": "import pytest\n@pytest.mark.skip\ndef test_it() -> None: ...\n",
    "by a condition": "import pytest\n@pytest.mark.skipif(True, reason='not here')\ndef test_it() -> None: ...\n",
    "with its whole file": "import pytest\npytest.importorskip('no_such_module')\ndef test_it() -> None: ...\n",
}


@pytest.mark.parametrize("way", WAYS_TO_SKIP)
def test_a_skipped_test_has_failed(way: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(WAYS_TO_SKIP[way])

    ended = run_tests_in(tmp_path)

    assert ended.returncode in {1, 2}, ended.stdout
    assert "a skipped test is a failure here" in ended.stdout


def test_a_test_awaits_on_the_loop_of_production(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import asyncio, uvloop\nasync def test_it() -> None:\n    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)\n"
    )

    ended = run_tests_in(tmp_path)

    assert ended.returncode == 0, ended.stdout


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import warnings\ndef test_it() -> None:\n    warnings.warn('careful', stacklevel=1)\n")

    ended = run_tests_in(tmp_path)

    assert ended.returncode == 1, ended.stdout


def run_tests_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of one folder under the settings of the house."""
    settings = ["-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, str(folder)], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )
