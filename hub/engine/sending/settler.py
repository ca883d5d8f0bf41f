"""What becomes of a delivery after a call, or instead of one: settled, tried again later, judged again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from hub.engine.counters import Counters
from hub.engine.rendering.calls import arrived_before, at_most_once
from hub.engine.sending.accounts import Account
from hub.engine.sending.endings import Why, ended_of, event_of, is_news, why_of
from hub.engine.sending.queued import LIFE_MS, Again, Done, Queued, Recover
from hub.engine.turns.outcome import voice_of
from hub.model.channels.ports import Clock
from hub.model.errors import (
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    SendError,
    StoreAway,
    StoreFull,
    TemporaryFailure,
    Throttled,
    WindowClosed,
)
from hub.model.events.event import JudgeAgain
from hub.model.failure import Failure
from hub.model.turns.journal import DeliveryMoved
from hub.model.words import DeliveryState, Origin, Purpose
from hub.store.connections.wire import ServerError
from hub.store.encoding.codec import encode
from hub.store.mailboxes.deliveries import Deliveries, Ending, Progress
from hub.store.mailboxes.partition import Partition

log = structlog.get_logger()
T = TypeVar("T")
BACKOFF_S = (1, 4, 15, 60, 300)


class Settler:
    """Writes down what came of one partition's deliveries. Raises Fenced, StoreAway."""

    def __init__(self, partition: Partition, deliveries: Deliveries, *, clock: Clock, counters: Counters) -> None:
        self._partition = partition
        self._deliveries = deliveries
        self._clock = clock
        self._counters = counters

    async def unused(self, queued: Queued, *, mark: str) -> Again:
        """Give back a mark under which no call is on its way: the store's answer to it was lost."""
        return await self.requeue(queued, mark=mark, seconds=0.0)

    async def take_back(self, queued: Queued, *, mark: str) -> Again | None:
        """Decide over a call that was marked and never settled: service goes again, marketing is unknown."""
        if queued.delivery.purpose is Purpose.MARKETING or at_most_once(queued.delivery):
            await self.end(queued, DeliveryState.UNKNOWN, mark=mark, why=Why("cut off while sending", failure=Failure.INTERRUPTED))
            return None
        queued.doubtful = True
        await self.requeue(queued, mark=mark, seconds=0.0)
        return Again(0.0)

    async def refused(self, queued: Queued, verdict: str, *, held: str, mark: str) -> Done:
        """The store said no: somebody took over, the facts changed, or it is done already."""
        delivery = queued.delivery
        if verdict == "late":
            # The mark was set but grew too old to use; it is ours, so it is given back at once.
            return await self.requeue(queued, mark=mark, seconds=0.0)
        if verdict in {"stale", "judge", "stopped"} and queued.done:
            return await self.end(
                queued, DeliveryState.UNKNOWN, mark=held, why=Why(f"stopped half way: {verdict}", failure=Failure.INTERRUPTED)
            )
        if verdict in {"judge", "stopped"} or (verdict == "stale" and delivery.purpose is Purpose.MARKETING):
            self._counters.judged_again += 1
            again = JudgeAgain(
                message=delivery.message,
                purpose=delivery.purpose,
                address=delivery.address,
                not_after=delivery.not_after,
                key=delivery.key,
                delivery=delivery.id,
                stopped=verdict == "stopped",
            )
            why = Why("judged again", failure=Failure.JUDGED)
            return await self.end(queued, DeliveryState.WITHDRAWN, why=why, event=event_of(delivery, again, now=self._clock.now()))
        if verdict == "stale":
            # A notice of the hub's own (a place in the queue) is no draft for anybody.
            ended = DeliveryState.WITHDRAWN if delivery.origin is Origin.SYSTEM else DeliveryState.DRAFT
            return await self.end(queued, ended, why=Why("a person took over", failure=Failure.TAKEN_OVER))
        if verdict in {"sending", "progress", "early", "queued", "held"}:
            return Recover()
        # 'withdrawn', 'sent', 'gone' …: it has ended without us; what remains is its place in the stream.
        await self._deliveries.drop(self._partition, queued.stream, queued.entry)
        return None

    async def failed(self, queued: Queued, account: Account, error: SendError, *, mark: str) -> Done:
        """Decide by the error of a call (or of what goes before one): again, by and by, or ended."""
        delivery, kind = queued.delivery, queued.delivery.address.channel
        self._counters.sends[kind, type(error).__name__] += 1
        self._counters.failures[kind, error.failure.value] += 1
        match error:
            case Throttled():
                whole = account.speaks_of_all(error, delivery.address)
                self._counters.waits[kind, "account" if whole else "address"] += error.retry_after
                if whole:
                    await account.rest(error.retry_after, error)
                return await self.requeue(queued, mark=mark, seconds=error.retry_after)
            case OutcomeUnknown() if delivery.purpose is Purpose.MARKETING or at_most_once(delivery):
                return await self.end(queued, DeliveryState.UNKNOWN, mark=mark, why=why_of(error))
            case TemporaryFailure() | OutcomeUnknown():
                queued.doubtful = queued.doubtful or isinstance(error, OutcomeUnknown)
                if not isinstance(error, TemporaryFailure) or error.retry_after != 0:
                    account.failed()
                return await self._later(queued, error, mark=mark)
            case Misconfigured():
                await account.rest(60.0, error)
                return await self._later(queued, error, mark=mark)
            case RecipientGone():
                return await self.end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error), opted_out=True)
            case Rejected() if queued.doubtful and arrived_before(delivery, error.failure):
                return await self.end(queued, DeliveryState.SENT, mark=mark)
            case Rejected() | WindowClosed():
                return await self.end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error))
        return await self.end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error))

    async def _later(self, queued: Queued, error: SendError, *, mark: str) -> Done:
        """Try again with growing pauses, until the delivery is too old; the first time as soon as the channel says."""
        told = error.retry_after if isinstance(error, TemporaryFailure) and not queued.attempts else None
        seconds = BACKOFF_S[min(queued.attempts, len(BACKOFF_S) - 1)] if told is None else told
        delivery = queued.delivery
        end = delivery.not_after or delivery.created + LIFE_MS
        if self._clock.now() + seconds * 1000 > end:
            return await self.end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error))
        queued.attempts += 1
        self._counters.retries += 1
        return await self.requeue(queued, mark=mark, seconds=float(seconds))

    async def requeue(self, queued: Queued, *, mark: str, seconds: float) -> Again:
        """Have it tried again after so many seconds; `mark`: the one that is given back, empty where there is none."""
        queued.not_before = self._clock.now() + int(seconds * 1000)
        if mark:
            progress = Progress(queued.not_before, queued.done, queued.external_ids)
            await self._until_told(lambda: self._deliveries.again(queued.delivery, progress, mark=mark, voice=voice_of(queued.delivery)))
        return Again(seconds)

    async def end(
        self,
        queued: Queued,
        state: DeliveryState,
        *,
        mark: str = "",
        why: Why | None = None,
        event: bytes = b"",
        opted_out: bool = False,
    ) -> Done:
        """Write down how it ended and tell its customer's mailbox where that is news; `event`: told in any case."""
        delivery = queued.delivery
        state, why = _honestly(queued, state, why or Why())
        moved = self._moved(queued, state, why)
        if not event and is_news(delivery, state, why, identity=queued.identity):
            event = event_of(delivery, ended_of(moved, opted_out=opted_out), now=self._clock.now(), identity=queued.identity)
        ending = Ending(
            state=state,
            journal=encode(moved),
            external_ids=queued.external_ids,
            event=event,
            reason=why.reason,
            code=why.code,
            failure=why.word,
        )
        self._counters.sends[delivery.address.channel, state.value] += 1
        settled = await self._until_told(
            lambda: self._deliveries.settle(delivery, ending, mark=mark, stream=queued.stream, entry=queued.entry)
        )
        if not settled:
            await self._deliveries.drop(self._partition, queued.stream, queued.entry)
        return None

    def _moved(self, queued: Queued, state: DeliveryState, why: Why) -> DeliveryMoved:
        delivery = queued.delivery
        return DeliveryMoved(
            customer=delivery.customer,
            delivery=delivery.id,
            state=state,
            at=self._clock.now(),
            address=delivery.address,
            purpose=delivery.purpose,
            origin=delivery.origin,
            conversation=delivery.conversation,
            external_ids=queued.external_ids,
            reason=why.reason,
            code=why.code,
            attempts=queued.attempts + 1,
            cause=delivery.cause,
            root=delivery.root,
            failure=why.word,
        )

    async def _until_told(self, tell: Callable[[], Awaitable[T]]) -> T:
        """Tell the store what the provider said, however long the store is away: forgetting it would send twice."""
        while True:
            try:
                return await tell()
            except (StoreAway, StoreFull):
                await self._clock.sleep(0.05)
            except ServerError as error:
                log.warning("the store refuses an outcome", partition=self._partition.keys.number, error=str(error))
                await self._clock.sleep(1.0)


def _honestly(queued: Queued, state: DeliveryState, why: Why) -> tuple[DeliveryState, Why]:
    """The state as it may be told: what may have arrived by an earlier try is not called never sent."""
    if queued.doubtful and state in {DeliveryState.DRAFT, DeliveryState.WITHDRAWN}:
        return DeliveryState.UNKNOWN, Why(f"{why.reason}; an earlier try may have arrived", failure=Failure.INTERRUPTED)
    return state, why
