"""What was given up after its third failure: listed with its reason, tried again when a person says so."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import cast

from msgspec import DecodeError, msgpack

from hub.model.base import Value
from hub.model.errors import HubError
from hub.model.turns.turn import Forward
from hub.model.words import Lane
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import Undecodable, decode_event
from hub.store.functions import function
from hub.store.keys import Keys
from hub.store.mailboxes.inboxes import Inboxes

LOOKED_AT = 200
"""Entries looked at in each partition: more than so many given up is one cause, not many."""


_REVIVE = function("revive")
_forward = msgpack.Decoder(Forward).decode
_KINDS = {"relay": "relay", "out": "delivery", "out_bulk": "delivery"}


class NotDead(HubError):
    """No such entry was given up (any more)."""


class Aside(Value, frozen=True):
    """What is kept of an entry: its payload as it was, its lane, why and when (ms since 1970) it was given up.

    `stream`: of which other stream it was (relay, out, out_bulk; empty: a mailbox), with its `fields` as they lay there, name and value
    in turns; `event` is empty then.
    """

    event: bytes
    reason: str
    at: int
    lane: Lane = Lane.LIVE
    subject: str = ""
    stream: str = ""
    fields: tuple[bytes, ...] = ()
    v: int = 1


class Dead(Value, frozen=True):
    """One given-up entry: where it lies and what is known of it; `kind`: of the event, else relay or delivery ('': not readable).

    `unread`: a mailbox's or a relay's that nobody could read then, and that is readable now.
    """

    partition: int
    entry: str
    subject: str
    kind: str
    reason: str
    at: int
    unread: bool = False


class DeadLetters:
    """Lists and retries. Raises StoreAway."""

    def __init__(self, links: Links, keys: Keys, *, inboxes: Inboxes) -> None:
        self._links = links
        self._keys = keys
        self._inboxes = inboxes
        self._decoder = msgpack.Decoder(Aside)

    async def all(self, *, limit: int) -> list[Dead]:
        """Given-up entries of all partitions, newest first."""
        answers = await asyncio.gather(*(self._links.call(p.dead, "HSCAN", p.dead, 0, "COUNT", LOOKED_AT) for p in self._keys.partitions))
        found = []
        for number, answer in enumerate(answers):
            flat = cast("list[bytes]", cast("list[object]", answer)[1])
            found += [self._seen(number, flat[i].decode(), flat[i + 1]) for i in range(0, len(flat), 2)]
        return sorted(found, key=lambda dead: dead.at, reverse=True)[:limit]

    async def retry(self, partition: int, entry: str) -> None:
        """Put it back at the end of its mailbox; asked twice, it is pushed once. Raises NotDead, Undecodable, StoreFull."""
        keys = self._keys.partitions[partition]
        blob = cast("bytes | None", await self._links.call(keys.dead, "HGET", keys.dead, entry))
        if blob is None:
            raise NotDead(entry)
        aside = self._decode(blob)
        if aside.stream:
            stream = {"relay": keys.relay, "out": keys.out, "out_bulk": keys.out_bulk}[aside.stream]
            await self._links.call(keys.dead, "FCALL", _REVIVE, 2, keys.dead, stream, entry, *aside.fields, need=Need.SAFE)
            return
        await self._inboxes.push_past_spools(decode_event(aside.event), dedupe=f"dead/{partition}/{entry}", lane=aside.lane)
        await self._links.call(keys.dead, "HDEL", keys.dead, entry)

    async def recover(self) -> int:
        """Put back what could not be read when it was given up and can be now: a newer version had said it; returns how many.

        Deliveries are left to a person: whoever waited for a word then may not want it now.
        """
        found = [letter for letter in await self.all(limit=LOOKED_AT) if letter.unread]
        for letter in found:
            with contextlib.suppress(NotDead):  # Another process was quicker.
                await self.retry(letter.partition, letter.entry)
        return len(found)

    def _decode(self, blob: bytes) -> Aside:
        try:
            return self._decoder.decode(blob)
        except DecodeError as error:
            raise Undecodable(f"given-up entry: {type(error).__name__}") from error

    def _seen(self, partition: int, entry: str, blob: bytes) -> Dead:
        """As much as can be read: what cannot be read is listed too."""
        try:
            aside = self._decode(blob)
        except Undecodable as error:
            return Dead(partition=partition, entry=entry, subject="", kind="", reason=str(error), at=0)
        try:
            kind = _KINDS.get(aside.stream) or str(decode_event(aside.event).body.__struct_config__.tag)
        except Undecodable:
            kind = ""
        # Whoever could read an event knew its subject.
        unread = bool(kind) and not aside.subject and (not aside.stream or (aside.stream == "relay" and _is_forward(aside.fields)))
        return Dead(
            partition=partition, entry=entry, subject=aside.subject, kind=kind, reason=aside.reason, at=aside.at, unread=unread
        )  # fmt: skip


def _is_forward(fields: Sequence[bytes]) -> bool:
    try:
        _forward(dict(zip(fields[::2], fields[1::2], strict=True))[b"e"])
    except (KeyError, ValueError):
        return False
    return True
