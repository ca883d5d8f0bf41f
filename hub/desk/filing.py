"""Taking files in and giving them back: what may be sent, by whom, how much of it; the archive keeps them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from hub.model.address import Address
from hub.model.channels.ports import Clock
from hub.model.errors import StoreAway
from hub.model.files.kinds import Quota, StoredFile, file_name, sort_of
from hub.model.files.pictures import without_traces
from hub.store.archive.errors import ArchiveAway

DAY_MS = 86_400_000
FILES_A_DAY = 100


class Shelf(Protocol):
    """Where files lie; every method raises ArchiveAway."""

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        """Keep a file; raises QuotaSpent."""
        ...

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        """Those that are there."""
        ...

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the field's name
        """So many bytes of a file from there on; fewer at its end, none where it is gone."""
        ...

    async def say(self, ids: Sequence[str]) -> None:
        """A message names them."""
        ...


class Filing(Struct, frozen=True, kw_only=True):
    """Raises NotTaken, QuotaSpent, StoreAway. `most`: bytes of one file; `a_day`: of one customer; `new_id`: unguessable."""

    shelf: Shelf
    clock: Clock
    new_id: Callable[[], str]
    most: int
    a_day: int

    async def from_customer(self, content: bytes, *, name: str, address: Address) -> StoredFile:
        """Keep what a customer uploaded; a message of the same address may name it."""
        return await self._keep(content, name=name, address=address)

    async def from_agent(self, content: bytes, *, name: str, customer: str) -> StoredFile:
        """Keep what an agent uploaded for a customer; a message to them may name it (`sent`)."""
        return await self._keep(content, name=name, customer=customer)

    async def named(self, ids: Sequence[str], *, address: Address) -> tuple[StoredFile, ...]:
        """The files a message of that address names, which stay from now on; fewer than asked for where some are not theirs."""
        try:
            found = tuple(file for file in await self.shelf.find(ids) if file.address == address)
            if len(found) == len(set(ids)):
                await self.shelf.say(ids)
        except ArchiveAway as error:
            raise StoreAway("the archive does not answer") from error
        return found

    async def sent(self, ids: Sequence[str]) -> bool:
        """Whether all these files are there still; if so an agent's message names them, and they stay."""
        try:
            if len(await self.shelf.find(ids)) < len(set(ids)):
                return False
            await self.shelf.say(ids)
        except ArchiveAway as error:
            raise StoreAway("the archive does not answer") from error
        return True

    async def find(self, id: str) -> StoredFile | None:  # noqa: A002 - the field's name
        """A file without its content; None where there is none of that id."""
        try:
            return next(iter(await self.shelf.find([id])), None)
        except ArchiveAway as error:
            raise StoreAway("the archive does not answer") from error

    async def piece(self, file: StoredFile, *, start: int, length: int) -> bytes:
        """So many bytes of it from there on; none where it is gone meanwhile."""
        try:
            return await self.shelf.piece(file.id, start, length)
        except ArchiveAway as error:
            raise StoreAway("the archive does not answer") from error

    async def _keep(self, content: bytes, *, name: str, address: Address | None = None, customer: str = "") -> StoredFile:
        sort, now = sort_of(content), self.clock.now()
        content = without_traces(content, sort.mime)
        file = StoredFile(
            id=self.new_id(),
            mime=sort.mime,
            name=file_name(name, sort),
            size=len(content),
            at=now,
            address=address,
            customer=customer,
        )
        try:
            await self.shelf.put(file, content, quota=Quota(bytes=self.a_day, files=FILES_A_DAY, since=now - DAY_MS))
        except ArchiveAway as error:
            raise StoreAway("the archive does not answer") from error
        return file
