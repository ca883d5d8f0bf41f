"""What a page says and what it is answered, over whichever wire: one session's side of the talk, without the log it reads."""

from collections.abc import Callable
from typing import assert_never

from hub.model.address import Address
from hub.model.errors import BadSignature, StoreAway, StoreFull
from hub.model.files.kinds import StoredFile
from hub.model.webchat.chat import (
    KIND,
    Ack,
    ChatEntry,
    Hello,
    HubFrame,
    LinkAsked,
    Linked,
    LoginAsked,
    LogoutAsked,
    Noted,
    PageFrame,
    Refusal,
    Say,
    Seen,
    Typing,
    Welcome,
    later,
    link_of,
    packed,
    place_of,
    said,
    seen,
    session_address,
    session_token,
    shown,
)
from hub.model.webchat.login import read_login
from hub.model.webchat.onward import MARK
from hub.web.chat.ports import ChatPorts, ChatSettings

PAGE = 100
"""Entries read at once."""

TYPING_S = 2.0
"""A page that says more often than this that somebody types is not listened to."""


class Measure:
    """How much one session may say: so many at once, so many a second."""

    def __init__(self, settings: ChatSettings, *, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._credit = float(settings.burst)
        self._credited = clock()
        self._typed = 0.0

    def may_say(self) -> bool:
        """Whether one more message may come now; it counts."""
        now = self._clock()
        self._credit = min(self._settings.burst, self._credit + (now - self._credited) * self._settings.per_s)
        self._credited = now
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    def may_type(self) -> bool:
        """Whether it is time to tell again that somebody types."""
        now = self._clock()
        if now - self._typed < TYPING_S:
            return False
        self._typed = now
        return True


class Talk:
    """Takes a session's frames, one after the other. `address` is whose they are by now: a login may change it."""

    def __init__(self, settings: ChatSettings, ports: ChatPorts, *, measure: Measure) -> None:
        self._settings = settings
        self._ports = ports
        self._measure = measure
        self.address = Address(channel=KIND, account=settings.account, id="")
        self.read_upto = ""

    async def greet(self, hello: Hello) -> Welcome:
        """The session of the token, or a new one where there is none or it is not ours; entries follow behind the cursor told."""
        cursor = hello.cursor
        try:
            self.resume(hello.session)
            self.read_upto = hello.read
        except BadSignature:
            self.address = Address(channel=KIND, account=self._settings.account, id=self._ports.new_session())
            return self._welcome(cursor="")
        try:
            return self._welcome(cursor=cursor, user=await self._ports.logins.user(self.address))
        except StoreAway:
            return self._welcome(cursor=cursor)

    def resume(self, token: str) -> None:
        """Go on with the session of a token; raises BadSignature for one that is not ours."""
        self.address = session_address(token, account=self._settings.account, key=self._settings.key)

    async def hear(self, frame: PageFrame) -> list[HubFrame]:
        """What the page is answered; nothing it says is lost without being told so."""
        try:
            return await self._hear(frame)
        except (StoreAway, StoreFull):
            return [Refusal(code="later", text="Not taken: send it again.", id=frame.id if isinstance(frame, Say) else "")]

    async def _hear(self, frame: PageFrame) -> list[HubFrame]:
        match frame:
            case Say():
                return [await self._say(frame)]
            case Seen():
                return [await self._seen(frame)]
            case Typing():
                if self._measure.may_type():
                    await self._ports.types(self.address)
                return []
            case Hello():
                return []
            case LoginAsked(token=token):
                return [await self._login(token)]
            case LogoutAsked():
                return [self._moved(self._ports.logins.leave(self.address))]
            case LinkAsked(channel=channel):
                return [await self._link(channel)]
            case _:
                assert_never(frame)

    async def _say(self, frame: Say) -> HubFrame:
        """Make the word durable, put it into the session's log, acknowledge it: in this order, so a page that was told may forget it."""
        if not (frame.text.strip() or frame.payload or frame.files):
            return Refusal(code="empty", text="An empty message was not sent.", id=frame.id)
        if not self._measure.may_say():
            return Refusal(code="later", text="Too fast: not taken, send it again.", id=frame.id)
        files: tuple[StoredFile, ...] = ()
        if frame.files:
            files = await self._ports.filing.named(frame.files, address=self.address)
            if len(files) < len(set(frame.files)):
                return Refusal(code="file", text="A file of this message is not there any more: attach it again.", id=frame.id)
        at, pieces = self._ports.now(), [file.attachment() for file in files]
        entry = ChatEntry(id=frame.id, who="customer", at=at, text=frame.text, links=tuple(map(link_of, pieces)))
        await self._ports.accept([said(frame, address=self.address, at=at, files=pieces)])
        await self._ports.log.append(self.address, packed(entry), key=f"customer:{frame.id}")
        return Ack(id=frame.id)

    async def _seen(self, frame: Seen) -> HubFrame:
        """Report what is read now and was not before, and say so once that is durable; until then the page tells it again."""
        since = max(self.read_upto, frame.since, key=place_of)
        deliveries = await self._deliveries(since, frame.upto)
        if deliveries:
            await self._ports.accept([seen(tuple(deliveries), address=self.address, at=self._ports.now())])
        self.read_upto = max(since, frame.upto, key=place_of)
        return Noted(upto=frame.upto)

    async def _deliveries(self, since: str, upto: str) -> list[str]:
        """What we sent, between two places of the log."""
        found: list[str] = []
        while later(upto, since):
            entries = await self._ports.read(self.address, since, PAGE)
            for cursor, raw in entries:
                if later(cursor, upto):
                    return found
                since = cursor
                if delivery := shown(cursor, raw).delivery:
                    found.append(delivery)
            if len(entries) < PAGE:
                break
        return found

    async def _login(self, token: str) -> HubFrame:
        try:
            login = read_login(token, key=self._settings.login_key, now=self._ports.now())
        except BadSignature as error:
            return Refusal(code="login", text=str(error))
        return self._moved(await self._ports.logins.enter(self.address, login), user=login.user)

    def _moved(self, session: Address, *, user: str = "") -> Welcome:
        """On another session nothing of the one before counts."""
        if session != self.address:
            self.address, self.read_upto = session, ""
        return self._welcome(cursor="", user=user)

    async def _link(self, channel: str) -> HubFrame:
        make = self._settings.links.get(channel)
        issued = await self._ports.logins.onward(self.address) if make else None
        url = make(issued.token) if make and issued else ""
        if not url or issued is None:
            return Refusal(code="link", text="There is no way there: sign in first, and see that the channel is set up.")
        return Linked(channel=channel, url=url, until=issued.until)

    def _welcome(self, *, cursor: str, user: str = "") -> Welcome:
        token = session_token(self.address, self._settings.key)
        channels = tuple(channel for channel, make in self._settings.links.items() if make(MARK))
        return Welcome(session=token, cursor=cursor, user=user, channels=channels, file_size=self._ports.filing.most)
