"""What a message offers to answer with, whatever control it is shown by."""

from hub.model.messaging.message import ButtonKind, Message, QuickReply, ReplyKind


def answers_of(message: Message) -> tuple[QuickReply, ...]:
    """All that a message offers to answer with, in the order it is numbered: quick replies, buttons, rows of a list, buttons of cards."""
    rows = (row for section in message.choices.sections for row in section.rows) if message.choices else ()
    buttons = (*message.buttons, *(button for card in message.cards for button in card.buttons))
    return (
        *(reply for reply in message.quick_replies if reply.kind is ReplyKind.TEXT),
        *(QuickReply(title=b.title, payload=b.value) for b in buttons if b.kind is ButtonKind.REPLY),
        *(QuickReply(title=row.title, payload=row.payload) for row in rows),
    )
