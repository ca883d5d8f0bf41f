"""What agents ask of a customer's mailbox: to claim, say, note, release, resolve, try again."""

from hub.model.address import Address
from hub.model.base import Tagged
from hub.model.messaging.comments import CommentVerb
from hub.model.messaging.message import Message


class ClaimAsked(Tagged, frozen=True, tag="claim"):
    """An agent wants the conversation (empty id: the customer's open one)."""

    agent: str
    conversation: str = ""


class ReleaseAsked(Tagged, frozen=True, tag="release"):
    """An agent gives the conversation back to the bot."""

    agent: str
    conversation: str = ""
    summary: str = ""


class ResolveAsked(Tagged, frozen=True, tag="resolve"):
    """An agent closes the conversation."""

    agent: str
    conversation: str = ""
    reason: str = ""


class SayAsked(Tagged, frozen=True, tag="say"):
    """An agent writes; `to` chooses a thread, else the last one the customer used."""

    agent: str
    message: Message
    conversation: str = ""
    to: Address | None = None


class CommentAsked(Tagged, frozen=True, tag="comment_act"):
    """An agent does something to a comment of the customer's; `text`: what is answered. `conversation`: where it stands (empty: look)."""

    agent: str
    verb: CommentVerb
    comment: str
    text: str = ""
    conversation: str = ""


class NoteAsked(Tagged, frozen=True, tag="agent_note"):
    """An agent leaves a note for colleagues on the timeline; the customer never sees it. `mentions`: colleagues' logins."""

    agent: str
    text: str
    conversation: str = ""
    mentions: tuple[str, ...] = ()


class ReopenAsked(Tagged, frozen=True, tag="reopen"):
    """An agent takes back the closing of a conversation: it is open again, and theirs."""

    agent: str
    conversation: str


class RetryAsked(Tagged, frozen=True, tag="retry"):
    """A person wants a failed, unknown or draft delivery sent after all."""

    agent: str
    delivery: str


class DismissAsked(Tagged, frozen=True, tag="dismiss"):
    """An agent has no use for a suppressed draft: colleagues need not see it again."""

    agent: str
    delivery: str
