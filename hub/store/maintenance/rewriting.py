"""Writing the servers' append-only files anew, so that what was deleted is gone from the disk too."""

import asyncio
from typing import cast

from hub.model.errors import HubError
from hub.store.connections.links import Links
from hub.store.connections.wire import ServerError

LOOK_S = 0.1
_BUSY = (b"aof_rewrite_in_progress:1", b"aof_rewrite_scheduled:1")


class NotRewritten(HubError):
    """A server did not write its file anew: what was deleted is still on its disk. The text says what to do."""


async def rewrite(links: Links) -> None:
    """Have every master write its file anew; returns when that is done, however long it takes.

    One under way is waited for and then done again, for it may have begun before the deletion. A server without such a file is left
    alone. Replicas and RDB files are out of reach: they follow at their own next rewrite or save. Raises NotRewritten, StoreAway.
    """
    await _rest(links)
    if not any(b"aof_enabled:1" in info for info in await _told(links)):
        return
    try:
        await links.each("BGREWRITEAOF")
    except ServerError as error:
        raise NotRewritten(f"The server refuses BGREWRITEAOF ({error}); have its file rewritten there, or erase again.") from error
    await _rest(links)
    if any(b"aof_enabled:1" in info and b"aof_last_bgrewrite_status:ok" not in info for info in await _told(links)):
        raise NotRewritten("The server could not write its file anew; free disk space and erase again.")


async def _rest(links: Links) -> None:
    while True:
        if not any(flag in info for info in await _told(links) for flag in _BUSY):
            return
        await asyncio.sleep(LOOK_S)


async def _told(links: Links) -> list[bytes]:
    return cast("list[bytes]", await links.each("INFO", "persistence"))
