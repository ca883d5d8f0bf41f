"""Comments in a customer's record: the conversation they belong to, how each stands, and doing something to one. Pure, for all rooms."""

from msgspec.structs import replace

from hub.model.address import Address
from hub.model.customers.record import Conversation, Live
from hub.model.ids import derived_id
from hub.model.messaging.comments import CommentAct, CommentVerb, KeptComment, Post, private_until
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, Origin, OwnerKind

COMMENTS_KEPT = 20
"""Of one conversation, the latest: how they stand; the archive has their words."""

POSTS_OPEN = 8
"""Posts a customer may have an open conversation under; beyond that the longest silent one that no person has is closed."""

IDLE = "idle:"
"""The timer that closes a conversation the bot has, by its name in `dialogs.idle`."""

DAY_MS = 86_400_000


def found(record: Live, comment: str, conversation: str = "") -> tuple[Conversation, KeptComment] | None:
    """Where a comment stands, and how; None where it is not remembered (any more)."""
    for one in reversed(record.conversations):
        if conversation in {"", one.id}:
            for kept in one.comments:
                if kept.id == comment:
                    return one, kept
    return None


def joined(turn: Turn, address: Address, post: Post) -> tuple[Turn, Conversation]:
    """The turn with the customer's open conversation under that post; a new one where none is open."""
    mine = [c for c in turn.live.conversations if c.post and c.post.id == post.id and address in c.threads]
    conversation = next((c for c in reversed(mine) if c.status is ConversationStatus.OPEN), None)
    if conversation is None:
        conversation = Conversation(id=derived_id("co", turn.entry, 0), opened=turn.now, threads=(address,), post=post)
        turn = _closed_oldest(turn).fact("conversation opened", conversation=conversation.id)
    conversation = replace(conversation, last_thread=address, last_word=turn.now)
    turn = turn.with_conversation(conversation)
    return turn.arm(IDLE + conversation.id, turn.now + DAY_MS), conversation


def _closed_oldest(turn: Turn) -> Turn:
    """Room for one more; what a person has is theirs to close."""
    open_ones = [c for c in turn.live.conversations if c.post and c.status is ConversationStatus.OPEN]
    waits = OwnerKind.QUEUE
    loose = sorted((c for c in open_ones if c.owner.kind is not OwnerKind.AGENT), key=lambda c: (c.owner.kind is waits, c.last_word))
    if len(open_ones) < POSTS_OPEN or not loose:
        return turn
    closed = replace(loose[0], status=ConversationStatus.RESOLVED, reason="superseded", comments=(), epoch=loose[0].epoch + 1)
    turn = turn.with_conversation(closed).disarm(IDLE + closed.id)
    turn = turn.note("fact", "system", "resolved: superseded", conversation=closed.id)
    return turn.fact("conversation resolved", conversation=closed.id, reason="superseded")


def with_comment(turn: Turn, conversation: str, kept: KeptComment) -> Turn:
    """The turn with how that comment stands, in its place or added."""
    home = next(c for c in turn.live.conversations if c.id == conversation)
    others = [one for one in home.comments if one.id != kept.id]
    place = next((n for n, one in enumerate(home.comments) if one.id == kept.id), len(others))
    return turn.with_conversation(replace(home, comments=(*others[:place], kept, *others[place:])[-COMMENTS_KEPT:]))


def acted(turn: Turn, act: CommentAct, *, home: Conversation, to: Address, origin: Origin, who: str, rule: str = "") -> Turn:
    """The turn with that done to a comment, and the comment standing so: should it fail, `undone` puts it back.

    A private answer is worth nothing once its time is over, whoever gives it.
    """
    known = found(turn.live, act.comment, home.id)
    end = private_until(known[1]) if known and act.verb is CommentVerb.PRIVATE else 0
    key = f"comment/{act.comment}" if rule else ""
    turn = turn.act(act, conversation=home, to=to, origin=origin, who=who, not_after=end, key=key, rule=rule)
    turn = turn.fact("comment act", verb=act.verb.value, conversation=home.id, **({"rule": rule} if rule else {"by": who}))
    return with_comment(turn, home.id, _after(known[1], act, turn.deliveries[-1].id, rule)) if known else turn


def _after(kept: KeptComment, act: CommentAct, delivery: str, rule: str) -> KeptComment:
    match act.verb:
        case CommentVerb.PRIVATE:
            return replace(kept, private=delivery)
        case CommentVerb.HIDE | CommentVerb.SHOW:
            return replace(kept, hidden=act.verb is CommentVerb.HIDE, rule=rule, by=delivery, did=act.verb)
        case CommentVerb.LIKE | CommentVerb.UNLIKE:
            return replace(kept, liked=act.verb is CommentVerb.LIKE, by=delivery, did=act.verb)
        case CommentVerb.ANSWER:
            return kept


def undone(turn: Turn, delivery: str) -> Turn:
    """The turn with a comment as it stood before that delivery, which failed."""
    for home in turn.live.conversations:
        for kept in home.comments:
            if kept.private == delivery:
                return with_comment(turn, home.id, replace(kept, private=""))
            if kept.by == delivery and kept.did in {CommentVerb.HIDE, CommentVerb.SHOW}:
                return with_comment(turn, home.id, replace(kept, hidden=kept.did is CommentVerb.SHOW, rule="", by="", did=None))
            if kept.by == delivery:
                return with_comment(turn, home.id, replace(kept, liked=kept.did is CommentVerb.UNLIKE, by="", did=None))
    return turn


def words(text: str) -> Message:
    """The message of these words."""
    return Message(text=text.strip())
