"""All customers, page by page: for what has to look at everybody once."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from hub.store.connections.links import Links
from hub.store.keys import Keys

_CUSTOMER = re.compile(r"\{p\d\d\}:customer:(.+)$")


async def every_customer(links: Links, keys: Keys) -> AsyncGenerator[list[str], None]:
    """Yield the ids of all customers that have a record, tombstones too; those who come meanwhile may be left out. Raises StoreAway."""
    match = re.sub(r"([*?\[\]\\])", r"\\\1", keys.prefix) + "{p*}:customer:*"
    async with aclosing(links.scan(match)) as pages:
        async for names in pages:
            found = [_CUSTOMER.search(name.decode()) for name in names]
            yield [one[1] for one in found if one]
