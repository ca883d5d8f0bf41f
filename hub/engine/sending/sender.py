"""Sending one delivery: its calls in order, each with a mark of its own, and what its end means."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from msgspec import Struct

from hub.engine.counters import Counters
from hub.engine.logging.exchanges import attempted
from hub.engine.rendering.calls import arrived_before, at_most_once, calls_of, deliver
from hub.engine.sending.accounts import Account
from hub.engine.sending.endings import Why, ended_of, event_of, is_news, is_reply, why_of
from hub.engine.sending.gestures import Gestures
from hub.engine.sending.permit import NotPermitted, Permit, given
from hub.engine.turns.amending import changing, opened
from hub.engine.turns.outcome import voice_of
from hub.model.channels.ports import Call, Clock, Sent
from hub.model.errors import (
    Fenced,
    HubError,
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
from hub.model.messaging.delivery import Delivery
from hub.model.turns.journal import DeliveryMoved
from hub.model.words import DeliveryState, Origin, Purpose
from hub.store.codec import encode, revision_text
from hub.store.deliveries import Deliveries, Ending, Leave, Progress
from hub.store.partition import Partition
from hub.store.wire import ServerError

log = structlog.get_logger()
T = TypeVar("T")
CALL_TIMEOUT_S = 10.0
BACKOFF_S = (1, 4, 15, 60, 300)
PREPARED_GOOD_S = 1800.0  # Uploads and links live for an hour at least; what waited longer is prepared anew.
LIFE_MS = 24 * 3600 * 1000
"""How long a delivery without an own expiry is tried."""


class Queued(Struct):
    """A delivery that waits in an outbox: where it stands in the stream, and what a former owner left of it.

    `doubtful`: an earlier try may have arrived, so nobody is told that it was never sent; `prepared`: with its files at the provider;
    `identity`: the other id by which the provider says it knows the person.
    """

    stream: str
    entry: str
    delivery: Delivery
    blob: bytes
    attempts: int = 0
    not_before: int = 0
    done: int = 0
    external_ids: tuple[str, ...] = ()
    doubtful: bool = False
    prepared: Delivery | None = None
    prepared_at: float = 0.0
    identity: str = ""


class Again(Struct, frozen=True):
    """Not now: try once more after so many seconds."""

    seconds: float


class Recover(Struct, frozen=True):
    """Somebody before us left it half done: look first."""


Done = Again | Recover | None
"""None: the delivery has ended."""


class Sender:
    """Sends deliveries of one partition. Raises Fenced, StoreAway."""

    def __init__(
        self,
        partition: Partition,
        deliveries: Deliveries,
        *,
        clock: Clock,
        counters: Counters,
        gestures: Gestures,
        serial: Callable[[], int],
    ) -> None:
        self._gestures = gestures
        self._partition = partition
        self._deliveries = deliveries
        self._clock = clock
        self._counters = counters
        self._serial = serial

    async def send(self, queued: Queued, account: Account) -> Done:
        """Send it, or say when to try again."""
        delivery = queued.delivery
        now = self._clock.now()
        if delivery.not_after and now > delivery.not_after:
            return await self._end(queued, DeliveryState.WITHDRAWN, why=Why("expired", failure=Failure.EXPIRED))
        if queued.not_before > now:
            return Again((queued.not_before - now) / 1000)
        try:
            prepared = await self._prepared(queued, account)
        except SendError as error:
            return await self._failed(queued, account, error, mark="")
        if wait := await account.wait_ms(delivery.address):
            return Again(wait / 1000)
        try:
            calls = (changing if prepared.amends else calls_of)(account.channel, prepared)
        except SendError as error:
            return await self._end(queued, DeliveryState.FAILED, why=why_of(error))
        except Exception as error:
            # A channel is foreign code: what it cannot render today it cannot tomorrow, and others wait behind.
            log.exception("channel cannot render", channel=delivery.address.channel, error=type(error).__name__)
            return await self._end(queued, DeliveryState.FAILED, why=Why(f"render: {type(error).__name__}", failure=Failure.INTERNAL))
        return await self._calls(queued, account, calls)

    async def nobody(self, queued: Queued) -> Done:
        """Its account is switched off or taken away: it waits for that to change as long as it may, and is never sent after."""
        delivery, now = queued.delivery, self._clock.now()
        if now <= (delivery.not_after or delivery.created + LIFE_MS):
            return Again(1.0)
        await self._end(queued, DeliveryState.WITHDRAWN, why=Why("the account was not connected", failure=Failure.EXPIRED))
        return None

    async def _prepared(self, queued: Queued, account: Account) -> Delivery:
        """With its files at the provider; nobody is shown that, so it needs no mark."""
        if queued.prepared is None or self._clock.boottime() - queued.prepared_at > PREPARED_GOOD_S:
            delivery = queued.delivery
            # What goes on a ground of its own (a tag) goes outside of the window, where no provider shows typing.
            shown = delivery.address if is_reply(delivery) and not delivery.tag else None
            with self._gestures.composing(delivery.customer, shown):
                queued.prepared = await account.prepared(opened(delivery))
            queued.prepared_at = self._clock.boottime()
        return queued.prepared

    async def _calls(self, queued: Queued, account: Account, calls: list[Call]) -> Done:
        """Make the calls that are not done yet; each mark says how many were done before it."""
        held = ""
        while queued.done < len(calls):
            # Rates are of calls: a later one waits for its own leave, and what was done so far is kept.
            if held and (wait := await account.wait_ms(queued.delivery.address)):
                return await self._requeue(queued, mark=held, seconds=wait / 1000)
            mark = f"{self._partition.fence}/{self._serial()}"
            permit = self._permit(queued, before=held, mark=mark)
            try:
                sent = await self._call(account, calls[queued.done], queued.prepared or queued.delivery, permit)
            except Fenced:
                # The next owner goes on where we stopped: what was done under our marks is still ours to tell.
                await self._requeue(queued, mark=held, seconds=0.0)
                raise
            except SendError as error:
                if permit.trouble:
                    raise permit.trouble from error
                if permit.verdict in {None, "ok"}:
                    return await self._failed(queued, account, error, mark=mark if permit.granted else held)
                return await self._refused(queued, permit.verdict, held=held, mark=mark)
            except NotPermitted:
                if permit.granted:
                    # A second connection for one call: the first may have reached the provider.
                    return await self._failed(queued, account, OutcomeUnknown("connected twice"), mark=mark)
                return await self._refused(queued, permit.verdict or "", held=held, mark=mark)
            held = mark
            _took(queued, account, sent)
        account.went_well()
        if is_reply(queued.delivery):
            self._gestures.read(queued.delivery.customer, queued.delivery.address)
        return await self._end(queued, DeliveryState.SENT, mark=held)

    def _permit(self, queued: Queued, *, before: str, mark: str) -> Permit:
        delivery, voice = queued.delivery, voice_of(queued.delivery)
        # Only the first call asks for the judged record: the later ones finish what was begun under it.
        revision = revision_text(delivery.judged) if voice == "marketing" and not queued.done else ""
        wanted = Leave(before=before, mark=mark, voice=voice, revision=revision, done=queued.done, external_ids=queued.external_ids)

        async def ask() -> str:
            return await self._deliveries.mark(self._partition, delivery, wanted, now=self._clock.now())

        return Permit(ask, lambda: self._deliveries.begun(delivery, mark=mark, voice=voice), clock=self._clock)

    async def _call(self, account: Account, call: Call, delivery: Delivery, permit: Permit) -> Sent:
        channel = account.channel
        taken = given(permit)
        try:
            if not channel.capabilities.connects:
                await permit.obtain()
            async with asyncio.timeout(CALL_TIMEOUT_S):
                return await attempted(deliver(channel, call, delivery), delivery)
        except TimeoutError as error:
            if permit.granted:
                raise OutcomeUnknown("no answer in time") from error
            raise TemporaryFailure("no connection in time") from error
        except HubError:
            raise
        except Exception as error:
            # A channel is foreign code: whatever it raises is this delivery's matter, never the lane's end.
            log.exception("channel failed", channel=channel.kind, error=type(error).__name__)
            if permit.granted:
                raise OutcomeUnknown(type(error).__name__, failure=Failure.INTERNAL) from error
            raise TemporaryFailure(type(error).__name__, failure=Failure.INTERNAL) from error
        finally:
            permit.over()
            taken()

    async def unused(self, queued: Queued, *, mark: str) -> Again:
        """Give back a mark under which no call is on its way: the store's answer to it was lost."""
        return await self._requeue(queued, mark=mark, seconds=0.0)

    async def take_back(self, queued: Queued, *, mark: str) -> Again | None:
        """Decide over a call that was marked and never settled: service goes again, marketing is unknown."""
        if queued.delivery.purpose is Purpose.MARKETING or at_most_once(queued.delivery):
            await self._end(queued, DeliveryState.UNKNOWN, mark=mark, why=Why("cut off while sending", failure=Failure.INTERRUPTED))
            return None
        queued.doubtful = True
        await self._requeue(queued, mark=mark, seconds=0.0)
        return Again(0.0)

    async def _refused(self, queued: Queued, verdict: str, *, held: str, mark: str) -> Done:
        """The store said no: somebody took over, the facts changed, or it is done already."""
        delivery = queued.delivery
        if verdict == "late":
            # The mark was set but grew too old to use; it is ours, so it is given back at once.
            return await self._requeue(queued, mark=mark, seconds=0.0)
        if verdict in {"stale", "judge", "stopped"} and queued.done:
            return await self._end(
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
            return await self._end(queued, DeliveryState.WITHDRAWN, why=why, event=event_of(delivery, again, now=self._clock.now()))
        if verdict == "stale":
            # A notice of the hub's own (a place in the queue) is no draft for anybody.
            ended = DeliveryState.WITHDRAWN if delivery.origin is Origin.SYSTEM else DeliveryState.DRAFT
            return await self._end(queued, ended, why=Why("a person took over", failure=Failure.TAKEN_OVER))
        if verdict in {"sending", "progress", "early", "queued", "held"}:
            return Recover()
        # 'withdrawn', 'sent', 'gone' …: it has ended without us; what remains is its place in the stream.
        await self._deliveries.drop(self._partition, queued.stream, queued.entry)
        return None

    async def _failed(self, queued: Queued, account: Account, error: SendError, *, mark: str) -> Done:
        delivery, kind = queued.delivery, queued.delivery.address.channel
        self._counters.sends[kind, type(error).__name__] += 1
        self._counters.failures[kind, error.failure.value] += 1
        match error:
            case Throttled():
                whole = account.speaks_of_all(error, delivery.address)
                self._counters.waits[kind, "account" if whole else "address"] += error.retry_after
                if whole:
                    await account.rest(error.retry_after, error)
                return await self._requeue(queued, mark=mark, seconds=error.retry_after)
            case OutcomeUnknown() if delivery.purpose is Purpose.MARKETING or at_most_once(delivery):
                return await self._end(queued, DeliveryState.UNKNOWN, mark=mark, why=why_of(error))
            case TemporaryFailure() | OutcomeUnknown():
                queued.doubtful = queued.doubtful or isinstance(error, OutcomeUnknown)
                if not isinstance(error, TemporaryFailure) or error.retry_after != 0:
                    account.failed()
                return await self._later(queued, error, mark=mark)
            case Misconfigured():
                await account.rest(60.0, error)
                return await self._later(queued, error, mark=mark)
            case RecipientGone():
                return await self._end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error), opted_out=True)
            case Rejected() if queued.doubtful and arrived_before(delivery, error.failure):
                return await self._end(queued, DeliveryState.SENT, mark=mark)
            case Rejected() | WindowClosed():
                return await self._end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error))
        return await self._end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error))

    async def _later(self, queued: Queued, error: SendError, *, mark: str) -> Done:
        """Try again with growing pauses, until the delivery is too old; the first time as soon as the channel says."""
        told = error.retry_after if isinstance(error, TemporaryFailure) and not queued.attempts else None
        seconds = BACKOFF_S[min(queued.attempts, len(BACKOFF_S) - 1)] if told is None else told
        delivery = queued.delivery
        end = delivery.not_after or delivery.created + LIFE_MS
        if self._clock.now() + seconds * 1000 > end:
            return await self._end(queued, DeliveryState.FAILED, mark=mark, why=why_of(error))
        queued.attempts += 1
        self._counters.retries += 1
        return await self._requeue(queued, mark=mark, seconds=float(seconds))

    async def _requeue(self, queued: Queued, *, mark: str, seconds: float) -> Again:
        queued.not_before = self._clock.now() + int(seconds * 1000)
        if mark:
            progress = Progress(queued.not_before, queued.done, queued.external_ids)
            await self._until_told(lambda: self._deliveries.again(queued.delivery, progress, mark=mark, voice=voice_of(queued.delivery)))
        return Again(seconds)

    async def _end(
        self,
        queued: Queued,
        state: DeliveryState,
        *,
        mark: str = "",
        why: Why | None = None,
        event: bytes = b"",
        opted_out: bool = False,
    ) -> Done:
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


def _took(queued: Queued, account: Account, sent: Sent) -> None:
    """The provider took one call: what it answered."""
    queued.done += 1
    if sent.identity and account.is_new(queued.delivery.address, sent.identity):
        queued.identity = sent.identity
    if sent.external_id:
        queued.external_ids = (*queued.external_ids, sent.external_id)


def _honestly(queued: Queued, state: DeliveryState, why: Why) -> tuple[DeliveryState, Why]:
    """The state as it may be told: what may have arrived by an earlier try is not called never sent."""
    if queued.doubtful and state in {DeliveryState.DRAFT, DeliveryState.WITHDRAWN}:
        return DeliveryState.UNKNOWN, Why(f"{why.reason}; an earlier try may have arrived", failure=Failure.INTERRUPTED)
    return state, why
