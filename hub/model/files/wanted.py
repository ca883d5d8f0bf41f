"""Customers' files on their way from a provider to the hub: what is wanted, where it lies and how long, and why one was not had."""

from collections.abc import Mapping
from enum import StrEnum

from hub.model.address import Address
from hub.model.base import Tagged, Value
from hub.model.messaging.message import Attachment, MediaKind

DAY_MS = 86_400_000

FETCHED_KINDS = frozenset(
    {
        MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE, MediaKind.STICKER, MediaKind.SHARE,
        MediaKind.STORY_MENTION, MediaKind.STORY_REPLY, MediaKind.REEL, MediaKind.UNKNOWN,
    }
)  # fmt: skip
"""What of a message may be a file at the provider."""

FILE_LINE = "file"
"""The kind of a timeline's line that says what became of a file; `detail` has `line` (whose), `place` (which of it), `state`."""


class FileState(StrEnum):
    """How far a file came; before either there is no line of it."""

    STORED = "stored"
    UNAVAILABLE = "unavailable"


class Unhad(StrEnum):
    """Why a file could not be had."""

    GONE = "gone"
    EXPIRED = "expired"
    LARGE = "too_large"
    KIND = "kind"
    FORBIDDEN = "forbidden"
    FOREIGN = "foreign"
    QUOTA = "quota"


class Whence(Value, frozen=True):
    """Where a channel's files may lie: on these hosts and on all below them, by https. `days`: how long the provider keeps them.

    `base_url`: where the account's provider is reached; what lies there is always its own, whatever the network. `*`: any public host.
    """

    hosts: tuple[str, ...] = ()
    days: float = 7
    base_url: str = ""


class Limits(Value, frozen=True):
    """How many bytes a file of a kind may have (`most` for a kind that is not named), and how many seconds it may take."""

    most: int
    by_kind: Mapping[MediaKind, int] = {}
    seconds: float = 60.0

    def of(self, kind: MediaKind) -> int:
        """The most bytes of this kind."""
        return self.by_kind.get(kind, self.most)


class Wanted(Value, frozen=True):
    """A file a customer sent that is still to be fetched: which place of which line it has. `at`: when it was sent (ms since 1970)."""

    line: str
    place: int
    customer: str
    address: Address
    attachment: Attachment
    at: int
    conversation: str = ""

    @property
    def id(self) -> str:
        """The same for the same piece, however often it is asked for."""
        return f"{self.line}/{self.place}"


class Fetched(Tagged, frozen=True, tag="fetched"):
    """What became of a file the customer sent: it is here (`attachment`, under the hub's own address), or why it never will be.

    `line` and `place`: which attachment of which line of the timeline; `reason`: a word of `Unhad`, empty where it is here.
    """

    line: str
    place: int = 0
    attachment: Attachment | None = None
    reason: str = ""
    conversation: str = ""


def is_wanted(piece: Attachment) -> bool:
    """Whether a customer's piece is a file that lies somewhere else than here."""
    named = bool(piece.media_id or piece.file_id or piece.url)
    return piece.kind in FETCHED_KINDS and named and not piece.url.startswith("/")
