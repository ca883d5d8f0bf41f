"""What is done to a comment, as calls of Graph.

https://developers.facebook.com/docs/graph-api/reference/comment, https://developers.facebook.com/docs/instagram-platform/comment-moderation,
https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies
"""

from collections.abc import Mapping

from channels.kinds import Field
from channels.meta.render import Dialect, calls_to
from hub.model.base import Value
from hub.model.channels.ports import Call
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.comments import CommentAct, CommentVerb

DELETE = "DELETE "
"""Stands before the path of a call that deletes: https://developers.facebook.com/docs/graph-api/reference/object/likes#deleting"""


HIDE_NUMBERS = Field(
    key="hide_numbers",
    required=False,
)


class Place(Value, frozen=True):
    """Where comments stand: the edge that takes answers, the field that hides, an answer's longest text, what can be done at all."""

    answers: str
    hides: str
    text_units: int
    verbs: frozenset[CommentVerb]


def comment_calls(act: CommentAct, place: Place, dialect: Dialect) -> list[Call]:
    """The calls an act takes; raises Rejected for what cannot be done or said there."""
    if act.verb not in place.verbs:
        raise Rejected(f"a comment cannot be given this here: {act.verb.value}", failure=Failure.UNSUPPORTED)
    match act.verb:
        case CommentVerb.ANSWER:
            return [_call(f"{act.comment}/{place.answers}", {"message": _words(act, place)})]
        case CommentVerb.PRIVATE:
            return _in_private(act, dialect)
        case CommentVerb.HIDE | CommentVerb.SHOW:
            return [_call(act.comment, {place.hides: act.verb is CommentVerb.HIDE})]
        case CommentVerb.LIKE:
            return [_call(f"{act.comment}/likes", {})]
        case CommentVerb.UNLIKE:
            return [_call(f"{DELETE}{act.comment}/likes", {})]


def _in_private(act: CommentAct, dialect: Dialect) -> list[Call]:
    """One message a comment, within seven days of it; the conversation begins when the person answers."""
    head = {"recipient": {"comment_id": act.comment}, "messaging_type": "RESPONSE"}
    calls = calls_to(head, act.message, dialect, mark=act.id)
    if len(calls) != 1:
        raise Rejected("a comment takes one private message, and no longer one", failure=Failure.INVALID)
    return calls


def _words(act: CommentAct, place: Place) -> str:
    text = act.message.text.strip()
    if not text or len(text) > place.text_units:
        raise Rejected(f"an answer to a comment has 1 to {place.text_units} characters", failure=Failure.INVALID)
    return text


def _call(path: str, params: Mapping[str, object]) -> Call:
    return Call(method=path, params=dict(params))
