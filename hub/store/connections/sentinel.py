"""Asking the Sentinels which server is the master now."""

import asyncio

from msgspec.structs import replace

from hub.model.errors import StoreAway
from hub.store.connections.address import Place, Target


async def find_master(target: Target, *, timeout: float) -> Place:  # noqa: ASYNC109 - the network's own limit
    """Ask the Sentinels of `target` in turn; raises StoreAway where none knows the master."""
    # Imported here: only those who use Sentinel pay its 0.2 s and 24 MB.
    from redis.asyncio.retry import Retry
    from redis.asyncio.sentinel import Sentinel
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError

    first = target.places[0]
    network = {"socket_timeout": timeout, "socket_connect_timeout": timeout, "retry": Retry(NoBackoff(), 0), "protocol": 2}
    proof = {"password": target.sentinel_password or None, "ssl": first.tls, "ssl_ca_certs": first.ca_file or None}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [(place.host, place.port) for place in target.places], sentinel_kwargs=network | proof
    )
    try:
        host, port = await sentinel.discover_master(target.service)
    except (RedisError, OSError) as error:
        raise StoreAway(f"Sentinel: {error}") from error
    finally:
        await asyncio.gather(*(client.aclose() for client in sentinel.sentinels))
    return replace(first, host=host, port=port)
