"""Signing in on the web chat: which session goes on, and that its customer and the shop's are one."""

from collections.abc import Callable
from hashlib import blake2b

from msgspec import Struct, json

from hub.desk.knowing import shop_user
from hub.model.address import Address, shop_address
from hub.model.channels.ports import Clock
from hub.model.customers.record import Erased, Live
from hub.model.events.event import Body, Event, Identified
from hub.model.events.merging import MergeAsked
from hub.model.ids import derived_id, new_id
from hub.model.subject import customer_subject
from hub.model.webchat.login import EVIDENCE, Login
from hub.model.webchat.onward import MARK, Onward
from hub.store.customers.records import Customers
from hub.store.mailboxes.inboxes import Inboxes
from hub.store.webchat.chats import Chats
from hub.store.webchat.logins import LINK_S, LoginStore


class Pass(Struct, frozen=True):
    """A link's token, and until when it is good (ms since 1970)."""

    token: str
    until: int


class Logins(Struct, frozen=True, kw_only=True):
    """Asks and tells the store; signing in again the same way changes nothing. Raises StoreAway, StoreFull.

    `new_session`: an unguessable id; `entropy`: random bits for a new customer's id.
    """

    store: LoginStore
    chats: Chats
    inboxes: Inboxes
    customers: Customers
    clock: Clock
    new_session: Callable[[], str]
    entropy: Callable[[], int]

    async def enter(self, session: Address, login: Login) -> Address:
        """Sign in; returns the session that goes on: this one, the one the user had last, or a new one, but never another's."""
        user = shop_address(login.user)
        session = await self._session_for(session, user)
        if await self.store.bind(session, user.id) != user.id:
            session = self._fresh(session)
            await self.store.bind(session, user.id)
        told = blake2b(json.encode([user.id, sorted(login.traits.items())]), digest_size=12).hexdigest()
        if (await self.store.told(session))[1] != told:
            await self._tell(session, user, traits=login.traits, told=told)
        await self.store.note(session, user, told=told)
        return session

    def leave(self, session: Address) -> Address:
        """Sign out: a session that is nobody's yet."""
        return self._fresh(session)

    async def user(self, session: Address) -> str:
        """The shop's id of who is signed in there; empty: nobody is."""
        return await self.store.user(session)

    async def onward(self, session: Address) -> Pass | None:
        """A token by which the user is known in another channel, once; None where nobody is signed in."""
        if not await self.user(session):
            return None
        token = f"{MARK}{self.new_session()}"
        until = self.clock.now() + LINK_S * 1000
        await self.store.issue(session, token, until=until)
        return Pass(token=token, until=until)

    async def followed(self, token: str, *, by: str) -> Onward:
        """Whose link somebody came by, from the address `by`; empty for one that leads nowhere."""
        session = await self.store.redeem(token, by=by)
        customer = await self.customers.at(session) if session else None
        record = await self.customers.find(customer) if customer else None
        if session is None or not isinstance(record, Live):
            return Onward()
        return Onward(customer=record.id, user=await self.user(session))

    async def _session_for(self, session: Address, user: Address) -> Address:
        holder, home = await self.store.user(session), await self.store.home(user)
        if holder == user.id:
            return session
        if holder or await self._is_anothers(session, user):
            return home or self._fresh(session)
        if home and not await self.chats.read(session, "", 1):
            # Nothing was said here yet: on a new device they find what was said before.
            return home
        return session

    async def _is_anothers(self, session: Address, user: Address) -> bool:
        """Whether who writes from this session is known to the shop as somebody else."""
        customer = await self.customers.at(session)
        record = await self.customers.find(customer) if customer else None
        known = shop_user(record) if isinstance(record, Live) else ""
        return bool(known) and known != user.id

    async def _tell(self, session: Address, user: Address, *, traits: dict[str, str], told: str) -> None:
        """The mailbox learns who it is; where session and user were two customers so far, they are merged."""
        theirs = await self._customer(user, candidate=await self.inboxes.find(session) or self._candidate())
        mine = await self._customer(session, candidate=theirs)
        source = f"login/{session}/{user}/{told}"
        if mine != theirs:
            await self._push(mine, MergeAsked(other=theirs, evidence=f"{EVIDENCE} of {user.id}"), session, id=derived_id("ev", source, 0))
        await self._push(theirs, Identified(user=user.id, traits=traits, source="widget"), session, id=derived_id("ev", source, 1))

    async def _customer(self, address: Address, *, candidate: str) -> str:
        """Whose an address is, made theirs where it is nobody's; somebody erased does not come back by it."""
        found = await self.inboxes.resolve(address, candidate=candidate)
        record = await self.customers.stored(found)
        if isinstance(record, Erased):
            another = self._candidate() if candidate in {record.id, *record.merged} else candidate
            return await self.inboxes.pass_on(address, gone=(record.id, *record.merged), candidate=another)
        return found

    async def _push(self, customer: str, body: Body, address: Address, *, id: str) -> None:  # noqa: A002 - the field's name
        now = self.clock.now()
        event = Event(id=id, subject=customer_subject(customer), body=body, at=now, received=now, address=address)
        await self.inboxes.push_past_spools(event, dedupe=id)

    def _fresh(self, session: Address) -> Address:
        return Address(channel=session.channel, account=session.account, id=self.new_session())

    def _candidate(self) -> str:
        return new_id("cu", now=self.clock.now(), entropy=self.entropy())
