"""`hub files move`: existing files from the archive into the bucket, or back."""

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.settings import Settings

TELL_EVERY = 100


def files_parser(parser: argparse.ArgumentParser) -> None:
    """What one may type after `hub files`."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    move = commands.add_parser("move", help="bring existing files to where they shall lie; may be stopped and begun again")
    move.add_argument("to", choices=("bucket", "archive"), help="the bucket of [s3], or the archive")
    move.set_defaults(run=_move)


def _move(given: argparse.Namespace) -> int:
    from config.settings import load_settings
    from hub.engine.logging.logs import configure

    configure("error", "console")
    return asyncio.run(move(load_settings(os.environ, folder=Path.cwd()), given.to))


async def move(settings: "Settings", to: str) -> int:
    """Bring them there one by one; a running hub may go on meanwhile."""
    from config.operating import archive_of, progress
    from hub.engine.clock import SystemClock
    from hub.model.errors import SettingsError

    if not settings.s3.bucket:
        raise SettingsError("No bucket is set; name one under [s3] in hub.toml.")
    moved = size = 0
    async with archive_of(settings) as archive:
        files = archive.files
        async for one in files.move_to_bucket(now=SystemClock().now()) if to == "bucket" else files.move_to_rows():
            moved, size = moved + 1, size + one
            if moved % TELL_EVERY == 0:
                progress(f"{moved} files, {size} bytes")
    print(f"{moved} files, {size} bytes are in the {to} now")
    return 0
