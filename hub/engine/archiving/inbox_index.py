"""Keeping the inbox's views: what turns made known, read cheaply off the journal and checked against the records."""

from collections.abc import Iterable

import structlog
from msgspec import DecodeError, Struct, msgpack

from hub.model.customers.record import Live
from hub.model.turns.journal import Change
from hub.model.turns.turn import OWNER_CHANGED
from hub.store.inbox.inbox import Inbox

log = structlog.get_logger()
Entries = Iterable[tuple[str, bytes]]

_OWNERS = frozenset({OWNER_CHANGED, "conversation resolved", "merged"})
_COMMENT = "comment"
_SPOKE = frozenset({"message received", "conversation opened", _COMMENT})
"""What only moves a conversation to the front of the open ones: most turns by far, so no record is read for it."""


class _Peek(Struct, frozen=True):
    """Of a journal entry what the index asks: the rest is passed over undecoded, at a twentieth of the cost."""

    kind: str
    customer: str = ""
    now: int = 0
    facts: tuple[Change, ...] = ()


_peek = msgpack.Decoder(_Peek).decode


class Indexing:
    """Applies journal entries to the index. Given again, or in part, it ends where the records are. Raises StoreAway, StoreFull."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def apply(self, entries: Entries) -> None:
        """Bring the views to where these entries' customers are now."""
        spoken: dict[tuple[str, str], int] = {}
        comments: set[tuple[str, str]] = set()
        touched: set[str] = set()
        agents: set[str] = set()
        younger: set[tuple[str, str]] = set()
        for _, blob in entries:
            if b"facts" not in blob:
                continue
            try:
                turn = _peek(blob)
            except DecodeError:
                continue  # The archive keeps it as it is, and says so.
            for fact in turn.facts:
                if fact.name in _SPOKE:
                    place = (turn.customer, fact.detail.get("conversation", ""))
                    spoken[place] = turn.now
                    if fact.name == _COMMENT:
                        comments.add(place)
                elif fact.name in _OWNERS:
                    touched.add(turn.customer)
                    agents |= {fact.detail.get(name, "").removeprefix("agent:") for name in ("owner", "was")}
                    if fact.name == "merged":
                        younger.add((turn.customer, fact.detail.get("younger", "")))
        if comments:
            await self._inbox.index.commented((*place, spoken[place]) for place in comments)
        await self._write(spoken, touched, younger, agents=agents - {"", "bot", "queue"})

    async def _write(
        self, spoken: dict[tuple[str, str], int], touched: set[str], younger: set[tuple[str, str]], *, agents: set[str]
    ) -> None:
        if spoken:
            await self._inbox.index.spoken((customer, conversation, at) for (customer, conversation), at in spoken.items())
        if not touched:
            return
        # The record's word, not the entry's: a batch that is told late, or twice, must not undo a newer one.
        records = await self._inbox.records(touched)
        live = [record for record in records.values() if isinstance(record, Live)]
        gone = [
            (piece, conversation.id)
            for survivor, piece in younger
            if isinstance(record := records.get(survivor), Live)
            for conversation in record.conversations
        ]
        if live:
            await self._inbox.index.put(live, gone=gone, agents=agents)
