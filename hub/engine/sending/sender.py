"""Sending one delivery: its calls in order, each with a mark of its own."""

import asyncio
from collections.abc import Callable

import structlog

from hub.engine.logging.exchanges import attempted
from hub.engine.rendering.calls import calls_of, deliver
from hub.engine.sending.accounts import Account
from hub.engine.sending.endings import Why, is_reply, why_of
from hub.engine.sending.gestures import Gestures
from hub.engine.sending.permit import NotPermitted, Permit, given
from hub.engine.sending.queued import LIFE_MS, Again, Done, Queued
from hub.engine.sending.settler import Settler
from hub.engine.turns.amending import changing, opened
from hub.engine.turns.outcome import voice_of
from hub.model.channels.ports import Call, Clock, Sent
from hub.model.errors import Fenced, HubError, OutcomeUnknown, SendError, TemporaryFailure
from hub.model.failure import Failure
from hub.model.messaging.delivery import Delivery
from hub.model.words import DeliveryState
from hub.store.encoding.codec import revision_text
from hub.store.mailboxes.deliveries import Deliveries, Leave
from hub.store.mailboxes.partition import Partition

log = structlog.get_logger()
CALL_TIMEOUT_S = 10.0
PREPARED_GOOD_S = 1800.0  # Uploads and links live for an hour at least; what waited longer is prepared anew.


class Sender:
    """Sends deliveries of one partition. Raises Fenced, StoreAway."""

    def __init__(
        self,
        partition: Partition,
        deliveries: Deliveries,
        *,
        clock: Clock,
        settler: Settler,
        gestures: Gestures,
        serial: Callable[[], int],
    ) -> None:
        self._gestures = gestures
        self._partition = partition
        self._deliveries = deliveries
        self._clock = clock
        self._settler = settler
        self._serial = serial

    async def send(self, queued: Queued, account: Account) -> Done:
        """Send it, or say when to try again."""
        delivery = queued.delivery
        now = self._clock.now()
        if delivery.not_after and now > delivery.not_after:
            return await self._settler.end(queued, DeliveryState.WITHDRAWN, why=Why("expired", failure=Failure.EXPIRED))
        if queued.not_before > now:
            return Again((queued.not_before - now) / 1000)
        try:
            prepared = await self._prepared(queued, account)
        except SendError as error:
            return await self._settler.failed(queued, account, error, mark="")
        if wait := await account.wait_ms(delivery.address):
            return Again(wait / 1000)
        try:
            calls = (changing if prepared.amends else calls_of)(account.channel, prepared)
        except SendError as error:
            return await self._settler.end(queued, DeliveryState.FAILED, why=why_of(error))
        except Exception as error:
            # A channel is foreign code: what it cannot render today it cannot tomorrow, and others wait behind.
            log.exception("channel cannot render", channel=delivery.address.channel, error=type(error).__name__)
            return await self._settler.end(
                queued, DeliveryState.FAILED, why=Why(f"render: {type(error).__name__}", failure=Failure.INTERNAL)
            )
        return await self._calls(queued, account, calls)

    async def nobody(self, queued: Queued) -> Done:
        """Its account is switched off or taken away: it waits for that to change as long as it may, and is never sent after."""
        delivery, now = queued.delivery, self._clock.now()
        if now <= (delivery.not_after or delivery.created + LIFE_MS):
            return Again(1.0)
        await self._settler.end(queued, DeliveryState.WITHDRAWN, why=Why("the account was not connected", failure=Failure.EXPIRED))
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
                return await self._settler.requeue(queued, mark=held, seconds=wait / 1000)
            mark = f"{self._partition.fence}/{self._serial()}"
            permit = self._permit(queued, before=held, mark=mark)
            try:
                sent = await self._call(account, calls[queued.done], queued.prepared or queued.delivery, permit)
            except Fenced:
                # The next owner goes on where we stopped: what was done under our marks is still ours to tell.
                await self._settler.requeue(queued, mark=held, seconds=0.0)
                raise
            except SendError as error:
                if permit.trouble:
                    raise permit.trouble from error
                if permit.verdict in {None, "ok"}:
                    return await self._settler.failed(queued, account, error, mark=mark if permit.granted else held)
                return await self._settler.refused(queued, permit.verdict, held=held, mark=mark)
            except NotPermitted:
                if permit.granted:
                    # A second connection for one call: the first may have reached the provider.
                    return await self._settler.failed(queued, account, OutcomeUnknown("connected twice"), mark=mark)
                return await self._settler.refused(queued, permit.verdict or "", held=held, mark=mark)
            held = mark
            _took(queued, account, sent)
        account.went_well()
        if is_reply(queued.delivery):
            self._gestures.read(queued.delivery.customer, queued.delivery.address)
        return await self._settler.end(queued, DeliveryState.SENT, mark=held)

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


def _took(queued: Queued, account: Account, sent: Sent) -> None:
    """The provider took one call: what it answered."""
    queued.done += 1
    if sent.identity and account.is_new(queued.delivery.address, sent.identity):
        queued.identity = sent.identity
    if sent.external_id:
        queued.external_ids = (*queued.external_ids, sent.external_id)
