"""Reading what journeys did: counts by step, and the newest facts, from the archive's facts."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Select, and_, distinct, func, select

from hub.store.archive.schema import entries, facts
from hub.store.shop.journey_facts import COUNTED, Counted, Happened

T = TypeVar("T")


class Reading(Protocol):
    """Where the rows lie."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do the work on one connection."""
        ...


def count_journeys(connection: Connection) -> tuple[Counted, ...]:
    """Everything counted, of all journeys."""
    detail = [func.coalesce(facts.c.detail[key].as_string(), "").label(key) for key in ("journey", "step", "reason", "holdout")]
    keys = func.count(distinct(facts.c.detail["key"].as_string())).label("keys")
    query = select(facts.c.name, *detail, keys).where(facts.c.name.in_(COUNTED)).group_by(facts.c.name, *detail)
    return tuple(
        Counted(**{str(name): value for name, value in row.items()}) for row in connection.execute(query).mappings() if row["journey"]
    )


def newest_of_journey(connection: Connection, journey: str, names: Sequence[str], *, step: str, limit: int) -> tuple[Happened, ...]:
    """The newest facts of a journey (of one step, where it is named), newest first."""
    query = select(facts).where(facts.c.name.in_(names), facts.c.detail["journey"].as_string() == journey)
    if step:
        query = query.where(facts.c.detail["step"].as_string() == step)
    return _happened(connection, query.order_by(facts.c.at.desc(), facts.c.ms.desc(), facts.c.seq.desc(), facts.c.n.desc()).limit(limit))


def newest_of_customer(connection: Connection, customers: Sequence[str], *, limit: int) -> tuple[Happened, ...]:
    """What the gate and the journeys said of a customer and of those merged into them, newest first."""
    own = and_(facts.c.ms == entries.c.ms, facts.c.seq == entries.c.seq, facts.c.partition == entries.c.partition)
    query = select(facts).join(entries, own).where(entries.c.customer.in_(customers), facts.c.name.in_(COUNTED))
    return _happened(connection, query.order_by(facts.c.at.desc(), facts.c.ms.desc(), facts.c.seq.desc(), facts.c.n.desc()).limit(limit))


def _happened(connection: Connection, query: Select[Any]) -> tuple[Happened, ...]:
    return tuple(
        Happened(customer=row.customer, at=row.at, name=row.name, detail={str(k): str(v) for k, v in dict(row.detail).items()})
        for row in connection.execute(query)
    )


class JourneyFacts:
    """Reads what journeys did. Raises ArchiveAway."""

    def __init__(self, database: Reading) -> None:
        self._database = database

    async def counted(self) -> tuple[Counted, ...]:
        """Everything counted, of all journeys."""
        return await self._database.read(count_journeys)

    async def of_journey(self, journey: str, names: Sequence[str] = COUNTED, *, step: str = "", limit: int = 50) -> tuple[Happened, ...]:
        """The newest of a journey, newest first."""
        return await self._database.read(partial(newest_of_journey, journey=journey, names=names, step=step, limit=limit))

    async def of_customer(self, customers: Sequence[str], *, limit: int = 50) -> tuple[Happened, ...]:
        """The newest of a customer and of those merged into them, newest first."""
        return await self._database.read(partial(newest_of_customer, customers=customers, limit=limit))
