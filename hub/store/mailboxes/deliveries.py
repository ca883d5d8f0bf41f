"""A delivery's way through its states: mark, begun, settle, again, hold, climb."""

from collections.abc import Sequence
from typing import cast

from msgspec import Struct

from hub.model.errors import Fenced
from hub.model.messaging.delivery import Delivery
from hub.model.words import DeliveryState
from hub.store.connections.links import Links, Need
from hub.store.connections.wire import Arg, ServerError
from hub.store.encoding.codec import encode
from hub.store.functions import function
from hub.store.keys import Keys, PartitionKeys
from hub.store.mailboxes.partition import Partition

_MARK, _BEGUN, _SETTLE, _AGAIN, _HOLD, _REMOVE, _ANNOUNCE = (
    function(n) for n in ("mark", "begun", "settle", "again", "hold", "remove", "announce")
)  # fmt: skip
KEEP_S = 30 * 86_400
KEEP_EXTERNAL_S = 8 * 86_400


class Leave(Struct, frozen=True):
    """What a call is marked with: the mark it follows ('' for the first), its own, who speaks, and how far the delivery is."""

    before: str
    mark: str
    voice: str
    revision: str
    done: int = 0
    external_ids: tuple[str, ...] = ()


class Progress(Struct, frozen=True):
    """How far a delivery came before it has to wait until `not_before` (ms)."""

    not_before: int
    done: int = 0
    external_ids: tuple[str, ...] = ()


class Ending(Struct, frozen=True):
    """How a delivery ends: the state, the provider's ids, what journal and mailbox shall know of it."""

    state: DeliveryState
    journal: bytes
    external_ids: tuple[str, ...] = ()
    event: bytes = b""
    reason: str = ""
    code: str = ""
    failure: str = ""


class Deliveries:
    """All moves of deliveries; each a compare-and-set in the customer's partition. Raises Fenced, StoreAway, ServerError."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def mark(self, partition: Partition, delivery: Delivery, leave: Leave, *, now: int) -> str:
        """Ask leave for one call at `now` (ms): 'ok', 'stale', 'judge', 'stopped', 'early', 'progress', or the state that forbids it."""
        keys = partition.keys
        epoch = str(delivery.epoch) if delivery.conversation and _ends_with_owner(delivery, leave.voice) else ""
        args: list[Arg] = [
            "FCALL", _MARK, 6, keys.fence, keys.delivery(delivery.id), keys.open(delivery.customer), keys.stop,
            keys.owner(delivery.conversation), keys.record(delivery.customer), partition.fence, delivery.id, leave.before, leave.mark,
            leave.voice, epoch, leave.revision, leave.done, "\n".join(leave.external_ids), now,
        ]  # fmt: skip
        return cast("bytes", await self._call(keys, args, need=Need.SAFE)).decode()

    def begun(self, delivery: Delivery, *, mark: str, voice: str) -> None:
        """Tell claims that the first byte has left; nobody waits for the answer."""
        keys = self._keys.of_customer(delivery.customer)
        call = self._links.call(keys.fence, "FCALL", _BEGUN, 1, keys.open(delivery.customer), delivery.id, voice, mark)
        call.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def settle(self, delivery: Delivery, ending: Ending, *, mark: str, stream: str, entry: str) -> bool:
        """End a delivery; False where it is no longer marked so. An empty mark ends one that was never begun."""
        keys = self._keys.of_customer(delivery.customer)
        external = [keys.external(delivery.address, x) for x in ending.external_ids]
        args: list[Arg] = [
            "FCALL", _SETTLE, 5 + len(external),
            keys.delivery(delivery.id), keys.open(delivery.customer), stream, keys.journal, keys.inbox, *external,
            delivery.id, mark, ending.state.value, entry, "\n".join(ending.external_ids),
            ending.journal, ending.event, KEEP_S, KEEP_EXTERNAL_S, ending.reason, ending.code, ending.failure,
        ]  # fmt: skip
        return await self._call(keys, args, need=Need.SAFE) == 1

    async def again(self, delivery: Delivery, progress: Progress, *, mark: str, voice: str) -> int:
        """Back to queued after a refusal that may pass; returns how often it was tried so far (0: no longer ours)."""
        keys = self._keys.of_customer(delivery.customer)
        args: list[Arg] = [
            "FCALL", _AGAIN, 2, keys.delivery(delivery.id), keys.open(delivery.customer), delivery.id, mark, voice,
            progress.not_before, progress.done, "\n".join(progress.external_ids),
        ]  # fmt: skip
        return cast("int", await self._call(keys, args))

    async def drop(self, partition: Partition, stream: str, entry: str) -> None:
        """Take a place in a stream away whose delivery has ended elsewhere."""
        keys = partition.keys
        await self._call(keys, ["FCALL", _REMOVE, 2, keys.fence, stream, partition.fence, entry])

    async def hold(self, partition: Partition, delivery: Delivery, *, stream: str, entry: str, blob: bytes) -> str:
        """Move it behind what its account cannot take now; returns its entry there ('' where it was gone)."""
        keys = partition.keys
        held = keys.held(delivery.address.channel, delivery.address.account)
        args: list[Arg] = [
            "FCALL", _HOLD, 4, keys.fence, keys.delivery(delivery.id), stream, held,
            partition.fence, entry, delivery.id, str(delivery.address), blob,
        ]  # fmt: skip
        return cast("bytes", await self._call(keys, args)).decode()

    async def announce(self, delivery: Delivery, *, voice: str) -> bool:
        """Put a delivery that no turn made into the outbox; False where one of its id was there in the last thirty days."""
        keys = self._keys.of_customer(delivery.customer)
        args: list[Arg] = [
            "FCALL", _ANNOUNCE, 3, keys.delivery(delivery.id), keys.open(delivery.customer), keys.out,
            delivery.id, voice, str(delivery.address), encode(delivery),
        ]  # fmt: skip
        return await self._call(keys, args, need=Need.SAFE) == 1

    async def count(self, stream: str, partition: Partition) -> int:
        """How many deliveries stand in a stream."""
        return cast("int", await self._call(partition.keys, ["XLEN", stream]))

    async def read(self, stream: str, cursor: str, most: int, partition: Partition) -> list[tuple[str, dict[bytes, bytes]]]:
        """Entries of a stream behind a cursor: id and fields."""
        answer = cast("list[list[object]]", await self._call(partition.keys, ["XRANGE", stream, f"({cursor}", "+", "COUNT", most]))
        found = cast("list[tuple[bytes, list[bytes]]]", answer)
        return [(entry.decode(), dict(zip(fields[::2], fields[1::2], strict=True))) for entry, fields in found]

    async def kept(self, customer: str, deliveries: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """The stored fields of deliveries: s, b, m, x, a, nb, p, r, c, f; those that are gone are left out."""
        keys = self._keys.of_customer(customer)
        calls = [self._links.call(keys.fence, "HGETALL", keys.delivery(d)) for d in deliveries]
        found = {}
        for delivery, call in zip(deliveries, calls, strict=True):
            flat = cast("list[bytes]", await call)
            if flat:
                found[delivery] = {flat[i].decode(): flat[i + 1] for i in range(0, len(flat), 2)}
        return found

    async def by_external(self, customer: str, address: object, external_id: str) -> str | None:
        """The delivery to which a provider's message id belongs."""
        keys = self._keys.of_customer(customer)
        answer = await self._links.call(keys.fence, "GET", keys.external(address, external_id))  # type: ignore[arg-type]
        return cast("bytes", answer).decode() if answer else None

    async def open(self, customer: str) -> dict[str, str]:
        """A customer's deliveries that have not ended: id → `state|voice[|mark]` (state: q, m marked, b begun)."""
        keys = self._keys.of_customer(customer)
        flat = cast("list[bytes]", await self._links.call(keys.fence, "HGETALL", keys.open(customer)))
        return {flat[i].decode(): flat[i + 1].decode() for i in range(0, len(flat), 2)}

    async def _call(self, keys: PartitionKeys, args: Sequence[Arg], *, need: Need = Need.PLAIN) -> object:
        try:
            return await self._links.call(keys.fence, *args, need=need)
        except ServerError as error:
            if error.code == "FENCED":
                raise Fenced(f"partition {keys.number}") from error
            raise


def _ends_with_owner(delivery: Delivery, voice: str) -> bool:
    """Whether it may not be sent once somebody else has the conversation: the bot's words, and notices that hold for a while only."""
    return voice in {"bot", "marketing"} or (voice == "system" and delivery.not_after > 0)
