"""Where addresses lead from outside: what lies on this machine is fetched as providers fetch, everything else stays an address."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

_HERE = frozenset(("127.0.0.1", "localhost", "::1"))
_FETCH_S = 30.0
_LARGEST = 50 * 1024 * 1024

Keep = Callable[[bytes, str], None]


class Roads:
    """Leads from public addresses that stand for this machine to where it really listens."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def lead(self, outside: str, here: str) -> None:
        """Whatever begins with that public address is found here."""
        self._known[outside] = here

    def __call__(self, url: str) -> str:
        """Where that address leads."""
        for outside, here in self._known.items():
            if url.startswith(outside):
                return here + url.removeprefix(outside)
        return url

    def end_here(self, url: str) -> bool:
        """Whether it leads to this machine: nothing else is asked for, for nothing leaves it."""
        parts = urlsplit(self(url))
        return parts.scheme in {"http", "https"} and parts.hostname in _HERE


class Copies:
    """Fetches what the hub names by an address, at once, as a provider does: from then on customers see the provider's own copy."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None

    def take(self, url: str, keep: Keep) -> None:
        """Fetch it where it lies on this machine, and hand over content and media type; what cannot be had is left as it is."""
        if not self._roads.end_here(url):
            return
        task = asyncio.create_task(self._take(self._roads(url), keep))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, url: str, keep: Keep) -> None:
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=_FETCH_S))
        try:
            async with self._session.get(url) as answer:
                content = await answer.read() if answer.ok and (answer.content_length or 0) <= _LARGEST else b""
        except (ClientError, TimeoutError, OSError):
            # The address stays on the phone, and whoever looks at it finds out.
            return
        if content:
            keep(content, answer.content_type)

    async def stop(self) -> None:
        """Fetch nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
