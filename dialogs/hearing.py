"""What all dialogs share: what was said to whom, in which language, and how an answer is given."""

from dialogs.wording import ANSWER, DELIVERY, ORDER, PERSON, PICKED, SIZE, STOCK, ShopTexts, Wording
from hub.model.address import Address
from hub.model.base import Value
from hub.model.customers.record import Conversation, Live
from hub.model.events.event import Said, Started
from hub.model.messaging.message import Message, QuickReply
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, OwnerKind

LANGUAGE = "language"
"""The key in `Conversation.dialog` under which the language found in the words is kept."""

LINES = 20
"""Lines of one burst that are kept; who writes more in a second and a half is not asking a question."""

LINE = 600
"""Characters kept of a line."""

ALL_LINES = 3000
"""Characters kept of a burst: four bytes each, as emoji are, leave two thirds of a record to the rest."""


class Heard(Value, frozen=True):
    """Something the bot may answer: the words (all lines of a burst) and the conversation they belong to."""

    conversation: Conversation
    address: Address
    said: Said
    text: str
    lines: tuple[str, ...]


def thread_of(turn: Turn) -> Conversation | None:
    """The open conversation of the thread the event came by, else the customer's latest open one."""
    if not isinstance(turn.record, Live):
        return None
    for conversation in reversed(turn.record.conversations):
        if conversation.status is ConversationStatus.OPEN and conversation.post is None and turn.event.address in conversation.threads:
            return conversation
    latest = turn.conversation("")
    return latest if latest is None or latest.post is None else None


def spoken(turn: Turn) -> Said | None:
    """What the customer said to us: not what was said in a group without naming us."""
    body = turn.event.body
    return body if isinstance(body, Said) and body.mentioned and turn.event.address is not None and isinstance(turn.record, Live) else None


def heard(turn: Turn, *, first: Conversation | None = None) -> Heard | None:
    """What the bot may answer now: said to us, last of its burst, not dealt with, and no person in the conversation.

    `first` stands for the conversation where the hub has opened none yet: questions are collected before any step is taken.
    """
    said, address = spoken(turn), turn.event.address
    if said is None or address is None or turn.more or turn.handled:
        return None
    conversation = thread_of(turn) or first
    if conversation is None or conversation.owner.kind is not OwnerKind.BOT:
        return None
    lines = (*conversation.lines, said.text) if said.text else conversation.lines
    return Heard(conversation=conversation, address=address, said=said, text="\n".join(lines), lines=lines)


def line_of(said: Said, texts: ShopTexts) -> str:
    """One line of a burst as it is kept: a pressed button by its label, for its payload would be lost."""
    labels = texts.wordings[texts.languages.default].label
    label = {ORDER: labels.order, ANSWER + DELIVERY: labels.delivery}.get(said.payload, "")
    if said.payload.startswith(PICKED):
        label = f"#{said.payload.removeprefix(PICKED)}"
    return (label or said.text)[:LINE]


def language_of(turn: Turn, texts: ShopTexts, *, text: str) -> str:
    """The language to answer in: letters that leave no doubt, this conversation's, the profile's, words, the device's, the shop's.

    Letters come first: a phone set to English says nothing against a sentence with Vietnamese marks.
    """
    languages = texts.languages
    if found := languages.by_letters(text):
        return found
    conversation = thread_of(turn)
    if conversation is not None and (kept := conversation.dialog.get(LANGUAGE, "")) in texts.wordings:
        return kept
    body, profile = turn.event.body, turn.live.profile
    told = body.language if isinstance(body, (Said, Started)) else ""
    chosen, device = (profile[key].value if key in profile else "" for key in ("language", "device_language"))
    return languages.known(chosen) or languages.by_words(text) or languages.known(device or told) or languages.default


def offered(wording: Wording, *payloads: str) -> tuple[QuickReply, ...]:
    """The quick replies of these payloads, labelled in one language."""
    label = wording.label
    labels = {
        ORDER: label.order, ANSWER + DELIVERY: label.delivery, ANSWER + SIZE: label.size, ANSWER + STOCK: label.stock, PERSON: label.person
    }  # fmt: skip
    return tuple(QuickReply(title=labels[payload], payload=payload) for payload in payloads)


def answered(turn: Turn, message: Message, *, to: Address, after: Conversation) -> Turn:
    """The turn with the bot's answer and the conversation as it stands after it."""
    return turn.with_conversation(after).say(message, conversation=after, to=to)
