"""Links to a test's server, and a store of its own on one that several share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from config.storage.store import Store, store
from hub.store.connections.links import Links, connect
from hub.store.keys import Keys
from tests.processes import Node


@asynccontextmanager
async def emptied(node: Node) -> AsyncIterator[Links]:
    """Links to the server, which holds nothing."""
    links = await connect(node.url)
    await links.call("", "FLUSHALL")
    try:
        yield links
    finally:
        await links.stop()


@asynccontextmanager
async def store_named(node: Node, name: str) -> AsyncIterator[Store]:
    """A store under a prefix of its own."""
    links = await connect(node.url)
    try:
        yield store(links, Keys(f"{name}:"))
    finally:
        await links.stop()
