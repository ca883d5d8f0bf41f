"""`hub files move`: existing files from the archive into the bucket, or back."""

from config.commands.running_hub import archive_of, progress
from config.settings.values import Settings
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError

TELL_EVERY = 100


async def move(settings: Settings, to: str) -> int:
    """Bring them there one by one; a running hub may go on meanwhile."""
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
