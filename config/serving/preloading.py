"""Channels' libraries, imported once the hub serves and before they are needed: on the loop an import keeps every webhook waiting."""

import asyncio
import gc
from collections.abc import Iterable
from importlib import import_module

import structlog

from config.accounts.kinds import kind_of, known_kinds
from config.serving.process import Process

log = structlog.get_logger()


async def warm(process: Process) -> None:
    """Import, beside the loop, what this process's sends will need; only a worker sends. A second or two of CPU, some 20 MB each."""
    if process.worker:
        await asyncio.to_thread(import_libraries, [member.account.channel for member in process.lineup])
        # As after the start: what lives now the collector looks at no more.
        gc.freeze()


def import_kinds(kinds: Iterable[str]) -> None:
    """Import the channels themselves: all that a process needs which sends nothing. Names of no channel are left to who asks for one."""
    for kind in set(kinds) & set(known_kinds()):
        kind_of(kind)


def import_for_sends(kinds: Iterable[str]) -> None:
    """Import the channels and what their first sends would."""
    import_libraries(set(kinds) & set(known_kinds()))


def import_libraries(kinds: Iterable[str]) -> None:
    """Import what the first sends on these channels would. What cannot be imported is logged: the send tells of it again."""
    for name in dict.fromkeys(name for kind in kinds for name in kind_of(kind).libraries):
        try:
            import_module(name)
        except ImportError as error:
            log.warning("a channel's library cannot be imported", library=name, error=str(error))
