"""Comments under a shop's posts: what a shop does to one, what is remembered of it, and until when it may be answered in private."""

from enum import StrEnum

from hub.model.base import Value
from hub.model.messaging.message import Message

PRIVATE_DAYS = 7
"""How long a comment takes its one private answer: https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies"""

PRIVATE_MS = PRIVATE_DAYS * 86_400_000
COMMENT_LINE, POST_LINE = "comment", "post"
"""The kinds of timeline lines that hold a comment, and what it stands under."""

VERB, ABOUT, RULE = "verb", "comment", "rule"
"""What a line of an act tells: what was done, to which comment, by which rule (where no person did it)."""

PHONE_RULE = "phone"
"""The rule that hides a comment which shows a phone number."""


class CommentVerb(StrEnum):
    """Answer for all to read or in private, hide from others, show again, like and take that back."""

    ANSWER = "answer"
    PRIVATE = "private"
    HIDE = "hide"
    SHOW = "show"
    LIKE = "like"
    UNLIKE = "unlike"


SPOKEN = frozenset((CommentVerb.ANSWER, CommentVerb.PRIVATE))
"""What says words; the others only change how a comment stands."""


class CommentAct(Value, frozen=True):
    """One act. `message`: what is answered, in public its words alone; `id`: our own, by which the echo of a private answer is known."""

    verb: CommentVerb
    comment: str
    message: Message = Message()
    id: str = ""


class Post(Value, frozen=True):
    """What comments stand under. Besides `id` everything is empty where the provider did not tell; `live`: it is broadcast as they come.

    `picture`: an address that is good for a while.
    """

    id: str
    text: str = ""
    url: str = ""
    picture: str = ""
    live: bool = False


class KeptComment(Value, frozen=True):
    """How a comment stands. `at`: when it was written (ms since 1970); `private`: the delivery of its one private answer.

    `rule`: what hid it where no person did; `by` and `did`: the delivery that changed last how it stands, and what it did.
    """

    id: str
    at: int
    hidden: bool = False
    liked: bool = False
    removed: bool = False
    private: str = ""
    rule: str = ""
    by: str = ""
    did: CommentVerb | None = None


def private_until(comment: KeptComment) -> int:
    """Until when a comment may be answered in private, in ms since 1970."""
    return comment.at + PRIVATE_MS
