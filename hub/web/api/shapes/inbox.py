"""What the inbox's routes are asked and answer; cards and frames are the model's (hub/model/inbox/feed.py)."""

from typing import Annotated

from msgspec import Meta, Struct

from hub.model.inbox.feed import CURSOR_LENGTH, ConversationCard, Counts, HubFrame, View
from hub.model.messaging.comments import CommentVerb
from hub.web.api.shapes.customers import Body, Name, Reference


class InboxQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which view, and which page of it: `cursor` is the page before's `next`. `agent`: whose `mine` (empty: the caller's)."""

    view: View = View.QUEUE
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, Meta(max_length=400)] = ""
    agent: Reference = ""


class InboxPage(Struct, frozen=True):
    """Queue: longest waiting first; mine: longest held first; comments: longest waiting, then newest; the others: newest first.

    A page may be short: `next` counts.

    `next`: the cursor of the page after, empty at the end; `feed`: from where the live feed tells on from this page.
    """

    conversations: tuple[ConversationCard, ...]
    next: str
    counts: Counts
    feed: str


class AgentNoteBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Leave a note for colleagues; `mentions`: logins of those who shall look at it."""

    agent: Reference = ""
    text: Annotated[str, Meta(min_length=1, max_length=5_000)]
    conversation: Reference = ""
    mentions: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()


class ReopenBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take back the closing of this conversation."""

    agent: Reference = ""
    conversation: Name


class DismissBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """This draft is of no use."""

    agent: Reference = ""
    delivery: Name


class CommentBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Do this to a comment of the customer's; `text`: what is answered, in public or in private."""

    agent: Reference = ""
    verb: CommentVerb
    comment: Name
    text: Annotated[str, Meta(max_length=8_000)] = ""
    conversation: Reference = ""


class FeedQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """From where (`cursor`; empty: from now), which views (names with commas between), and which customer is looked at.

    `away`: nobody looks just now, for the tab is hidden.
    """

    cursor: Annotated[str, Meta(max_length=CURSOR_LENGTH)] = ""
    views: Annotated[str, Meta(max_length=64)] = ""
    customer: Reference = ""
    away: bool = False


class FeedPage(Struct, frozen=True):
    """All frames behind the cursor, a welcome first; the last one bears the cursor for the next asking."""

    frames: tuple[HubFrame, ...]
