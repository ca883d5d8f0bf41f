"""Files that customers and agents sent: what is known of each in the archive's database, their bytes there too or in a bucket."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, LargeBinary, RowMapping, and_, delete, func, insert, or_, select, tuple_, update

from hub.model.address import Address
from hub.model.files.kinds import Forgotten, Quota, QuotaSpent, StoredFile
from hub.store.archive.errors import BucketAway
from hub.store.archive.schema import erased, media, media_gone
from hub.store.archive.write import hold_off_writers

Answer = TypeVar("Answer")
COMING, BUCKET, WAITING = "coming:", "bucket:", "waiting"
"""How `place` begins; behind it stands the object's name, which no other attempt at the same file bears. What waits lies in the row."""
SWEPT_AT_ONCE = 8
_TOLD = [column for column in media.columns if column.name != "content"]
_IN_BUCKET, _COMING = media.c.place.startswith(BUCKET), media.c.place.startswith(COMING)
_IN_ROWS = or_(media.c.place.is_(None), media.c.place == WAITING)
_READY = or_(_IN_ROWS, _IN_BUCKET)


class Rows(Protocol):
    """Where the rows lie; both raise ArchiveAway."""

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in one transaction."""
        ...

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work on one connection, changing nothing."""
        ...


class Bytes(Protocol):
    """Where the bytes of files lie beside the database; every method raises BucketAway."""

    async def put(self, name: str, content: bytes, *, mime: str) -> None:
        """Keep them; durable when it returns."""
        ...

    async def get(self, name: str, start: int, length: int) -> bytes:
        """So many from there on; none where there are none."""
        ...

    async def delete(self, name: str) -> None:
        """Keep them no more."""
        ...


class Files:
    """Keeps and gives back files. Every method raises ArchiveAway where the database is away or full, or the bucket is away.

    Without a `bucket` the bytes lie in the rows. With one, new ones lie there, and those in the rows are read from there as ever; while it
    is away new ones wait in the rows, so that nobody waits for it. A row is there before its bytes and after them, so that whatever a
    bucket holds can be found: by its row, or by `media_gone`.
    """

    def __init__(self, rows: Rows, bucket: Bytes | None = None) -> None:
        self._rows = rows
        self._bucket = bucket

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        """Keep a file; raises QuotaSpent where its address (an agent's file: its customer) has left too much already.

        One that a channel brought (it has both) is kept once however often it comes; raises Forgotten where its customer is erased.
        """
        if self._bucket is None:
            await self._rows.write(partial(_put, file=file, content=content, quota=quota))
        elif await self._rows.write(partial(_put, file=file, content=None, quota=quota)):
            await self._bring(self._bucket, file, content)

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        """Those of these files that are there, in the order asked for."""
        found = await self._rows.read(partial(_find, ids=ids))
        return tuple(found[id] for id in ids if id in found)  # noqa: A001 - the field's name

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the field's name
        """So many bytes of a file from there on; fewer at its end, none where there is none of that id."""
        found = await self._rows.read(partial(_piece, id=id, start=start, length=length))
        return await self._its_bucket.get(found, start, length) if isinstance(found, str) else found

    async def say(self, ids: Sequence[str]) -> None:
        """A message names these files: they stay."""
        await self._rows.write(partial(_say, ids=ids))

    async def purge(self, before_ms: int) -> int:
        """Throw away what came before then and no message ever named, or what never came whole; returns how many."""
        gone = await self._rows.write(partial(_purge, before=before_ms))
        if self._bucket is not None:
            async for _ in self._move(self._bucket, media.c.place == WAITING, before_ms):
                pass
        await self.sweep()
        return gone

    async def sweep(self) -> None:
        """Have the bucket forget whatever has no row any more; cut short, the rest is forgotten at the next call."""
        while names := await self._rows.read(_swept_next):
            await _all(self._its_bucket.delete(name) for name in names)
            await self._rows.write(partial(_swept, names=names))

    async def of(self, customers: Sequence[str], addresses: Sequence[Address]) -> tuple[dict[str, object], ...]:
        """All that came from these addresses or was sent to these customers, whole rows, oldest first."""
        rows = await self._rows.read(partial(_of, customers=customers, addresses=addresses))
        return tuple([await self._whole(row) for row in rows])

    async def in_bucket(self) -> int:
        """How many files lie there."""
        return await self._rows.read(_count_in_bucket)

    async def move_to_bucket(self, *, now: int) -> AsyncIterator[int]:
        """Bring what lies in the rows into the bucket, one by one; yields the size of each. `now`: ms since 1970."""
        async for size in self._move(self._its_bucket, _IN_ROWS, now):
            yield size

    async def move_to_rows(self) -> AsyncIterator[int]:
        """The other way round; raises BucketAway at one that the bucket has lost, which stays as it is."""
        while found := await self._rows.read(partial(_first, which=_IN_BUCKET)):
            content = await self._its_bucket.get(_object(found.place), 0, found.size)
            if len(content) < found.size:
                raise BucketAway(f"the bucket has lost the file {found.id}")
            await self._rows.write(partial(_moved_back, id=found.id, content=content))
            await self.sweep()
            yield found.size

    @property
    def _its_bucket(self) -> Bytes:
        if self._bucket is None:
            raise BucketAway("files lie in a bucket, and the settings name none under [s3]")
        return self._bucket

    async def _move(self, bucket: Bytes, which: ColumnElement[bool], nonce: int) -> AsyncIterator[int]:
        """Bring these into the bucket, one by one."""
        while found := await self._rows.read(partial(_first, which=which)):
            name = f"{found.id}-{nonce}"
            content = await self._rows.read(partial(_piece, id=found.id, start=0, length=found.size))
            await bucket.put(name, content if isinstance(content, bytes) else b"", mime=found.mime)
            await self._rows.write(partial(_moved, id=found.id, name=name))
            yield found.size

    async def _bring(self, bucket: Bytes, file: StoredFile, content: bytes) -> None:
        """Have the bucket keep a file whose row is there; while it is away, the row."""
        try:
            await bucket.put(_name(file), content, mime=file.mime)
        except BucketAway:
            here = await self._rows.write(partial(_waits, file=file, content=content))
        else:
            here = await self._rows.write(partial(_arrived, file=file))
        if not here:
            with suppress(BucketAway):
                await self.sweep()
            raise Forgotten("it was erased while it came") if file.customer else BucketAway("it was thrown away while it came")

    async def _whole(self, row: dict[str, object]) -> dict[str, object]:
        """A row with its content, wherever that lies."""
        place, told = row["place"], {name: value for name, value in row.items() if name != "place"}
        if not isinstance(place, str) or place == WAITING:
            return told
        size = row["size"]
        return {**told, "content": await self._its_bucket.get(_object(place), 0, size if isinstance(size, int) else 0)}


async def _all(works: Iterable[Coroutine[object, object, None]]) -> None:
    """Do them together to the last, then raise what the first of them raised."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def erase_files(connection: Connection, customers: Sequence[str], addresses: Sequence[Address]) -> int:
    """Delete all that came from these addresses or was sent to these customers; returns how many. What a bucket has is noted."""
    return _delete(connection, _theirs(customers, addresses))


def _delete(connection: Connection, which: ColumnElement[bool]) -> int:
    """Delete rows, and note what the bucket is to forget."""
    for place in list(connection.scalars(select(media.c.place).where(which, or_(_IN_BUCKET, _COMING)))):
        _forget_later(connection, _object(place))
    return connection.execute(delete(media).where(which)).rowcount


def _forget_later(connection: Connection, name: str) -> None:
    if connection.execute(select(media_gone.c.name).where(media_gone.c.name == name)).first() is None:
        connection.execute(insert(media_gone).values(name=name))


def _name(file: StoredFile) -> str:
    """The object of this attempt: one that was cut short is forgotten without touching the next."""
    return f"{file.id}-{file.at}"


def _object(place: str) -> str:
    return place.removeprefix(BUCKET).removeprefix(COMING)


def _put(connection: Connection, file: StoredFile, content: bytes | None, quota: Quota) -> bool:
    """Write the row; without content it is to come to the bucket. False where the file is here already."""
    if file.address and file.customer and _is_here_or_forgotten(connection, file):
        return False
    whose = _theirs((), (file.address,)) if file.address else _theirs((file.customer,), ())
    query = select(func.count(), func.coalesce(func.sum(media.c.size), 0)).where(whose, media.c.at > quota.since)
    files, size = connection.execute(query).one()
    if files >= quota.files or size + file.size > quota.bytes:
        raise QuotaSpent("That is all one may send within a day.")
    place = file.address or Address(channel="", account="", id="")
    row = {
        **{name: getattr(file, name) for name in ("id", "customer", "mime", "name", "size", "at", "said")},
        "channel": place.channel, "account": place.account, "address": place.id,
        "content": content or b"", "place": COMING + _name(file) if content is None else None,
    }  # fmt: skip
    connection.execute(insert(media).values(row))
    return True


def _is_here_or_forgotten(connection: Connection, file: StoredFile) -> bool:
    """Of a file a channel brought: it may be fetched twice, and while its customer is erased; raises Forgotten then."""
    hold_off_writers(connection)
    if connection.execute(select(erased.c.n).where(erased.c.customer == file.customer)).first() is not None:
        raise Forgotten("the customer is erased")
    # One that was cut short on its way to the bucket begins anew.
    _delete(connection, and_(media.c.id == file.id, _COMING))
    return connection.execute(select(media.c.id).where(media.c.id == file.id)).first() is not None


def _find(connection: Connection, ids: Sequence[str]) -> dict[str, StoredFile]:
    return {row["id"]: _file(row) for row in connection.execute(select(*_TOLD).where(media.c.id.in_(ids), _READY)).mappings()}


def _piece(connection: Connection, id: str, start: int, length: int) -> bytes | str:  # noqa: A002 - the field's name
    """Of one that the bucket has, its name there."""
    # SQL counts from one.
    query = select(media.c.place, func.substr(media.c.content, start + 1, length, type_=LargeBinary)).where(media.c.id == id, _READY)
    found = connection.execute(query).first()
    if found is None:
        return b""
    return bytes(found[1]) if found[0] in {None, WAITING} else _object(found[0])


def _arrived(connection: Connection, file: StoredFile) -> bool:
    """The bucket has it; False where its row is gone meanwhile, so that the bucket is to forget it."""
    mine = media.c.place == COMING + _name(file)
    if connection.execute(update(media).where(media.c.id == file.id, mine).values(place=BUCKET + _name(file))).rowcount:
        return True
    _forget_later(connection, _name(file))
    return False


def _waits(connection: Connection, file: StoredFile, content: bytes) -> bool:
    """The row keeps it for now, and the bucket is to forget what it may have taken; False where the row is gone meanwhile."""
    mine = media.c.place == COMING + _name(file)
    _forget_later(connection, _name(file))
    return bool(connection.execute(update(media).where(media.c.id == file.id, mine).values(place=WAITING, content=content)).rowcount)


def _swept_next(connection: Connection) -> list[str]:
    return list(connection.scalars(select(media_gone.c.name).limit(SWEPT_AT_ONCE)))


def _swept(connection: Connection, names: Sequence[str]) -> None:
    connection.execute(delete(media_gone).where(media_gone.c.name.in_(names)))


def _count_in_bucket(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(media).where(_IN_BUCKET)) or 0


class _Lying(Struct, frozen=True):
    """A file, and where it lies."""

    id: str
    mime: str
    size: int
    place: str


def _first(connection: Connection, which: ColumnElement[bool]) -> _Lying | None:
    row = connection.execute(select(media.c.id, media.c.mime, media.c.size, media.c.place).where(which).limit(1)).first()
    return None if row is None else _Lying(row[0], row[1], row[2], row[3] or "")


def _moved(connection: Connection, id: str, name: str) -> None:  # noqa: A002 - the field's name
    """Its bytes lie in the bucket now; where it was erased meanwhile, that is to forget them."""
    if not connection.execute(update(media).where(media.c.id == id).values(place=BUCKET + name, content=b"")).rowcount:
        _forget_later(connection, name)


def _moved_back(connection: Connection, id: str, content: bytes) -> None:  # noqa: A002 - the field's name
    for place in list(connection.scalars(select(media.c.place).where(media.c.id == id, _IN_BUCKET))):
        _forget_later(connection, _object(place))
    connection.execute(update(media).where(media.c.id == id).values(place=None, content=content))


def _say(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(update(media).where(media.c.id.in_(ids)).values(said=1))


def _purge(connection: Connection, before: int) -> int:
    return _delete(connection, and_(or_(media.c.said == 0, _COMING), media.c.at < before))


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
