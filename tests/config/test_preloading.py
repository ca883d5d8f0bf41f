"""What channels' first sends would import is imported before them, and by name."""

import subprocess
import sys

from config.accounts.kinds import MODULES, kind_of
from config.serving.preloading import import_libraries

LATE = """
import sys
from config.accounts.kinds import kind_of
from config.serving.preloading import import_libraries

kind_of({kind!r})
import_libraries([{kind!r}])
before = set(sys.modules)
{first}
print(*(name for name in sys.modules if name not in before and name.startswith({library!r})))
"""
TWILIO = 'from twilio.rest import Client; Client("AC" + "7" * 32, "x").messages; import channels.twilio.http'
SLACK = 'from channels.slack.client import SessionClient; SessionClient(None, token="x", base_url="http://127.0.0.1:9")'
LINE = 'from channels.line.client import SessionClient; SessionClient(None, token="x", host="http://127.0.0.1:9")'


def imported_late(kind: str, first: str, library: str) -> str:
    """What making the client imports of its library though a hub has imported all it should."""
    code = LATE.format(kind=kind, first=first, library=library)
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def test_nothing_is_left_to_be_imported_by_the_first_message() -> None:
    left = {kind: imported_late(kind, first, library) for kind, first, library in (
        ("twilio_sms", TWILIO, "twilio"),
        ("slack", SLACK, "slack_sdk"),
        ("line", LINE, "linebot"),
    )}  # fmt: skip

    assert {"twilio_sms": "", "slack": "", "line": ""} == left


def test_every_library_a_channel_names_is_there() -> None:
    named = {name for kind in MODULES for name in kind_of(kind).libraries}

    import_libraries(MODULES)

    assert set() == named - sys.modules.keys()
