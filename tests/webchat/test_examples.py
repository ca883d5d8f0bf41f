"""What docs/widget.md tells a shop's developer to write really signs customers in."""

import re
import subprocess
from pathlib import Path

import pytest

from hub.engine.clock import SystemClock
from hub.model.webchat.login import read_login

ROOT = Path(__file__).parents[2]
SECRET = "between shop and hub"


def example(language: str) -> str:
    """The page's example in that language."""
    page = (ROOT / "docs" / "widget.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


def printed(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    return done.stdout.strip()


@pytest.mark.parametrize("language", ["python", "js"])
def test_the_pages_example_signs_in(language: str, tmp_path: Path) -> None:
    call = f'token("{SECRET}", "4711", "Nguyễn An")'
    if language == "python":
        token = printed(str(ROOT / ".venv" / "bin" / "python"), "-c", f"{example('python')}\nprint({call})")
    else:
        script = tmp_path / "example.mjs"
        script.write_text(f"{example('js')}\nconsole.log({call});\n", encoding="utf-8")
        token = printed(str(ROOT / "tools" / "node"), "node", str(script))

    login = read_login(token, key=SECRET.encode(), now=SystemClock().now())

    assert ("4711", {"name": "Nguyễn An"}) == (login.user, login.traits)
