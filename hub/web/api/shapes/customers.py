"""The API's own shapes: what is asked and what is answered. Records, lines and messages are the model's."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.model.address import Address
from hub.model.messaging.message import Attachment, Message, QuickReply
from hub.store.customers.records import Line
from hub.store.inbox.queue import Waiting
from hub.store.mailboxes.dead_letters import Dead

Name = Annotated[str, Meta(min_length=1, max_length=128, description="An id or a short name.")]
Reference = Annotated[str, Meta(max_length=128, description="An id; empty: the obvious one.")]
Agent = Annotated[str, Meta(max_length=128, description="Who acts: left out by whoever is signed in, named by a program.")]
Words = Annotated[str, Meta(max_length=20_000)]
Remark = Annotated[str, Meta(max_length=2_000)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Instant = Annotated[int, Meta(ge=0, le=1 << 52, description="ms since 1970; 0: none.")]


class Body(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request's body: a field we do not know is a mistake that is told."""


class ClaimBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take a conversation over; without `conversation` the customer's open one."""

    agent: Agent = ""
    conversation: Reference = ""


class SayBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Write to the customer; `to` chooses a thread, else the last one the customer used."""

    agent: Agent = ""
    text: Words = ""
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=20)] = ()
    quick_replies: Annotated[tuple[QuickReply, ...], Meta(max_length=50)] = ()
    reply_to: Reference = ""
    conversation: Reference = ""
    to: Address | None = None

    def message(self) -> Message:
        """What is said, as the model has it."""
        return Message(text=self.text, attachments=self.attachments, quick_replies=self.quick_replies, reply_to=self.reply_to)


class ReleaseBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Give the conversation back to the bot, with a summary for its memory."""

    agent: Agent = ""
    conversation: Reference = ""
    summary: Remark = ""


class ResolveBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Close the conversation."""

    agent: Agent = ""
    conversation: Reference = ""
    reason: Remark = ""


class RetryBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Send a failed, unknown or draft delivery after all."""

    delivery: Name
    agent: Agent = ""


class MergeBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Two customers are one; the older id survives, whichever is named in the path."""

    other: Name
    evidence: Annotated[str, Meta(min_length=1, max_length=500)]


class NudgeBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message we want to send unasked; the gate decides whether and when. `key`: what it is about, for the journal."""

    text: Words = ""
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=20)] = ()
    quick_replies: Annotated[tuple[QuickReply, ...], Meta(max_length=50)] = ()
    purpose: Literal["marketing", "service"] = "marketing"
    not_after: Instant = 0
    key: Reference = ""

    def message(self) -> Message:
        """What is said, as the model has it."""
        return Message(text=self.text, attachments=self.attachments, quick_replies=self.quick_replies)


class NoteBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fact for the timeline, with no consequence of its own."""

    name: Name
    detail: Remark = ""


class StopBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Throw the kill switch (no marketing send begins any more) or lift it."""

    state: Literal["on", "off"]
    by: Agent = ""
    reason: Remark = ""


class TimelineQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the newest lines, or of those before: `before` of the page that was read last."""

    limit: Limit = 50
    before: Annotated[str, Meta(max_length=8_000)] = ""


class ConversationsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which conversations; `cursor` from the page before."""

    state: Literal["queue"] = "queue"
    limit: Limit = 50
    cursor: Annotated[str, Meta(max_length=400)] = ""


class ListQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the newest."""

    limit: Limit = 50


class CasesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which account (empty: all), and how many of the newest of each."""

    channel: Reference = ""
    account: Reference = ""
    limit: Limit = 50


class Settled(Struct, frozen=True):
    """The turn is taken. `customer`: who has the conversation now; `event`: the id under which it is on the timeline."""

    event: str
    customer: str
    conversation: str = ""
    owner: str = ""
    epoch: int = 0


class UnderWay(Struct, frozen=True):
    """Not decided within five seconds: ask again with the header `Idempotency-Key: <key>`."""

    event: str
    key: str
    detail: str


class Told(Struct, frozen=True):
    """Durable in the customer's mailbox; `repeated`: it was there already."""

    event: str
    repeated: bool = False


class Timeline(Struct, frozen=True):
    """Lines, oldest first. `before`: where older ones begin, empty at the end; `older_away`: they cannot be read now, ask again later."""

    customer: str
    lines: tuple[Line, ...]
    before: str = ""
    older_away: bool = False


class Found(Struct, frozen=True):
    """Whose address it is, after all merges."""

    customer: str


class Conversations(Struct, frozen=True):
    """Longest waiting first; `next`: the cursor of the page after, empty at the end."""

    conversations: tuple[Waiting, ...]
    next: str = ""


class DeadList(Struct, frozen=True):
    """What was given up, newest first."""

    dead: tuple[Dead, ...]


class Retried(Struct, frozen=True):
    """It is in its mailbox again."""

    partition: int
    entry: str


class StopState(Struct, frozen=True):
    """`partly`: not in all partitions; throw or lift it again."""

    state: Literal["on", "off", "partly"]
    by: str = ""
    at: int = 0
    reason: str = ""


class KeptCase(Struct, frozen=True):
    """One webhook that was not understood; its content is replayed, never shown. `replayable`: it was kept whole."""

    id: str
    channel: str
    account: str
    at: int
    reason: str
    fields: tuple[str, ...]
    size: int
    replayable: bool


class CaseList(Struct, frozen=True):
    """What was not understood in the last seven days, newest first."""

    cases: tuple[KeptCase, ...]


class Replayed(Struct, frozen=True):
    """What the parser of today made of it; what is still not understood stays kept."""

    understood: int
    not_understood: int
