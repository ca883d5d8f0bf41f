"""Files that customers and agents sent: kept in the archive's database, so that every host, the backup and the erasure find them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, LargeBinary, RowMapping, and_, delete, func, insert, or_, select, tuple_, update

from hub.model.address import Address
from hub.model.files import Forgotten, Quota, QuotaSpent, StoredFile
from hub.store.archive.schema import erased, media
from hub.store.archive.write import hold_off_writers

Answer = TypeVar("Answer")
_TOLD = [column for column in media.columns if column.name != "content"]


class Rows(Protocol):
    """Where the rows lie; both raise ArchiveAway."""

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in one transaction."""
        ...

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work on one connection, changing nothing."""
        ...


class Files:
    """Keeps and gives back files. Every method raises ArchiveAway where the database is away or full."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        """Keep a file; raises QuotaSpent where its address (an agent's file: its customer) has left too much already.

        One that a channel brought (it has both) is kept once however often it comes; raises Forgotten where its customer is erased.
        """
        await self._rows.write(partial(_put, file=file, content=content, quota=quota))

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        """Those of these files that are there, in the order asked for."""
        found = await self._rows.read(partial(_find, ids=ids))
        return tuple(found[id] for id in ids if id in found)  # noqa: A001 - the field's name

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the field's name
        """So many bytes of a file from there on; fewer at its end, none where there is none of that id."""
        return await self._rows.read(partial(_piece, id=id, start=start, length=length))

    async def say(self, ids: Sequence[str]) -> None:
        """A message names these files: they stay."""
        await self._rows.write(partial(_say, ids=ids))

    async def purge(self, before_ms: int) -> int:
        """Throw away what came before then and no message ever named; returns how many."""
        return await self._rows.write(partial(_purge, before=before_ms))

    async def of(self, customers: Sequence[str], addresses: Sequence[Address]) -> tuple[dict[str, object], ...]:
        """All that came from these addresses or was sent to these customers, whole rows, oldest first."""
        return await self._rows.read(partial(_of, customers=customers, addresses=addresses))


def erase_files(connection: Connection, customers: Sequence[str], addresses: Sequence[Address]) -> int:
    """Delete all that came from these addresses or was sent to these customers; returns how many."""
    return connection.execute(delete(media).where(_theirs(customers, addresses))).rowcount


def _put(connection: Connection, file: StoredFile, content: bytes, quota: Quota) -> None:
    if file.address and file.customer and _is_here_or_forgotten(connection, file):
        return
    whose = _theirs((), (file.address,)) if file.address else _theirs((file.customer,), ())
    query = select(func.count(), func.coalesce(func.sum(media.c.size), 0)).where(whose, media.c.at > quota.since)
    files, size = connection.execute(query).one()
    if files >= quota.files or size + file.size > quota.bytes:
        raise QuotaSpent("That is all one may send within a day.")
    place = file.address or Address(channel="", account="", id="")
    row = {
        **{name: getattr(file, name) for name in ("id", "customer", "mime", "name", "size", "at", "said")},
        "channel": place.channel, "account": place.account, "address": place.id, "content": content,
    }  # fmt: skip
    connection.execute(insert(media).values(row))


def _is_here_or_forgotten(connection: Connection, file: StoredFile) -> bool:
    """Of a file a channel brought: it may be fetched twice, and while its customer is erased; raises Forgotten then."""
    hold_off_writers(connection)
    if connection.execute(select(erased.c.n).where(erased.c.customer == file.customer)).first() is not None:
        raise Forgotten("the customer is erased")
    return connection.execute(select(media.c.id).where(media.c.id == file.id)).first() is not None


def _find(connection: Connection, ids: Sequence[str]) -> dict[str, StoredFile]:
    return {row["id"]: _file(row) for row in connection.execute(select(*_TOLD).where(media.c.id.in_(ids))).mappings()}


def _piece(connection: Connection, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the field's name
    # SQL counts from one.
    query = select(func.substr(media.c.content, start + 1, length, type_=LargeBinary)).where(media.c.id == id)
    found = connection.execute(query).scalar()
    return b"" if found is None else bytes(found)


def _say(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(update(media).where(media.c.id.in_(ids)).values(said=1))


def _purge(connection: Connection, before: int) -> int:
    return connection.execute(delete(media).where(media.c.said == 0, media.c.at < before)).rowcount


def _of(connection: Connection, customers: Sequence[str], addresses: Sequence[Address]) -> tuple[dict[str, object], ...]:
    query = select(media).where(_theirs(customers, addresses)).order_by(media.c.at, media.c.id)
    return tuple({str(name): value for name, value in row.items()} for row in connection.execute(query).mappings())


def _theirs(customers: Sequence[str], addresses: Sequence[Address]) -> ColumnElement[bool]:
    places = [(a.channel, a.account, a.id) for a in addresses]
    by_address = tuple_(media.c.channel, media.c.account, media.c.address).in_(places)
    return or_(media.c.customer.in_([one for one in customers if one]), and_(media.c.channel != "", by_address))


def _file(row: RowMapping) -> StoredFile:
    address = Address(channel=row["channel"], account=row["account"], id=row["address"]) if row["channel"] else None
    return StoredFile(
        **{name: row[name] for name in ("id", "customer", "mime", "name", "size", "at", "said")}, address=address
    )  # fmt: skip
