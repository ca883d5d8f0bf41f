"""What the hub knows of a customer: one document, four shapes."""

from hub.model.address import Address
from hub.model.base import Tagged, Value
from hub.model.channels.window import Heard
from hub.model.customers.cart import Cart, Orders
from hub.model.customers.runs import Run, SentNudge
from hub.model.events.event import NudgeAsked, Receipt
from hub.model.messaging.comments import KeptComment, Post
from hub.model.messaging.message import QuickReply
from hub.model.words import ConsentState, ConversationStatus, OwnerKind, Purpose

RECORD_BYTES = 32 * 1024
"""The largest record a commit takes; longer history belongs to the archive."""


class Fact(Value, frozen=True):
    """One thing known of a customer, with who said so and when (ms since 1970)."""

    value: str
    source: str
    at: int


class Consent(Value, frozen=True):
    """What the customer allowed for a purpose on a channel (`*`: all), on what basis, with what proof."""

    channel: str
    purpose: Purpose
    state: ConsentState
    basis: str
    proof: str
    at: int


class Owner(Value, frozen=True):
    """Who answers: the bot, nobody yet (queue), or an agent by id."""

    kind: OwnerKind = OwnerKind.BOT
    agent: str = ""


UNHAPPY = "unhappy"
"""The profile's fact of somebody who rated us 1 or 2 (its value): no marketing until a better score takes it away."""


class Feedback(Value, frozen=True):
    """What a customer was asked once an agent had closed their conversation, and said. Instants in ms since 1970; 0: not yet.

    `until`: when an answer counts no more; `score` 1 to 5; `ended`: when it was told as a fact, after which nothing is added.
    """

    agent: str
    resolved: int
    asked: int = 0
    until: int = 0
    score: int = 0
    ended: int = 0


class Lately(Value, frozen=True):
    """What was said in a conversation lately, by which a machine at the other end is known. Instants in ms since 1970.

    `words`: how often each came since `since`, by a digest; `paced`: how many in a row came at a machine's pace, the last at `last`;
    `stopped`: when the bot fell silent for it, 0: it has not.
    """

    since: int
    last: int
    words: dict[str, int] = {}
    paced: int = 0
    stopped: int = 0


class Conversation(Value, frozen=True):
    """One matter under discussion; `epoch` rises with each change of owner, and a bot's word of an older epoch is never sent.

    `since`: when its owner last changed, in ms since 1970 (0: never, or before this was kept). One begun by a letter has that letter's
    `subject`; `letter`: the provider's id of the last word, where that was a letter, or of the thread it stands in, for its
    answer to name. `post`: what the customer comments under, where they speak in public; `comments`: the latest of theirs there.
    """

    id: str
    opened: int
    owner: Owner = Owner()
    epoch: int = 1
    status: ConversationStatus = ConversationStatus.OPEN
    threads: tuple[Address, ...] = ()
    last_thread: Address | None = None
    last_word: int = 0
    misses: int = 0
    lines: tuple[str, ...] = ()
    offered: tuple[QuickReply, ...] = ()
    dialog: dict[str, str] = {}
    summary: str = ""
    reason: str = ""
    feedback: Feedback | None = None
    since: int = 0
    subject: str = ""
    letter: str = ""
    lately: Lately | None = None
    post: Post | None = None
    comments: tuple[KeptComment, ...] = ()


class Armed(Value, frozen=True):
    """A timer that runs: due in ms since 1970; a firing of another generation is nothing."""

    generation: int
    due: int


class Live(Tagged, frozen=True, tag="live"):
    """A customer as the hub knows them. `turned`: ms of the last turn, below which no later turn's `now` falls.

    `parked`: the states of receipts that came before the id they speak of; `parked_whole`: those of them that say more than a state.
    """

    id: str
    created: int
    turned: int = 0
    addresses: tuple[Address, ...] = ()
    profile: dict[str, Fact] = {}
    consents: tuple[Consent, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    timers: dict[str, Armed] = {}
    armings: int = 0
    deferred: tuple[NudgeAsked, ...] = ()
    parked: dict[str, str] = {}
    parked_whole: dict[str, Receipt] = {}
    echoes: dict[str, str] = {}
    heard: dict[str, Heard] = {}
    merged: tuple[str, ...] = ()
    cart: Cart | None = None
    orders: Orders | None = None
    runs: tuple[Run, ...] = ()
    sends: tuple[SentNudge, ...] = ()
    v: int = 1


class Moved(Tagged, frozen=True, tag="moved"):
    """A merged customer's tombstone: what arrives is forwarded; the piece stays known, so that un-merge can come."""

    id: str
    to: str
    at: int
    evidence: str = ""
    turned: int = 0
    v: int = 1


class Erased(Tagged, frozen=True, tag="erased"):
    """Somebody asked to be forgotten; only that fact stays, with the ids of those merged into them, who are forgotten too."""

    id: str
    at: int
    turned: int = 0
    merged: tuple[str, ...] = ()
    v: int = 1


class Asleep(Tagged, frozen=True, tag="asleep"):
    """A record that moved to the archive for its long silence; read back before its next turn."""

    id: str
    at: int
    turned: int = 0
    v: int = 1


Record = Live | Moved | Erased | Asleep
