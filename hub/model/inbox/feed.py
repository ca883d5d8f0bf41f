"""The inbox as consoles see it: cards of conversations, lines of a timeline, and the frames of the live feed."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.model.base import Value
from hub.model.errors import Unparseable
from hub.model.messaging.comments import Post
from hub.model.turns.journal import TimelineEntry
from hub.model.words import ConversationStatus, DeliveryState, OwnerKind

FRAME_BYTES = 32 * 1024
CURSOR_LENGTH = 2048

_Id = Annotated[str, Meta(max_length=128)]
_Cursor = Annotated[str, Meta(max_length=CURSOR_LENGTH, pattern=r"^[A-Za-z0-9_-]*\Z")]


class View(StrEnum):
    """The inbox's lists: waiting for a person, mine, all open ones, the closed ones of late, open comments under posts."""

    QUEUE = "queue"
    MINE = "mine"
    OPEN = "open"
    RESOLVED = "resolved"
    COMMENTS = "comments"


class Line(Value, frozen=True):
    """One line of the timeline; for what we sent, how far it came, the provider's reason and code where it failed, and its ids.

    `failure`: what went wrong, in a word that every channel shares (docs/outcomes.md).
    """

    entry: TimelineEntry
    state: DeliveryState | None = None
    reason: str = ""
    code: str = ""
    external_ids: tuple[str, ...] = ()
    failure: str = ""


class CardOwner(Value, frozen=True, omit_defaults=False):
    """Who answers a conversation; `agent` only where a person does."""

    kind: OwnerKind
    agent: str


class CardLast(Value, frozen=True, omit_defaults=False):
    """The newest words of a conversation; `kind` as on the timeline (message, note, draft), empty where none are at hand."""

    who: str
    text: str
    at: int
    kind: str


class ConversationCard(Value, frozen=True, omit_defaults=False):
    """A conversation as a list shows it. Times in ms since 1970.

    `waiting_since`: since when it waits for a person (0: it does not); `last_word`: the customer's newest word; `unanswered`: the
    customer's lines since a person or the bot last spoke, counted to at most 20; `place`: its place in the queue, from 1 (0: unknown).
    `post`: what they comment under, where they speak in public.
    """

    customer: str
    conversation: str
    name: str
    channel: str
    account: str
    owner: CardOwner
    epoch: int
    status: ConversationStatus
    opened: int
    last_word: int
    waiting_since: int
    last: CardLast
    unanswered: int
    language: str
    place: int = 0
    post: Post | None = None


class Counts(Value, frozen=True, omit_defaults=False):
    """How many conversations each view has; `mine` of whoever asks; of `comments`, those that wait for a person."""

    queue: int
    mine: int
    open: int
    comments: int = 0


class Present(Value, frozen=True, omit_defaults=False):
    """Somebody whose console is open, and which customer it shows ('': none)."""

    login: str
    name: str
    customer: str


class FeedFrame(Value, frozen=True, tag_field="type", omit_defaults=False):
    """One JSON text of the feed; `type` tells which."""


class FeedHello(FeedFrame, frozen=True, tag="hello"):
    """The console's first word: what happened behind `cursor` follows; which views it shows, and which customer; `away`: as of look."""

    cursor: _Cursor = ""
    views: tuple[View, ...] = ()
    customer: _Id = ""
    away: bool = False


class FeedLook(FeedFrame, frozen=True, tag="look"):
    """The console shows this customer from now on ('': none); answered by `looking`.

    `away`: nobody sees it, for its tab is hidden: it is told all the same, but nobody counts as looking, and nothing as read.
    """

    customer: _Id = ""
    away: bool = False


class FeedViews(FeedFrame, frozen=True, tag="views"):
    """The console shows these views from now on."""

    views: tuple[View, ...] = ()


class FeedTyping(FeedFrame, frozen=True, tag="typing"):
    """The agent is typing to this customer; said again every few seconds while it lasts."""

    customer: _Id


ConsoleFrame = FeedHello | FeedLook | FeedViews | FeedTyping


class FeedWelcome(FeedFrame, frozen=True, tag="welcome"):
    """The feed goes on behind `cursor`. `resync`: what happened before that is not told any more, so list and read again."""

    cursor: str
    resync: bool
    counts: Counts


class FeedCard(FeedFrame, frozen=True, tag="card"):
    """A conversation is new, has changed, or has left a view: owner and status say where it belongs now."""

    cursor: str
    card: ConversationCard


class FeedLooking(FeedFrame, frozen=True, tag="looking"):
    """From here on all that happens to `customer` is told ('': nobody). Who reads their timeline after this misses nothing."""

    cursor: str
    customer: str


class FeedGone(FeedFrame, frozen=True, tag="gone"):
    """This customer is no more: merged into `to`, who has their conversations and lines now, or ('') forgotten."""

    cursor: str
    customer: str
    to: str


class FeedLines(FeedFrame, frozen=True, tag="lines"):
    """New lines of the customer looked at, oldest first; each comes once."""

    cursor: str
    customer: str
    lines: tuple[Line, ...]


class FeedDelivery(FeedFrame, frozen=True, tag="delivery"):
    """What became of a message of the customer looked at, whose line was told before."""

    cursor: str
    customer: str
    delivery: str
    state: DeliveryState
    reason: str
    code: str
    failure: str = ""


class FeedCounts(FeedFrame, frozen=True, tag="counts"):
    """How many conversations each view has now, as in `Counts`."""

    queue: int
    mine: int
    open: int
    comments: int = 0


class FeedPresence(FeedFrame, frozen=True, tag="presence"):
    """Who is here now, all of them, and which customer each looks at."""

    people: tuple[Present, ...]


class FeedTyped(FeedFrame, frozen=True, tag="typing"):
    """Somebody is typing: the customer (`who` is customer) or a colleague (agent:<login>). It holds for about five seconds."""

    customer: str
    who: str


class FeedCursor(FeedFrame, frozen=True, tag="cursor"):
    """All up to here was told; nothing of it concerned this console."""

    cursor: str


class FeedStale(FeedFrame, frozen=True, tag="stale"):
    """More changed in these views than is told one by one: list them again."""

    views: tuple[View, ...]


class FeedAlerts(FeedFrame, frozen=True, tag="alerts"):
    """What is wrong with the hub has changed; who may watch asks for it (`GET /api/alerts`)."""


class FeedBye(FeedFrame, frozen=True, tag="bye"):
    """The hub closes. `reason`: slow (come again with your cursor), signed out, forbidden, restart, hello, frame, away."""

    reason: str


HubFrame = (
    FeedWelcome | FeedCard | FeedLooking | FeedGone | FeedLines | FeedDelivery | FeedCounts | FeedPresence | FeedTyped | FeedCursor
    | FeedStale | FeedAlerts | FeedBye
)  # fmt: skip

_console_frames: msgspec.json.Decoder[ConsoleFrame] = msgspec.json.Decoder(ConsoleFrame)
_encoder = msgspec.json.Encoder()


def console_frame(raw: str | bytes) -> ConsoleFrame:
    """What a console says; raises Unparseable naming the field, never its value."""
    try:
        return _console_frames.decode(raw)
    except msgspec.ValidationError as error:
        words = str(error)
        # "Invalid value 'x' - at `$.type`" quotes what was sent.
        raise Unparseable(words if not words.startswith("Invalid") else f"unknown{words[words.rfind(' - at ') :]}") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Unparseable(type(error).__name__) from error


def framed(frame: FeedFrame) -> str:
    """A frame as it goes over the wire."""
    return _encoder.encode(frame).decode()
