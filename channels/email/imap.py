"""Letters in from a mailbox by IMAP (RFC 9051): imapclient in a thread beside the loop, for it waits."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from channels.email.smtp import Security, Server
from hub.model.channels.ports import FETCHED, Clock, Inbound
from hub.model.errors import Misconfigured, SendError, TemporaryFailure

if TYPE_CHECKING:
    from imapclient import IMAPClient

LOOK_EVERY_SECONDS = 10.0
MOST_AT_ONCE = 20
LARGEST_BYTES = 25_000_000
"""Of a longer letter the beginning is read: its words come first."""

_ANSWER_SECONDS = 30.0

T = TypeVar("T")


class Mouth:
    """One mailbox. A letter is unread until what it says is safe, so nothing is lost when the hub dies; read ones are not looked at."""

    def __init__(self, server: Server, clock: Clock, *, folder: str = "INBOX", every: float = LOOK_EVERY_SECONDS) -> None:
        self._server = server
        self._clock = clock
        self._folder = folder
        self._every = every
        self._client: IMAPClient | None = None
        self._given: tuple[int, tuple[int, ...]] = (0, ())
        self._busy = asyncio.Lock()

    async def poll(self, offset: int) -> tuple[Sequence[Inbound], int]:
        """The unread letters, each raw, and the next offset; asking with that marks them as read. Raises a SendError."""
        wanted, uids = self._given
        if uids and offset == wanted:
            await self._beside(lambda client: client.add_flags(list(uids), [b"\\Seen"], silent=True))
            self._given = (0, ())
        found = await self._beside(self._unread)
        if not found:
            await self._clock.sleep(self._every)
            return (), offset
        following = offset + len(found)
        self._given = (following, tuple(uid for uid, _ in found))
        return [Inbound(method=FETCHED, url="", path_query="", headers={}, body=raw) for _, raw in found], following

    async def prove(self) -> None:
        """Sign in and open the folder; raises a SendError."""
        await self._beside(lambda client: client.noop())

    async def close(self) -> None:
        """Leave the mailbox."""
        async with self._busy:
            client, self._client = self._client, None
            if client is not None:
                await asyncio.to_thread(_leave, client)

    def _unread(self, client: "IMAPClient") -> list[tuple[int, bytes]]:
        client.noop()
        uids = sorted(client.search(["UNSEEN"]))[:MOST_AT_ONCE]
        part = f"BODY.PEEK[]<0.{LARGEST_BYTES}>"
        found = client.fetch(uids, [part]) if uids else {}
        return [(uid, told.get(b"BODY[]<0>") or told.get(b"BODY[]") or b"") for uid, told in sorted(found.items())]

    async def _beside(self, work: Callable[["IMAPClient"], T]) -> T:
        """Have it done in a thread, by one connection that is opened anew once it broke."""
        async with self._busy:
            return await asyncio.to_thread(self._done, work)

    def _done(self, work: Callable[["IMAPClient"], T]) -> T:
        from imapclient.exceptions import IMAPClientError, LoginError

        try:
            if self._client is None:
                self._client = self._opened()
            return work(self._client)
        except SendError:
            self._client = None
            raise
        except LoginError as error:
            raise Misconfigured(f"the mailbox refuses to let us in ({type(error).__name__}): check imap_user and imap_password") from None
        except (IMAPClientError, OSError, ValueError, AttributeError) as error:
            client, self._client = self._client, None
            if client is not None:
                _leave(client)
            raise TemporaryFailure(f"the mailbox cannot be read now ({type(error).__name__})") from None

    def _opened(self) -> "IMAPClient":
        from imapclient import IMAPClient

        server = self._server
        client = IMAPClient(server.host, port=server.port, ssl=server.security is Security.TLS, timeout=_ANSWER_SECONDS)
        try:
            if server.security is Security.STARTTLS:
                client.starttls()
            client.login(server.user, server.password)
            client.select_folder(self._folder)
        except BaseException:
            _leave(client)
            raise
        return client


def _leave(client: "IMAPClient") -> None:
    from imapclient.exceptions import IMAPClientError

    # A farewell that fails leaves the socket open; closing one that is closed is no harm.
    with suppress(IMAPClientError, OSError, ValueError, AttributeError):
        client.logout()
    with suppress(IMAPClientError, OSError, ValueError, AttributeError):
        client.shutdown()
