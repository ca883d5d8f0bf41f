"""What a shop does to a comment under one of its posts."""

from enum import StrEnum

from hub.model.base import Value
from hub.model.message import Message


class CommentVerb(StrEnum):
    """Answer for all to read or in private, hide from others, show again, like."""

    ANSWER = "answer"
    PRIVATE = "private"
    HIDE = "hide"
    SHOW = "show"
    LIKE = "like"


class CommentAct(Value, frozen=True):
    """One act. `message`: what is answered, in public its words alone; `id`: our own, by which the echo of a private answer is known."""

    verb: CommentVerb
    comment: str
    message: Message = Message()
    id: str = ""
