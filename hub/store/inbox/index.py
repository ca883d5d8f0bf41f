"""The inbox's views: sorted sets beside the records, kept best effort, checked and put right by whoever reads them."""

import asyncio
from asyncio import Future
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar, cast

from hub.model.base import Value
from hub.model.customers.record import Conversation, Live
from hub.model.inbox.feed import Counts, View
from hub.model.words import ConversationStatus, OwnerKind
from hub.store.connections.links import Links
from hub.store.connections.wire import Answer, Arg
from hub.store.keys import Keys

OPEN_KEPT, RESOLVED_KEPT = 50_000, 2_000
"""The newest of each: a member takes some 150 bytes, so 8 MB at most. Whatever waits or is a person's stands in views of its own."""

BEHIND = 10**15
"""In `comments` whatever waits stands first, by since when; the rest behind it, newest first, at this less its last word."""

_BATCH = 64
_AT_ONCE = 1000
T = TypeVar("T")


class Place(Value, frozen=True):
    """Where a conversation stands in a view: `score` in ms since 1970, by which the view is sorted."""

    customer: str
    conversation: str
    score: int


class Entry(Value, frozen=True):
    """One conversation that belongs into a view; `agent` for the view `mine`."""

    view: View
    place: Place
    agent: str = ""


def entries_of(record: Live) -> list[Entry]:
    """Where a record's conversations belong: what the index should say of them."""
    return [entry for conversation in record.conversations for entry in _entries(record.id, conversation)]


def belongs(conversation: Conversation, view: View, agent: str) -> bool:
    """Whether a conversation belongs into a view (`agent`: whose `mine`)."""
    opened = conversation.status is ConversationStatus.OPEN
    match view:
        case View.QUEUE:
            return opened and conversation.owner.kind is OwnerKind.QUEUE
        case View.MINE:
            return opened and conversation.owner.kind is OwnerKind.AGENT and conversation.owner.agent == agent
        case View.OPEN:
            return opened
        case View.RESOLVED:
            return not opened
        case View.COMMENTS:
            return opened and conversation.post is not None


def _entries(customer: str, c: Conversation) -> Iterable[Entry]:
    word = c.last_word or c.opened
    since = c.since or word
    if c.status is not ConversationStatus.OPEN:
        yield Entry(view=View.RESOLVED, place=Place(customer=customer, conversation=c.id, score=since))
        return
    yield Entry(view=View.OPEN, place=Place(customer=customer, conversation=c.id, score=word))
    if c.post is not None:
        score = since if c.owner.kind is OwnerKind.QUEUE else BEHIND - word
        yield Entry(view=View.COMMENTS, place=Place(customer=customer, conversation=c.id, score=score))
    if c.owner.kind is OwnerKind.QUEUE:
        yield Entry(view=View.QUEUE, place=Place(customer=customer, conversation=c.id, score=since))
    elif c.owner.kind is OwnerKind.AGENT:
        yield Entry(view=View.MINE, place=Place(customer=customer, conversation=c.id, score=since), agent=c.owner.agent)


class Index:
    """Reads and writes the views. Everything said twice stays the same. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def page(self, view: View, agent: str, limit: int, cursor: str = "") -> tuple[list[Place], str]:
        """At most `limit` places and where to go on ('': that was all). Open and resolved begin with the newest.

        A cursor is a place in the order, not a count: what is added or removed meanwhile neither skips nor repeats a line.
        Raises ValueError for a cursor that is none of ours.
        """
        newest_first = view in {View.OPEN, View.RESOLVED}
        after = _place(cursor)
        found: list[tuple[int, str]] = []
        offset = 0
        while len(found) <= limit:
            batch = await self._read(self._key(view, agent), after, offset=offset, newest_first=newest_first)
            found += [one for one in batch if after is None or (one < after if newest_first else one > after)]
            if len(batch) < _BATCH:
                break
            offset += _BATCH
        page = [Place(customer=m.partition("/")[0], conversation=m.partition("/")[2], score=score) for score, m in found[:limit]]
        return page, f"{found[limit - 1][0]}/{found[limit - 1][1]}" if len(found) > limit else ""

    async def counts(self, agent: str) -> Counts:
        """How many each view has."""
        keys = (self._keys.queue, self._keys.mine(agent), self._keys.open)
        calls = [self._links.call(key, "ZCARD", key) for key in keys]
        calls.append(self._links.call(self._keys.comments, "ZCOUNT", self._keys.comments, "-inf", BEHIND // 2))
        queue, mine, opened, comments = cast("list[int]", await asyncio.gather(*calls))
        return Counts(queue=queue, mine=mine if agent else 0, open=opened, comments=comments)

    async def places(self, customers: Sequence[Place]) -> list[int]:
        """The place in the queue of each, from 1; 0 for what is not there."""
        key = self._keys.queue
        calls = [self._links.call(key, "ZRANK", key, _member(p.customer, p.conversation)) for p in customers]
        return [0 if rank is None else cast("int", rank) + 1 for rank in await asyncio.gather(*calls)]

    async def with_people(self) -> set[str]:
        """The customers of all conversations that wait or are a person's."""
        agents = cast("list[bytes]", await self._links.call(self._keys.agents, "SMEMBERS", self._keys.agents))
        keys = [self._keys.queue, *(self._keys.mine(agent.decode()) for agent in agents)]
        members = await asyncio.gather(*(self._links.call(key, "ZRANGE", key, 0, -1) for key in keys))
        return {member.decode().partition("/")[0] for part in members for member in cast("list[bytes]", part)}

    async def spoken(self, words: Iterable[tuple[str, str, int]]) -> None:
        """Customers spoke in open conversations: (customer, conversation, when)."""
        scores = {_member(customer, conversation): at for customer, conversation, at in words}
        await self._add(self._keys.open, scores)

    async def commented(self, comments: Iterable[tuple[str, str, int]]) -> None:
        """Customers spoke under posts: (customer, conversation, when). What waits for a person stays where it stands."""
        key = self._keys.comments
        flat = [(BEHIND - at, _member(customer, conversation)) for customer, conversation, at in comments]
        await _all(self._links.call(key, "ZADD", key, "LT", *(x for pair in part for x in pair)) for part in _parts(flat))

    async def put(self, records: Iterable[Live], *, gone: Iterable[tuple[str, str]] = (), agents: Iterable[str] = ()) -> None:
        """Set what the views say of these records' conversations.

        `agents` may have had one of them until now; `gone`: pairs of customer and conversation that are nowhere any more.
        """
        held = list(records)
        theirs = [_member(record.id, c.id) for record in held for c in record.conversations]
        removed = [*theirs, *(_member(customer, conversation) for customer, conversation in gone)]
        wanted: dict[str, dict[str, int]] = {}
        owners = {agent for agent in agents if agent}
        for entry in (entry for record in held for entry in entries_of(record)):
            member = _member(entry.place.customer, entry.place.conversation)
            wanted.setdefault(self._key(entry.view, entry.agent), {})[member] = entry.place.score
            owners |= {entry.agent} - {""}
        if owners:
            await self._links.call(self._keys.agents, "SADD", self._keys.agents, *sorted(owners))
        views = {*self._shared, *map(self._keys.mine, owners)}
        await _all(self._set(key, removed, wanted.get(key, {})) for key in views)

    async def add(self, records: Iterable[Live]) -> None:
        """Put these records' conversations where they belong, and take nothing away."""
        wanted: dict[str, dict[str, int]] = {}
        owners = set()
        for entry in (entry for record in records for entry in entries_of(record)):
            wanted.setdefault(self._key(entry.view, entry.agent), {})[_member(entry.place.customer, entry.place.conversation)] = (
                entry.place.score
            )
            owners |= {entry.agent} - {""}
        if owners:
            await self._links.call(self._keys.agents, "SADD", self._keys.agents, *sorted(owners))
        await _all(self._add(key, scores) for key, scores in wanted.items())

    async def drop(self, view: View, agent: str, places: Iterable[Place]) -> None:
        """Take places out of a view that the records know nothing of."""
        await self._remove(self._key(view, agent), [_member(p.customer, p.conversation) for p in places])

    async def forget(self, customers: Sequence[str], conversations: Sequence[str]) -> None:
        """Take conversations out of all views, whoever of these customers they were under."""
        agents = cast("list[bytes]", await self._links.call(self._keys.agents, "SMEMBERS", self._keys.agents))
        members = [_member(customer, conversation) for customer in customers for conversation in conversations]
        views = (*self._shared, *(self._keys.mine(agent.decode()) for agent in agents))
        await _all(self._remove(key, members) for key in views)

    def _key(self, view: View, agent: str) -> str:
        match view:
            case View.QUEUE:
                return self._keys.queue
            case View.MINE:
                return self._keys.mine(agent)
            case View.OPEN:
                return self._keys.open
            case View.RESOLVED:
                return self._keys.resolved
            case View.COMMENTS:
                return self._keys.comments

    @property
    def _shared(self) -> tuple[str, ...]:
        """The views that are the same for everybody."""
        return self._keys.queue, self._keys.open, self._keys.resolved, self._keys.comments

    async def _read(self, key: str, after: tuple[int, str] | None, *, offset: int, newest_first: bool) -> list[tuple[int, str]]:
        if newest_first:
            span: tuple[Arg, ...] = ("ZREVRANGEBYSCORE", key, "+inf" if after is None else after[0], "-inf")
        else:
            span = ("ZRANGEBYSCORE", key, "-inf" if after is None else after[0], "+inf")
        flat = cast("list[bytes]", await self._links.call(key, *span, "WITHSCORES", "LIMIT", offset, _BATCH))
        return [(int(float(flat[i + 1])), flat[i].decode()) for i in range(0, len(flat), 2)]

    async def _set(self, key: str, removed: Sequence[str], wanted: dict[str, int]) -> None:
        # Removed only where it is not wanted: a reader in between must not miss what stays.
        calls = [self._remove(key, [member for member in removed if member not in wanted]), self._add(key, wanted)]
        await asyncio.gather(*calls)

    async def _remove(self, key: str, members: Sequence[str]) -> None:
        await _all(self._links.call(key, "ZREM", key, *part) for part in _parts(members))

    async def _add(self, key: str, scores: dict[str, int]) -> None:
        calls = [self._links.call(key, "ZADD", key, *(x for m, score in part for x in (score, m))) for part in _parts(scores.items())]
        if calls and (surplus := self._surplus(key)):
            calls.append(self._links.call(key, "ZREMRANGEBYRANK", key, *surplus))
        await _all(calls)

    def _surplus(self, key: str) -> tuple[int, int] | None:
        """The ranks of what is too much in a view; None where all of it is kept."""
        return {
            self._keys.open: (0, -OPEN_KEPT - 1),
            self._keys.resolved: (0, -RESOLVED_KEPT - 1),
            self._keys.comments: (OPEN_KEPT, -1),
        }.get(key)


async def _all(calls: Iterable[Future[Answer]] | Iterable[object]) -> None:
    for outcome in await asyncio.gather(*cast("Iterable[Future[Answer]]", calls), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _parts(things: Iterable[T]) -> Iterable[list[T]]:
    rest = iter(things)
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def _member(customer: str, conversation: str) -> str:
    return f"{customer}/{conversation}"


def _place(cursor: str) -> tuple[int, str] | None:
    """A cursor's place in the order; raises ValueError on one we did not write."""
    if not cursor:
        return None
    score, slash, member = cursor.partition("/")
    if not slash or "/" not in member:
        raise ValueError("no cursor of ours")
    return int(score), member
