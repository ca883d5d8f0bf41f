"""Accounts of the console as they are kept: of two changes of the same one, the first holds."""

import asyncio

from msgspec.structs import replace

from config.storage.store import store
from hub.store.channels.accounts import KeptAccount, KeptAccounts
from hub.store.connections.links import connect
from hub.store.keys import Keys
from tests.servers import redis_on_socket

FIRST = KeptAccount(channel="line", account="shop", sealed=b"first", key="k", changed=1)


async def test_of_changes_at_once_one_is_kept_and_the_others_are_told() -> None:
    with redis_on_socket() as node:
        links = await connect(node.url)
        parts = store(links, Keys("t:"))
        kept = KeptAccounts(parts.links, parts.keys)
        await kept.add(FIRST)

        others = [replace(FIRST, sealed=str(n).encode(), changed=n) for n in range(2, 12)]
        done = await asyncio.gather(*(kept.put(one, seen=FIRST) for one in others))
        again = await kept.put(replace(FIRST, changed=99), seen=FIRST)
        found = await kept.find(FIRST.place)
        await links.stop()

    assert [True] == [one for one in done if one]
    assert others[done.index(True)] == found
    assert not again


async def test_what_is_gone_is_not_brought_back_by_a_change() -> None:
    with redis_on_socket() as node:
        links = await connect(node.url)
        parts = store(links, Keys("t:"))
        kept = KeptAccounts(parts.links, parts.keys)
        await kept.add(FIRST)
        await kept.remove(FIRST.place)

        put = await kept.put(replace(FIRST, changed=2), seen=FIRST)
        found = await kept.all()
        await links.stop()

    assert (False, ()) == (put, found)
