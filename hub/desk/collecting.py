"""Collecting what customers sent: from the journal into a queue, from the provider into the archive, from there onto the timeline."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from msgspec import DecodeError, Struct, msgpack
from msgspec.structs import replace

from hub.engine.files.fetching import Bounds, Brought, Fetcher, HadLater, NotHad
from hub.engine.streams.bell import rung
from hub.model.address import Address
from hub.model.channels.abilities import Located, Locates
from hub.model.channels.exchange import FILE, Exchange
from hub.model.channels.ports import Channel, Clock
from hub.model.errors import Misconfigured, Rejected, SendError, StoreAway, TemporaryFailure, Throttled
from hub.model.events.event import Event
from hub.model.failure import Failure
from hub.model.files.kinds import Forgotten, NotTaken, Quota, QuotaSpent, StoredFile, file_name, is_page, sort_of_received
from hub.model.files.pictures import without_traces
from hub.model.files.wanted import DAY_MS, Fetched, Limits, Unhad, Wanted, Whence, is_wanted
from hub.model.ids import derived_id
from hub.model.messaging.comments import COMMENT_LINE, POST_LINE
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.subject import customer_subject
from hub.store.archive.errors import ArchiveAway
from hub.store.channels.calls import Place
from hub.store.mailboxes.inboxes import Inboxes
from hub.store.mailboxes.wanted_files import Claimed, WantedFiles

log = structlog.get_logger()
LOOK_EVERY_S = 2.0
AT_ONCE = 3
"""Files a process fetches at a time: each lies in memory whole, twice while it is looked at."""
LEASE_MS = 180_000
"""Longer than the slowest fetch: who has not told by then is dead."""
PAUSES_S = (2, 10, 60, 300, 1800, 7200, 21600)
FORBIDDEN_TRIES = 6
"""A leave that is missing is not given within days; one that has just turned over is there within minutes."""
TRIES = 20
FILES_A_DAY = 300
DEDUPE_DAYS = 7
_WITH_FILES = frozenset({"message", COMMENT_LINE, POST_LINE})
_SHOWN = frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.STICKER})


class Shelf(Protocol):
    """Where files lie; every method raises ArchiveAway."""

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        """Keep a file; raises QuotaSpent, Forgotten."""
        ...

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        """Those that are there."""
        ...


class _Line(Struct, frozen=True):
    id: str
    kind: str
    who: str = ""
    at: int = 0
    attachments: tuple[Attachment, ...] = ()
    address: Address | None = None
    conversation: str = ""


class _Peek(Struct, frozen=True):
    """Of a journal entry what tells of files; the rest is passed over undecoded."""

    customer: str = ""
    timeline: tuple[_Line, ...] = ()


_peek = msgpack.Decoder(_Peek).decode


def wanted_of(blob: bytes) -> list[Wanted]:
    """The files a journal entry tells of that lie at a provider."""
    if b"attachments" not in blob:
        return []
    try:
        entry = _peek(blob)
    except DecodeError:
        return []  # The archive keeps it as it is, and says so.
    return [
        Wanted(
            line=line.id, place=n, customer=entry.customer, address=line.address, attachment=piece, at=line.at,
            conversation=line.conversation,
        )
        for line in entry.timeline
        if line.address is not None and line.kind in _WITH_FILES
        for n, piece in enumerate(line.attachments)
        if is_wanted(piece)
    ]  # fmt: skip


class Source(Struct, frozen=True):
    """A channel's account, and where its customers' files may lie."""

    channel: Channel
    whence: Whence


class Terms(Struct, frozen=True, kw_only=True):
    """What is kept: bytes and seconds of one file, bytes of one customer a day; `key` makes ids nobody can guess.

    `told`: hears of each fetch, with the address as it was asked for.
    """

    limits: Limits
    a_day: int
    key: bytes
    told: Callable[[Place, Exchange], None] = lambda _place, _exchange: None


class Collector:
    """One of each worker's. `apply` notes what the journal tells, `run` fetches it. `held`: the partitions that are ours now."""

    def __init__(
        self,
        sources: Mapping[tuple[str, str], Source],
        *,
        queue: WantedFiles,
        shelf: Shelf,
        inboxes: Inboxes,
        fetcher: Fetcher,
        terms: Terms,
        clock: Clock,
        held: Callable[[], set[int]],
    ) -> None:
        self._sources = sources
        self._queue = queue
        self._shelf = shelf
        self._inboxes = inboxes
        self._fetcher = fetcher
        self._terms = terms
        self._clock = clock
        self._held = held
        self._bell = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def apply(self, blobs: Iterable[bytes]) -> None:
        """Note the files these journal entries tell of; durable when it returns. Raises StoreAway."""
        wanted = [one for blob in blobs for one in wanted_of(blob)]
        if wanted:
            await self._queue.add(wanted, now=self._clock.now())
            self._bell.set()

    @property
    def idle(self) -> bool:
        """Whether nothing is being fetched."""
        return not self._tasks

    def look(self) -> None:
        """Look for what is due now, not in a while."""
        self._bell.set()

    async def run(self) -> None:
        """Fetch what is due, until cancelled."""
        try:
            while True:
                self._bell.clear()
                with contextlib.suppress(StoreAway):
                    await self._begin()
                await rung(self._bell, within=LOOK_EVERY_S)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _begin(self) -> None:
        """Claim as many as there is room for."""
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return
        now = self._clock.now()
        for partition, id, due in await self._queue.due(sorted(self._held()), now=now, most=room):  # noqa: A001 - the queue's word
            claimed = await self._queue.claim(partition, id, due=due, until=now + LEASE_MS)
            if claimed:
                task = asyncio.create_task(self._collect(claimed))
                self._tasks.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._bell.set()
        if not task.cancelled() and (error := task.exception()):
            # It is due again after its lease; the others go on.
            log.error("a file's fetching broke down", error=type(error).__name__, exc_info=error)

    async def _collect(self, claimed: Claimed) -> None:
        wanted = claimed.wanted
        try:
            body = await self._body(claimed)
        except HadLater as later:
            await self._later(claimed, later)
            return
        except (StoreAway, ArchiveAway):
            return  # It is due again after its lease.
        if body is not None:
            log.info(
                "file fetched", channel=wanted.address.channel, state="stored" if body.attachment else body.reason, tries=claimed.tries
            )
            await self._tell(wanted, body)
        await self._queue.done(wanted)

    async def _later(self, claimed: Claimed, later: HadLater) -> None:
        wanted, now = claimed.wanted, self._clock.now()
        pause = later.after if later.after is not None else PAUSES_S[min(claimed.tries, len(PAUSES_S)) - 1]
        due = now + int(pause * 1000)
        most = FORBIDDEN_TRIES if later.reason is Unhad.FORBIDDEN else TRIES
        if claimed.tries < most and due < self._until(wanted):
            await self._queue.again(wanted, due=due)
            return
        reason = Unhad.FORBIDDEN if later.reason is Unhad.FORBIDDEN else Unhad.EXPIRED
        log.info("file given up", channel=wanted.address.channel, reason=reason.value, tries=claimed.tries)
        await self._tell(wanted, _not_had(wanted, reason))
        await self._queue.done(wanted)

    def _until(self, wanted: Wanted) -> int:
        source = self._sources.get((wanted.address.channel, wanted.address.account))
        return wanted.at + int((source.whence.days if source else 1) * DAY_MS)

    async def _body(self, claimed: Claimed) -> Fetched | None:
        """What there is to tell; None where there is nobody to tell it of. Raises HadLater, ArchiveAway."""
        wanted = claimed.wanted
        id = self._id(wanted)  # noqa: A001 - the field's name
        try:
            kept = await self._shelf.find([id])
            file = kept[0] if kept else await self._keep(wanted, id, await self._brought(wanted))
        except Forgotten:
            return None
        except NotHad as error:
            return _not_had(wanted, error.reason)
        except NotTaken:
            return _not_had(wanted, Unhad.KIND)
        except QuotaSpent:
            return _not_had(wanted, Unhad.QUOTA)
        return Fetched(
            line=wanted.line, place=wanted.place, attachment=_shown_as(file, wanted.attachment), conversation=wanted.conversation
        )

    async def _brought(self, wanted: Wanted) -> Brought:
        source = self._sources.get((wanted.address.channel, wanted.address.account))
        if source is None:
            raise HadLater(Unhad.GONE, "no such account")
        limits = self._terms.limits
        place = await _located(source.channel, wanted.attachment)
        most = limits.of(wanted.attachment.kind)
        if max(place.size, wanted.attachment.size) > most:
            raise NotHad(Unhad.LARGE)
        began = self._clock.boottime()
        try:
            brought = await self._fetcher.fetch(place, source.whence, Bounds(most, limits.seconds))
            if is_page(brought.content) and wanted.attachment.mime_type != "text/html":
                raise _page_came(brought)
        except (NotHad, HadLater) as error:
            self._note(wanted, place, began, status=error.status, trouble=error.reason.value, failure=_failure(error))
            raise
        self._note(wanted, place, began, status=HTTPStatus.OK, answered=f"<{len(brought.content)} bytes>")
        return brought

    def _note(self, wanted: Wanted, place: Located, began: float, **what: Any) -> None:  # noqa: ANN401 - fields of an exchange
        """Tell the channel's log of a fetch; the address is redacted there."""
        took = round((self._clock.boottime() - began) * 1000)
        exchange = Exchange(
            at=self._clock.now() - took, method="GET", url=place.url, took=took, events=(FILE,), customer=wanted.customer, **what
        )
        self._terms.told((wanted.address.channel, wanted.address.account), exchange)

    async def _keep(self, wanted: Wanted, id: str, brought: Brought) -> StoredFile:  # noqa: A002 - the field's name
        """Looked at beside the loop: 25 MB take a while."""
        now = self._clock.now()
        content, mime, name = await asyncio.to_thread(_looked_at, brought.content, wanted.attachment)
        file = StoredFile(
            id=id, mime=mime, name=name, size=len(content), at=now, address=wanted.address, customer=wanted.customer, said=1
        )  # fmt: skip
        await self._shelf.put(file, content, quota=Quota(bytes=self._terms.a_day, files=FILES_A_DAY, since=now - DAY_MS))
        return file

    def _id(self, wanted: Wanted) -> str:
        """The same each time, and nobody's to guess."""
        return "f" + blake2b(wanted.id.encode(), key=self._terms.key[:64], digest_size=24, person=b"omnihub media").hexdigest()

    async def _tell(self, wanted: Wanted, body: Fetched) -> None:
        now = self._clock.now()
        event = Event(
            id=derived_id("ev", f"file/{wanted.id}", 0),
            subject=customer_subject(wanted.customer),
            body=body,
            at=now,
            received=now,
            address=wanted.address,
        )
        await self._inboxes.push_past_spools(event, dedupe=f"file/{wanted.id}", days=DEDUPE_DAYS)


def _page_came(brought: Brought) -> HadLater:
    error = HadLater(Unhad.FORBIDDEN, "a page came instead, as for whoever is not let in")
    error.status, error.known = HTTPStatus.OK, brought.known
    return error


def _failure(error: NotHad | HadLater) -> str:
    """What it says of the account: nothing, unless the provider does not let us in. Links that lead nowhere are the customers' own."""
    if not error.known or error.reason is not Unhad.FORBIDDEN:
        return ""
    return (Failure.AUTH if error.status == HTTPStatus.UNAUTHORIZED else Failure.STATUS).value


async def _located(channel: Channel, piece: Attachment) -> Located:
    """Where a piece lies; raises NotHad, HadLater."""
    locates: Locates | None = channel if hasattr(channel, "locate") else None  # type: ignore[assignment]
    if locates is None:
        if not piece.url:
            raise NotHad(Unhad.FOREIGN, "the channel cannot say where")
        return Located(url=piece.url, mime_type=piece.mime_type, size=piece.size)
    try:
        return await locates.locate(piece)
    except Rejected as error:
        raise NotHad(Unhad.FOREIGN if piece.url else Unhad.GONE) from error
    except Throttled as error:
        raise HadLater(Unhad.GONE, after=error.retry_after) from error
    except Misconfigured as error:
        raise HadLater(Unhad.FORBIDDEN) from error
    except SendError as error:
        raise HadLater(Unhad.GONE, after=error.retry_after if isinstance(error, TemporaryFailure) else None) from error


def _looked_at(content: bytes, piece: Attachment) -> tuple[bytes, str, str]:
    """What is kept of it, its type and its name; raises NotTaken."""
    sort = sort_of_received(content)
    if piece.kind in _SHOWN and sort.mime.partition("/")[0] not in {"image", "video", "audio"}:
        raise NotTaken("It is not what it was said to be.")
    return without_traces(content, sort.mime), sort.mime, file_name(piece.filename or piece.name or piece.kind.value, sort)


def _shown_as(file: StoredFile, piece: Attachment) -> Attachment:
    """A voice stays one, and so does a sticker; a file that is a picture is shown as one."""
    kept = file.attachment()
    return replace(kept, kind=piece.kind) if piece.kind in {MediaKind.VOICE, MediaKind.STICKER} else kept


def _not_had(wanted: Wanted, reason: Unhad) -> Fetched:
    return Fetched(line=wanted.line, place=wanted.place, reason=reason.value, conversation=wanted.conversation)
