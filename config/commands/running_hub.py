"""What the operator's commands stand on: the store of the running hub and its archive, opened and closed; words for a person."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config.settings.values import Settings
from config.storage.store import Store, entropy, store
from hub.desk.asking import Desk
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError, StoreAway
from hub.model.ids import new_id
from hub.store.connections.links import connect
from hub.store.customers.records import Customers
from hub.store.embedded.lock import find_running
from hub.store.keys import Keys
from hub.store.mailboxes.meta import Meta

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

ANSWERS_WITHIN_S = 10.0
"""A person waits longer for an answer than a webhook does; a busy server is no server that is away."""


@asynccontextmanager
async def running_store(settings: Settings) -> AsyncIterator[Store]:
    """The store of the hub that runs with these settings. Raises SettingsError where none answers."""
    url = settings.redis_url or f"unix://{find_running(settings.data)}"
    links = await connect(url, timeout=ANSWERS_WITHIN_S)
    parts = store(links, Keys(settings.key_prefix))
    try:
        await Meta(links, parts.keys).agree()
        yield parts
    except StoreAway as error:
        raise SettingsError(f"The store does not answer ({error}); see by `hub check` that it runs, then do this again.") from error
    finally:
        await links.stop()


@asynccontextmanager
async def archive_of(settings: Settings) -> AsyncIterator["Archive"]:
    """The archive of these settings. Raises SettingsError where it cannot be opened."""
    from config.storage.bucket import open_archive
    from hub.store.archive.errors import ArchiveAway, ArchiveBroken, BucketAway

    try:
        async with AsyncExitStack() as stack:
            yield await open_archive(settings, stack)
    except BucketAway as error:
        raise SettingsError(f"Files cannot be reached ({error}); see by `hub check` what is wrong, then do this again.") from error
    except (ArchiveAway, ArchiveBroken) as error:
        raise SettingsError(f"The archive does not answer ({error}); see by `hub check` what is wrong, then do this again.") from error


def desk_of(parts: Store) -> Desk:
    """A desk over the store, for asking mailboxes."""
    customers = Customers(parts.links, parts.keys)
    return Desk(parts.links, parts.keys, inboxes=parts.inboxes, deliveries=parts.deliveries, customers=customers, clock=SystemClock())


def new_event() -> str:
    """An id for what is asked now."""
    return new_id("ev", now=SystemClock().now(), entropy=entropy())


def instant(ms: int) -> str:
    """What a person can read of ms since 1970: date and time in UTC."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC" if ms else "never"


def progress(line: str) -> None:
    """A line of progress; on standard error, so that an answer can be piped on."""
    print(line, file=sys.stderr, flush=True)
