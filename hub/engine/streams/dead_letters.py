"""Putting aside what nobody here can work off, so that what stands behind it goes on: kept whole, journalled, counted, told."""

import structlog

from hub.engine.counters import Counters
from hub.model.turns.journal import GivenUp
from hub.store.encoding.codec import encode
from hub.store.mailboxes.dead_letters import Aside
from hub.store.mailboxes.partition import Partition

log = structlog.get_logger()


async def put_aside(partition: Partition, stream: str, entry: str, aside: Aside, *, counters: Counters) -> None:
    """Take that entry out of a stream of the partition; an operator may have it tried again. Raises Fenced, StoreAway, StoreFull."""
    counters.dead += 1
    log.error("entry given up", entry=entry, partition=partition.keys.number, reason=aside.reason)
    journal = encode(GivenUp(subject=aside.subject, entry=entry, reason=aside.reason, at=aside.at))
    await partition.put_aside(stream, entry, kept=encode(aside), journal=journal)
