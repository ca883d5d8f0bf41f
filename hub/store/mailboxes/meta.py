"""What all processes of a hub agree on: how many partitions there are, and in which format values are stored."""

import re
from typing import cast

from hub.model.errors import SettingsError
from hub.model.subject import PARTITIONS
from hub.store.connections.links import Links
from hub.store.keys import Keys
from hub.store.mailboxes.workers import Workers

FORMAT = 5
"""The newest format of stored values this version reads and writes.

2: events of the shop (`track`, `identify`), notes, reopening, dismissal. A process of format 1 beside it gives them up, and they are tried
again once it has gone; from then on it does not start any more. Raised also where an older worker beside a newer one leaves undone what
only the newer one does (a new index): after the raise the views are built anew.
3: what channels tell beyond words (referrals, opt-ins, comments, calls, changed ids), and what messages offer beyond quick replies.
4: what became of messages that went out (corrected, taken back) and of comments (answered, hidden, liked), as asked and as a delivery.
5: the inbox's view of comments, which an older worker does not keep.
"""

VIEWS = "inbox"
"""The field of `hub:meta` that says which version of the inbox's views and of the index of customers is there."""

RESTORING = "restoring"
"""The field of `hub:meta` that stands there while a backup is written into these data."""

_FORMAT_OF_NAME = re.compile(r"\.f([1-9]\d*)$")


def heartbeat_name(process: str, format: int = FORMAT) -> str:  # noqa: A002 - the field's name
    """A worker's name, which tells the newest format it can read."""
    return f"{process}.f{format}"


def format_of(worker: str) -> int:
    """The newest format that a living worker can read; 1 where its name does not say."""
    told = _FORMAT_OF_NAME.search(worker)
    return int(told[1]) if told else 1


class Meta:
    """Agrees with the other processes; `format`: the newest this process can read. Raises StoreAway, SettingsError."""

    def __init__(self, links: Links, keys: Keys, *, format: int = FORMAT) -> None:  # noqa: A002 - the field's name
        self._links = links
        self._key = keys.meta
        self._workers = Workers(links, keys)
        self._newest = format

    async def agree(self) -> int:
        """Write down partitions and format where nobody did; returns the format to write in.

        Raises SettingsError where these data have other partitions, or a format this version cannot read.
        """
        await self._links.call(self._key, "HSETNX", self._key, "partitions", PARTITIONS)
        await self._links.call(self._key, "HSETNX", self._key, "format", self._newest)
        if await self._links.call(self._key, "HEXISTS", self._key, RESTORING):
            raise SettingsError("A restore into these data was cut short; empty them (data folder, server, archive) and restore again.")
        partitions, written = await self._read()
        if partitions != PARTITIONS:
            raise SettingsError(f"These data have {partitions} partitions, this version has {PARTITIONS}; run the version that wrote them.")
        if written > self._newest:
            raise SettingsError(
                f"These data were written in format {written}, this version reads {self._newest}; install the newer version again."
            )
        return written

    async def rise(self) -> int:
        """Raise the format as far as every living worker can read it, at most to our own; returns the format to write in.

        Views and index are to be built anew then: the older worker may have left out what it did not know.
        Whoever starts says that it lives before it agrees, so after the raise either it refuses to start or it is seen here.
        """
        _, written = await self._read()
        goal = await self._readable()
        if goal <= written:
            return written
        await self._links.call(self._key, "HSET", self._key, "format", goal, VIEWS, "")
        if await self._readable() < goal:
            await self._links.call(self._key, "HSET", self._key, "format", written)
            return written
        return goal

    async def _readable(self) -> int:
        """The newest format, at most our own, that every living worker can read."""
        return min((self._newest, *map(format_of, await self._workers.beat("", 0))))

    async def _read(self) -> tuple[int, int]:
        found = cast("list[bytes]", await self._links.call(self._key, "HMGET", self._key, "partitions", "format"))
        return int(found[0]), int(found[1])
