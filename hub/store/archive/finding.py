"""Finding customers: their words in an index of the archive, looked up by the rarest of those that are asked for."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, text, tuple_, update

from hub.model.inbox.finding import Findable, endings
from hub.store.archive.hit import Hit
from hub.store.archive.schema import customer_words, customers, erased
from hub.store.archive.write import ERASING

Answer = TypeVar("Answer")
FEW = 4_000
"""Customers one word may mean and still be looked through one by one (some 15 ms); of more, the newest are read until a page is full."""
_BEHIND = "\U0010ffff"


class Rows(Protocol):
    """Where the rows lie; both raise ArchiveAway."""

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in one transaction."""
        ...

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work on one connection, changing nothing."""
        ...


class Finder:
    """The index of customers. Every method raises ArchiveAway where the database is away or full; said twice it changes nothing."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def put(self, found: Sequence[Findable], *, gone: Sequence[str] = ()) -> None:
        """Set what is kept of these customers, and nothing of those who are gone; who was erased never enters again."""
        await self._rows.write(partial(_put, found=found, gone=gone))

    async def spoke(self, words: Sequence[tuple[str, int]]) -> None:
        """Customers spoke (ms since 1970): they stand in front now."""
        await self._rows.write(partial(_spoke, words=words))

    async def search(self, words: Sequence[str], *, limit: int, after: Hit | None = None) -> tuple[Hit, ...]:
        """Customers of whom each word begins (of a number: also ends) one of theirs, newest first, behind `after`."""
        return await self._rows.read(partial(_search, words=tuple(words), limit=limit, after=after))

    async def is_empty(self) -> bool:
        """Whether nobody is there."""
        return await self._rows.read(lambda connection: connection.execute(select(customers.c.customer).limit(1)).first() is None)

    async def forget_erased(self) -> None:
        """Keep nothing of whoever is erased: a version that does not know this index leaves them in it."""
        await self._rows.write(_forget_erased)


def erase_found(connection: Connection, ids: Sequence[str]) -> None:
    """Delete what is kept of these customers."""
    for table in (customer_words, customers):
        connection.execute(delete(table).where(table.c.customer.in_(ids)))


def _put(connection: Connection, found: Sequence[Findable], gone: Sequence[str]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": ERASING})
    ids = [one.customer for one in found]
    forgotten = set(connection.scalars(select(erased.c.customer).where(erased.c.customer.in_(ids))))
    query = select(customers.c.customer, customers.c.at).where(customers.c.customer.in_(ids))
    known = {row.customer: row.at for row in connection.execute(query)}
    erase_found(connection, sorted({*ids, *gone}))
    # Two writers that meet take the rows in the same order.
    kept = sorted({one.customer: one for one in found if one.customer not in forgotten}.values(), key=lambda one: one.customer)
    if not kept:
        return
    rows = [{"customer": one.customer, "at": max(one.at, known.get(one.customer, 0)), "text": _line(one.words)} for one in kept]
    connection.execute(insert(customers), rows)
    if words := [{"word": word, "customer": one.customer} for one in kept for word in one.words]:
        connection.execute(insert(customer_words), words)


def _forget_erased(connection: Connection) -> None:
    forgotten = select(erased.c.customer)
    for table in (customer_words, customers):
        connection.execute(delete(table).where(table.c.customer.in_(forgotten)))


def _spoke(connection: Connection, words: Sequence[tuple[str, int]]) -> None:
    for customer, at in sorted(words):
        connection.execute(update(customers).where(customers.c.customer == customer, customers.c.at < at).values(at=at))


def _search(connection: Connection, words: Sequence[str], limit: int, after: Hit | None) -> tuple[Hit, ...]:
    query = select(customers.c.customer, customers.c.at).order_by(customers.c.at.desc(), customers.c.customer.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(customers.c.at, customers.c.customer) < tuple_(after.at, after.customer))
    rarest = _rarest(connection, words)
    # Both compare bytes; LIKE decodes each letter, which is four times as slow on SQLite.
    within = func.strpos if connection.dialect.name == "postgresql" else func.instr
    for word in words:
        means = select(customer_words.c.customer).where(_begins(word))
        query = query.where(customers.c.customer.in_(means) if word == rarest else _holds(word, within))
    return tuple(Hit(customer=customer, at=at) for customer, at in connection.execute(query))


def _rarest(connection: Connection, words: Sequence[str]) -> str:
    """The word that the fewest customers have; '' where all words mean many."""
    fewest, rarest = FEW, ""
    for word in dict.fromkeys(words):
        few = select(customer_words.c.word).where(_begins(word)).limit(fewest).subquery()
        if (count := connection.scalar(select(func.count()).select_from(few)) or 0) < fewest:
            fewest, rarest = count, word
    return rarest


def _begins(word: str) -> ColumnElement[bool]:
    """Rows of the index that mean that word."""
    column = customer_words.c.word
    return or_(*((column >= one) & (column < one + _BEHIND) for one in (word, *endings(word))))


def _holds(word: str, within: Callable[[object, str], ColumnElement[int]]) -> ColumnElement[bool]:
    """Customers of whose line one word begins so."""
    return or_(*(within(customers.c.text, f" {one}") > 0 for one in (word, *endings(word))))


def _line(words: Sequence[str]) -> str:
    """All words of a customer, a space before each."""
    return "".join(f" {word}" for word in words)
