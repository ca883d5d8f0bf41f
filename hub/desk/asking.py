"""What an agent asks of a customer's mailbox, and what came of it: claim, say, release, resolve, retry."""

from collections.abc import Sequence

from msgspec import DecodeError, Struct, json

from hub.model.address import Address
from hub.model.channels.ports import Clock
from hub.model.customers.record import Live
from hub.model.errors import HubError, StoreAway
from hub.model.events.agents import (
    ClaimAsked,
    CommentAsked,
    DismissAsked,
    NoteAsked,
    ReleaseAsked,
    ReopenAsked,
    ResolveAsked,
    RetryAsked,
    SayAsked,
)
from hub.model.events.event import Body, Event
from hub.model.events.merging import EraseAsked
from hub.model.messaging.amending import AmendAsked
from hub.model.messaging.message import Message
from hub.model.subject import customer_subject
from hub.store.connections.links import Links
from hub.store.customers.records import Customers
from hub.store.keys import Keys
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.inboxes import Inboxes

DEADLINE_S = 5.0
"""After this an agent is told that it is still under way; the same event id asked again goes on waiting."""

MARK_LIFE_S = 2.1
"""A mark is good for 2 s of CLOCK_BOOTTIME (DESIGN §3); the rest is for the difference between two clocks' ticks."""

FIRST_LOOK_S = 0.005
LONGEST_LOOK_S = 0.05
_UNASKED = frozenset({"bot", "marketing"})


class Done(Struct, frozen=True):
    """The turn did what was asked; `customer` is who has the conversation now (a merge may have moved it)."""

    customer: str
    conversation: str = ""
    owner: str = ""
    epoch: int = 0


class Claimed(Struct, frozen=True):
    """The conversation is the agent's, and no bot or marketing send of the customer begins any more."""

    customer: str
    conversation: str
    owner: str
    epoch: int


class Refused(Struct, frozen=True):
    """The turn said no. `code`: taken, not_yours, no_conversation, resolved, unknown; `owner`: who has it."""

    code: str
    owner: str = ""
    text: str = ""


class TakingOver(Struct, frozen=True):
    """Not decided, or a send is still on its way: ask again with the same event id."""

    event: str


class Unreadable(HubError):
    """A verdict in the store is not what a turn writes."""


class Verdict(Struct, frozen=True):
    """A turn's answer as it lies in the store."""

    ok: bool = False
    owner: str = ""
    conversation: str = ""
    epoch: int = 0
    code: str = ""
    text: str = ""
    moved: str = ""


class Settled(Struct, frozen=True):
    """A verdict and the customers whose mailboxes it was looked for in, the last of which gave it."""

    verdict: Verdict
    customers: tuple[str, ...]


class Desk:
    """Asks by events, so whatever dies on the way, the same id asked again gets the same answer (for five minutes).

    Raises StoreAway, StoreFull. `deadline` s: how long an agent is kept waiting before it is told that all is under way.
    """

    def __init__(
        self,
        links: Links,
        keys: Keys,
        *,
        inboxes: Inboxes,
        deliveries: Deliveries,
        customers: Customers,
        clock: Clock,
        deadline: float = DEADLINE_S,
    ) -> None:
        self._links = links
        self._keys = keys
        self._inboxes = inboxes
        self._deliveries = deliveries
        self._customers = customers
        self._clock = clock
        self._deadline = deadline

    async def claim(self, customer: str, *, conversation: str, agent: str, event_id: str) -> Claimed | Refused | TakingOver:
        """Take a conversation over (empty id: the open one). Claimed: no bot or marketing send begins after this returned."""
        until = self._clock.boottime() + self._deadline
        settled = await self._ask(customer, ClaimAsked(agent=agent, conversation=conversation), event_id=event_id, until=until)
        if settled is None:
            return TakingOver(event=event_id)
        verdict = settled.verdict
        if not verdict.ok:
            return Refused(code=verdict.code, owner=verdict.owner, text=verdict.text)
        if not await self._silent(settled.customers, until=until):
            return TakingOver(event=event_id)
        return Claimed(customer=settled.customers[-1], conversation=verdict.conversation, owner=verdict.owner, epoch=verdict.epoch)

    async def say(
        self, customer: str, *, message: Message, agent: str, event_id: str, conversation: str = "", to: Address | None = None
    ) -> Done | Refused | TakingOver:
        """Write to the customer as that agent; `to` chooses a thread."""
        return await self._decided(customer, SayAsked(agent=agent, message=message, conversation=conversation, to=to), event_id=event_id)

    async def release(
        self, customer: str, *, agent: str, event_id: str, conversation: str = "", summary: str = ""
    ) -> Done | Refused | TakingOver:
        """Give the conversation back to the bot."""
        return await self._decided(customer, ReleaseAsked(agent=agent, conversation=conversation, summary=summary), event_id=event_id)

    async def resolve(
        self, customer: str, *, agent: str, event_id: str, conversation: str = "", reason: str = ""
    ) -> Done | Refused | TakingOver:
        """Close the conversation."""
        return await self._decided(customer, ResolveAsked(agent=agent, conversation=conversation, reason=reason), event_id=event_id)

    async def retry(self, customer: str, *, agent: str, event_id: str, delivery: str) -> Done | Refused | TakingOver:
        """Send a failed, unknown or draft delivery after all."""
        return await self._decided(customer, RetryAsked(agent=agent, delivery=delivery), event_id=event_id)

    async def note(
        self, customer: str, *, text: str, agent: str, event_id: str, conversation: str = "", mentions: tuple[str, ...] = ()
    ) -> Done | Refused | TakingOver:
        """Leave a note for colleagues; the customer never sees it."""
        asked = NoteAsked(agent=agent, text=text, conversation=conversation, mentions=mentions)
        return await self._decided(customer, asked, event_id=event_id)

    async def reopen(self, customer: str, *, conversation: str, agent: str, event_id: str) -> Done | Refused | TakingOver:
        """Take back the closing of a conversation; it is the agent's then."""
        return await self._decided(customer, ReopenAsked(agent=agent, conversation=conversation), event_id=event_id)

    async def dismiss(self, customer: str, *, delivery: str, agent: str, event_id: str) -> Done | Refused | TakingOver:
        """Let colleagues not see a suppressed draft again."""
        return await self._decided(customer, DismissAsked(agent=agent, delivery=delivery), event_id=event_id)

    async def amend(self, customer: str, asked: AmendAsked, *, event_id: str) -> Done | Refused | TakingOver:
        """Correct or take back what an agent wrote."""
        return await self._decided(customer, asked, event_id=event_id)

    async def comment(self, customer: str, asked: CommentAsked, *, event_id: str) -> Done | Refused | TakingOver:
        """Do something to a comment of the customer's."""
        return await self._decided(customer, asked, event_id=event_id)

    async def erase(self, customer: str, *, asked_by: str, event_id: str) -> Done | Refused | TakingOver:
        """Forget the record and what waits to be sent; what lies beside it is `erasing`'s matter."""
        return await self._decided(customer, EraseAsked(asked_by=asked_by), event_id=event_id)

    async def tell(self, customer: str, body: Body, *, event_id: str) -> bool:
        """Put an event into the mailbox and wait for nothing; durable when it returns. False: that id was told before."""
        event = Event(id=event_id, subject=customer_subject(customer), body=body, at=self._clock.now(), received=self._clock.now())
        return await self._inboxes.push_past_spools(event, dedupe=event_id)

    async def _decided(self, customer: str, body: Body, *, event_id: str) -> Done | Refused | TakingOver:
        settled = await self._ask(customer, body, event_id=event_id, until=self._clock.boottime() + self._deadline)
        if settled is None:
            return TakingOver(event=event_id)
        verdict = settled.verdict
        if not verdict.ok:
            return Refused(code=verdict.code, owner=verdict.owner, text=verdict.text)
        return Done(customer=settled.customers[-1], conversation=verdict.conversation, owner=verdict.owner, epoch=verdict.epoch)

    async def _ask(self, customer: str, body: Body, *, event_id: str, until: float) -> Settled | None:
        """Push and wait for the verdict, wherever merges carry the event; None where none came in time."""
        await self.tell(customer, body, event_id=event_id)
        asked = [customer]
        rest = FIRST_LOOK_S
        while True:
            verdict = await self._verdict(asked[-1], event_id)
            if verdict is None:
                await self._clock.sleep(rest)
                rest = min(rest * 1.5, LONGEST_LOOK_S)
            elif verdict.moved:
                asked.append(verdict.moved)
            else:
                return Settled(verdict=verdict, customers=tuple(asked))
            if self._clock.boottime() > until:
                return None

    async def _verdict(self, customer: str, event_id: str) -> Verdict | None:
        """What lies there now; None: nothing yet. The event is durable, so a server that is away is only asked later."""
        key = self._keys.of_customer(customer).answer(event_id)
        try:
            answer = await self._links.call(key, "GET", key)
        except StoreAway:
            return None
        if answer is None:
            return None
        try:
            return json.decode(answer, type=Verdict)  # type: ignore[arg-type]
        except (DecodeError, TypeError) as error:
            raise Unreadable(f"verdict of {event_id}: {type(error).__name__}") from error

    async def _silent(self, customers: Sequence[str], *, until: float) -> bool:
        """Wait until no mark that a bot or marketing send held when the verdict was written can begin a call; False: not in time.

        Marks asked for later need no wait: the raised epoch and the changed record forbid them. So only the first look counts.
        """
        live: dict[tuple[str, str], str] | None = None
        rest = FIRST_LOOK_S
        old = 0.0
        while True:
            try:
                marks = await self._marks(await self._pieces(customers))
            except StoreAway:
                marks = None
            if marks is not None and live is None:
                live, old = marks, self._clock.boottime() + MARK_LIFE_S
            elif marks is not None and live is not None:
                live = {delivery: mark for delivery, mark in live.items() if marks.get(delivery) == mark}
            now = self._clock.boottime()
            if live is not None and (not live or now >= old):
                return True
            if now + rest > until:
                return False
            await self._clock.sleep(rest)
            rest = min(rest * 1.5, LONGEST_LOOK_S)

    async def _pieces(self, customers: Sequence[str]) -> tuple[str, ...]:
        """All ids whose deliveries may be this customer's: those the event passed through, and those merged into the last."""
        record = await self._customers.stored(customers[-1])
        merged = record.merged if isinstance(record, Live) else ()
        return tuple(dict.fromkeys((*customers, *merged)))

    async def _marks(self, customers: Sequence[str]) -> dict[tuple[str, str], str]:
        """Marks of bot and marketing whose first byte may still come: (customer, delivery) → mark."""
        found = {}
        for customer in customers:
            for delivery, value in (await self._deliveries.open(customer)).items():
                state, _, rest = value.partition("|")
                voice, _, mark = rest.partition("|")
                if state == "m" and voice in _UNASKED:
                    found[customer, delivery] = mark
        return found
