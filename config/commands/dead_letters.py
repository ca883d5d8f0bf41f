"""`hub dead …`: what was given up, listed and tried again."""

import sys

from config.commands.running_hub import instant, running_store
from config.settings.values import Settings
from hub.model.errors import SettingsError
from hub.store.mailboxes.dead_letters import DeadLetters, NotDead

LISTED = 500


async def list_dead(settings: Settings) -> int:
    """Print what was given up, newest first."""
    async with running_store(settings) as parts:
        found = await DeadLetters(parts.links, parts.keys, inboxes=parts.inboxes).all(limit=LISTED)
    for dead in found:
        print(f"{dead.partition:>2} {dead.entry:<20} {instant(dead.at)}  {dead.kind or '?':<10} {dead.subject or '?'}  {dead.reason}")
    print(f"{len(found)} given up" + (f" (the newest {LISTED} shown)" if len(found) == LISTED else ""), file=sys.stderr)
    return 0


async def retry_dead(settings: Settings, partition: int, entry: str) -> int:
    """Put one back where it came from."""
    async with running_store(settings) as parts:
        if not 0 <= partition < len(parts.keys.partitions):
            raise SettingsError(f"There is no partition {partition}; take partition and entry from `hub dead list`.")
        try:
            await DeadLetters(parts.links, parts.keys, inboxes=parts.inboxes).retry(partition, entry)
        except NotDead as error:
            raise SettingsError(f"Partition {partition} has given up no entry {entry}; take both from `hub dead list`.") from error
    print(f"{entry} is back where it came from")
    return 0
