"""Keep a version that has landed: its code and a data folder made by it. `python -m tests.upgrade.landing COMMIT`."""

import argparse
import asyncio
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import json

from tests.processes import eventually, folder
from tests.upgrade.landed import CODE, FOLDER, KEPT, STORY, Seen, Story, unpack_code
from tests.upgrade.served import ROOT, Served, serving
from tests.upgrade.telling import Told, seen_by, tell
from tests.whole.world import stand_ins

ROOMS = ("hub", "channels", "dialogs", "config")
"""What `hub serve` runs on; stand-ins and screens are this version's."""

PASSING = frozenset({"hub.lock", "run", "server.log"})
"""What a data folder holds only while a hub runs on it, and its server's log."""

DAY_ONE = (1980, 1, 1, 0, 0, 0)
"""The only time a zip file knows here: made again, it is the same to the byte."""


def main() -> int:
    """Make all three files anew."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade.landing", description=__doc__)
    parser.add_argument("commit", help="the commit that landed")
    commit = _git("rev-parse", parser.parse_args().commit).decode().strip()
    KEPT.mkdir(exist_ok=True)
    _write_zip(CODE, dict(_packages(commit)))
    story, files = asyncio.run(_made(commit))
    _write_zip(FOLDER, files)
    STORY.write_bytes(json.format(json.encode(story), indent=1) + b"\n")
    print(f"{commit[:7]}: code {CODE.stat().st_size} bytes, folder {FOLDER.stat().st_size} bytes")
    return 0


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


def _packages(commit: str) -> Iterator[tuple[str, bytes]]:
    """The files of the rooms at that commit."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, *ROOMS))) as archive:
        for member in archive.getmembers():
            if (content := archive.extractfile(member)) is not None:
                yield member.name, content.read()


async def _made(commit: str) -> tuple[Story, dict[str, bytes]]:
    """Have that version make a folder; what it showed, and the files it left."""
    with folder() as place:
        code = unpack_code(place / "code")
        async with stand_ins() as outside, serving(place, outside, code=code) as hub:
            told = await tell(place, hub, outside, code=code)
            shown = await _settled(hub, told)
            at = hub.clock()
        files = {
            path.relative_to(place / "data").as_posix(): path.read_bytes()
            for path in (place / "data").rglob("*")
            if path.is_file() and not PASSING & set(path.relative_to(place / "data").parts)
        }
    return _story(commit, at, told, shown), files


async def _settled(hub: Served, told: Told) -> dict[str, Seen]:
    """What the API shows once nothing changes any more."""
    shown = await seen_by(hub.caller, told.customers)

    async def same() -> bool:
        nonlocal shown
        await asyncio.sleep(0.5)
        before, shown = shown, await seen_by(hub.caller, told.customers)
        return before == shown

    await eventually(same, what="rest")
    return shown


def _story(commit: str, at: int, told: Told, shown: dict[str, Seen]) -> Story:
    return Story(
        commit=commit, at=at, seen=shown, session=told.session, chat=told.chat, file=told.file, erased=told.erased, merged=told.merged
    )


def _write_zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(files):
            made.writestr(zipfile.ZipInfo(name, DAY_ONE), files[name], zipfile.ZIP_DEFLATED, 9)


if __name__ == "__main__":
    raise SystemExit(main())
