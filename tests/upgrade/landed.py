"""The version that landed before this one, as it is kept here: its code, a data folder it made, and what it told of that folder."""

import zipfile
from pathlib import Path

import hiredis
from msgspec import Struct, json

KEPT = Path(__file__).parent / "landed"
CODE, FOLDER, STORY = KEPT / "code.zip", KEPT / "folder.zip", KEPT / "story.json"
_EXPIRES = {b"PEXPIREAT": 2, b"SET": 4}
"""Commands of an append-only file with an instant in them, and where it stands (of SET behind `PXAT`)."""


class Seen(Struct, frozen=True):
    """A customer as the landed version showed them: the texts of the timeline with who said them, and how far ours came."""

    customer: str
    lines: tuple[tuple[str, str, str], ...]


class Story(Struct, frozen=True):
    """What the landed version was told and showed. `at`: when its clock stood still (ms since 1970).

    `seen`: by the customer's short name; `session`: a signed-in browser's cookie and its CSRF token; `chat`: a page's session;
    `file`: address and SHA-256 of a file; `erased`: who is forgotten; `merged`: a younger id, and who it is now.
    """

    commit: str
    at: int
    seen: dict[str, Seen]
    session: tuple[str, str]
    chat: str
    file: tuple[str, str]
    erased: str
    merged: tuple[str, str]


def story() -> Story:
    """What is known of the kept folder."""
    return json.decode(STORY.read_bytes(), type=Story)


def unpack_code(to: Path) -> Path:
    """The landed version's packages, to be named by PYTHONPATH."""
    with zipfile.ZipFile(CODE) as kept:
        kept.extractall(to)
    return to


def unpack_folder(to: Path, *, later_ms: int) -> Path:
    """The data folder, as old as it was when it was left: what expires does so `later_ms` later, for the server's clock cannot be set."""
    with zipfile.ZipFile(FOLDER) as kept:
        kept.extractall(to)
    for path in (to, *to.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    for file in to.rglob("*.aof"):
        file.write_bytes(_postponed(file.read_bytes(), later_ms))
    return to


def _postponed(written: bytes, later_ms: int) -> bytes:
    """An append-only file whose keys live so much longer."""
    reader = hiredis.Reader()
    reader.feed(written)
    commands = []
    while (command := reader.gets()) is not False:
        words = list(command)
        at = _EXPIRES.get(words[0].upper())
        if at is not None and len(words) > at and (words[0].upper() != b"SET" or words[at - 1].upper() == b"PXAT"):
            words[at] = b"%d" % (int(words[at]) + later_ms)
        commands.append(hiredis.pack_command(tuple(words)))
    return b"".join(commands)
