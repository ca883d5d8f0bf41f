"""The plain web chat: a channel whose provider is ourselves (frames and tokens: hub/model/webchat/chat.py; the page: console/chat)."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.model.address import Address
from hub.model.channels.ports import Call, ChatLog, Inbound, Reply, Sent
from hub.model.errors import Rejected, StoreAway, StoreFull, TemporaryFailure
from hub.model.events.event import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.messaging.amending import AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Capabilities, MediaKind
from hub.model.webchat.chat import KIND, TEXT_UNITS, ChatEntry, Say, frame_of, link_of, packed, said, session_address

SESSION_HEADER = "x-chat-session"
"""Where a frame that is handed over as a request bears its session's token."""

CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,  # ours: hub/model/webchat/chat.py
    quick_replies=12,  # what fits a phone's screen under a message without scrolling
    quick_reply_title=60,
    caption_units=TEXT_UNITS,
    media=frozenset(MediaKind) - {MediaKind.LOCATION, MediaKind.CONTACT},  # shown as links; these two have none and go as words
    receipts=True,
    read_receipts=True,
    corrects=True,
    recalls=True,
    typing=False,
    connects=False,  # no provider to connect to: the store is asked
    retry_horizon_days=7,  # a phone that was off for a week sends its last words again when it wakes
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The account's name within the hub, and the secret key that signs sessions (32 random bytes)."""

    account: str
    key: bytes


class WebChat:
    """One account of web chat: sending is appending to the session's log, which the page reads by cursor."""

    kind = KIND
    capabilities = CAPABILITIES

    def __init__(self, settings: Settings, *, log: ChatLog, now: Callable[[], int]) -> None:
        self._settings = settings
        self._log = log
        self._now = now

    @property
    def account(self) -> str:
        """The account's name within the hub."""
        return self._settings.account

    def verify(self, request: Inbound) -> None:
        """Raise BadSignature unless the session's token is one of ours."""
        self._address(request)

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """What the customer said; other frames concern the connection only. Raises Unparseable."""
        frame = frame_of(request.body)
        return [said(frame, address=self._address(request), at=self._now())] if isinstance(frame, Say) else []

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """Nothing inline: the page reads its log."""
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """One entry for the session's log."""
        message = delivery.message
        links = tuple(link_of(piece) for piece in message.attachments if piece.url)
        unseen = tuple(f"{piece.kind.value} has no address" for piece in message.attachments if not piece.url)
        return [
            Call(method="append", params={"text": message.text, "quick_replies": message.quick_replies, "links": links}, warnings=unseen)
        ]

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Append the entry once per delivery; raises TemporaryFailure where the store does not take it now."""
        entry = ChatEntry(
            id=delivery.id, delivery=delivery.id, who=delivery.origin.value, at=delivery.created, **call.params  # type: ignore[arg-type]
        )  # fmt: skip
        if not (entry.text or entry.links):
            raise Rejected("the message is empty")
        try:
            await self._log.append(delivery.address, packed(entry), key=delivery.id)
        except (StoreAway, StoreFull) as error:
            # Perhaps it is in the log already; by its key it will not be there twice.
            raise TemporaryFailure(str(error)) from error
        return Sent(external_id=delivery.id)

    def render_correction(self, delivery: Delivery, calls: list[Call]) -> list[Call]:
        """The one entry in the place of the old one."""
        return [Call(method="amend", params=call.params, warnings=call.warnings) for call in calls]

    def render_recall(self, delivery: Delivery) -> list[Call]:
        """An entry that says that nothing is left."""
        return [Call(method="amend", params={"gone": True})]

    async def amend(self, call: Call, delivery: Delivery) -> None:
        """Put it in the log; its old words are gone from there. Raises Rejected where there is nothing to correct, TemporaryFailure."""
        amends = delivery.amends
        if amends is None or not amends.ids:
            raise Rejected("this is no amendment", failure=Failure.INTERNAL)
        (target,) = amends.ids
        mine = {} if call.params.get("gone") else {"delivery": target}
        entry = ChatEntry(id=target, who=delivery.origin.value, at=amends.at, amended=delivery.id, **mine, **call.params)  # type: ignore[arg-type]
        try:
            there = await self._log.amend(delivery.address, target, packed(entry), key=delivery.id)
        except (StoreAway, StoreFull) as error:
            raise TemporaryFailure(str(error)) from error
        if not there and amends.verb is AmendVerb.CORRECT:
            raise Rejected("the page does not show it any more", failure=Failure.UNCHANGEABLE)

    async def close(self) -> None:
        """Nothing is held."""

    def _address(self, request: Inbound) -> Address:
        token = request.headers.get(SESSION_HEADER, "")
        return session_address(token, account=self._settings.account, key=self._settings.key)
