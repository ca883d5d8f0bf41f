"""What stands behind the Telegram stand-in: chats, their messages, and updates the bot has not fetched."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from hub.model.base import Value

Json = dict[str, object]


class Update(Value, frozen=True):
    """One update that waits for the bot."""

    id: int
    chat: str
    body: Json


@dataclass
class Chat:
    """One phone: whose it is, what it shows, and whether its owner blocked the bot. Messages are as the phone page draws them.

    `keys` stand below the text field: `once` closes them at the first press, and a phone's owner can open what is `shut` again.
    """

    id: str
    name: str
    language: str = "vi"
    blocked: bool = False
    typing_until: float = 0.0
    messages: list[Json] = field(default_factory=list)
    keys: list[list[Json]] = field(default_factory=list)
    once: bool = False
    shut: bool = False

    @property
    def shown(self) -> list[Json]:
        """The messages that were not deleted."""
        return [message for message in self.messages if not message.get("deleted")]

    @property
    def group(self) -> bool:
        """Whether several people write in it."""
        return self.id.startswith("-")


@dataclass
class Webhook:
    """Where updates go, as setWebhook was told."""

    url: str
    secret: str
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0
    allowed: tuple[str, ...] = ()


@dataclass
class Received:
    """One call the bot made. `at`: first byte, `taken`: accepted (0: never), both s of CLOCK_MONOTONIC.

    `outcome`: accepted, refused, hung (accepted, answer withheld), reset.
    """

    n: int
    method: str
    chat: str
    text: str
    at: float
    taken: float = 0.0
    outcome: str = "refused"
    message_id: int = 0
    params: Json = field(default_factory=dict)


class Pulse:
    """Wakes all who wait for a change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        """Something changed."""
        self._event.set()
        self._event = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Set at the next change."""
        return self._event

    async def wait(self, seconds: float) -> None:
        """Until the next change, at most so long."""
        event = self._event
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await event.wait()
        except TimeoutError:
            return


class World:
    """The state of one bot's Telegram. Message ids count per chat from 1, update ids over all; `counted`: the last of these."""

    def __init__(self, *, token: str, username: str) -> None:
        self.token = token
        self.username = username
        self.chats: dict[str, Chat] = {}
        self.webhook: Webhook | None = None
        self.pulse = Pulse()
        self.pending: dict[str, deque[Update]] = {}
        self.pollers = 0
        self.counted = 100_000_000

    @property
    def bot(self) -> Json:
        """The bot as getMe tells it."""
        id_text = self.token.partition(":")[0]
        number = int(id_text) if id_text.isdigit() else 1
        return {"id": number, "is_bot": True, "first_name": "Sandbox", "username": self.username}

    def chat(self, id: str, *, name: str = "") -> Chat:  # noqa: A002 - the field's name
        """The chat of that id, made at first sight."""
        known = self.chats.get(id)
        if known is None:
            known = self.chats[id] = Chat(id=id, name=name or f"Phone {id}")
        if name:
            known.name = name
        return known

    def show(self, chat: Chat, message: Json) -> int:
        """Put a message on the phone; returns its id there."""
        number = len(chat.messages) + 1
        chat.messages.append({"id": number, "at": int(time.time()), **message})
        self.pulse.beat()
        return number

    def push(self, chat: str, kind: str, content: object) -> int:
        """Queue an update for the bot; returns its number."""
        self.counted += 1
        self.put(Update(id=self.counted, chat=chat, body={"update_id": self.counted, kind: content}))
        return self.counted

    def put(self, update: Update) -> None:
        """Queue an update that has its number already."""
        self.pending.setdefault(update.chat, deque()).append(update)
        self.pulse.beat()

    def forget(self, update: Update) -> None:
        """The bot has it."""
        line = self.pending.get(update.chat)
        if line and line[0].id == update.id:
            line.popleft()
            if not line:
                del self.pending[update.chat]

    def waiting(self) -> list[Update]:
        """All updates the bot does not have, in order."""
        return sorted((u for line in self.pending.values() for u in line), key=lambda u: u.id)

    def person(self, chat: Chat) -> Json:
        """The phone's owner as an update tells them."""
        number = abs(int(chat.id)) if chat.id.lstrip("-").isdigit() else 1
        return {"id": number, "is_bot": False, "first_name": chat.name, "language_code": chat.language}

    def place(self, chat: Chat) -> Json:
        """The chat as an update tells it."""
        number: object = int(chat.id) if chat.id.lstrip("-").isdigit() else chat.id
        if chat.group:
            return {"id": number, "type": "supergroup", "title": chat.name}
        return {"id": number, "type": "private", "first_name": chat.name}
