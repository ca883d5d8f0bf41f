"""What a message offers to press, laid out as a channel can show it: native, else a simpler control, else words with the same answers."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from hub.model.messaging.message import Button, ButtonKind, Capabilities, Card, Choices, Message, QuickReply, ReplyKind, Row, Section

AS_LIST = "answers are offered as a list"
AS_BUTTONS = "answers are offered as buttons"
AS_QUICK = "answers are offered as quick replies"
NUMBERED = "answers are offered as a numbered list"


class Laid(Struct):
    """A message's offers as they can be shown: `lines` go under its words, `rows` below them as a numbered list.

    A row's number is its place among all that the message offers (`answers_of`): what is numbered beside other controls keeps it.
    """

    quick_replies: tuple[QuickReply, ...] = ()
    buttons: tuple[Button, ...] = ()
    choices: Choices | None = None
    cards: tuple[Card, ...] = ()
    lines: list[str] = field(default_factory=list)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def laid_out(message: Message, can: Capabilities) -> Laid:
    """The offers of a message for a channel with these capabilities; each step down leaves a warning."""
    laid = Laid()
    texts = sum(reply.kind is ReplyKind.TEXT for reply in message.quick_replies)
    answers = sum(button.kind is ButtonKind.REPLY for button in message.buttons)
    on_cards = sum(button.kind is ButtonKind.REPLY for card in message.cards for button in card.buttons)
    _cards(message.cards, can, laid, first=texts + answers + 1)
    _choices(message.choices, can, laid, first=texts + answers + on_cards + 1)
    _buttons(message.buttons, can, laid, first=texts + 1)
    _quick_replies(message.quick_replies, can, laid, first=1)
    laid.rows.sort(key=lambda numbered: numbered[0])
    return laid


def _cards(cards: Sequence[Card], can: Capabilities, laid: Laid, *, first: int) -> None:
    if not cards:
        return
    if len(cards) <= can.cards and all(_card_fits(card, can) for card in cards):
        laid.cards = tuple(cards)
        return
    laid.warnings.append("cards are told in words")
    for card in cards:
        laid.lines.append("\n".join(part for part in (card.title, card.subtitle, card.url or card.image) if part))
        laid.lines += [line for button in card.buttons if (line := _line(button))]
        answers = [Row(title=f"{card.title}: {b.title}", payload=b.value) for b in card.buttons if b.kind is ButtonKind.REPLY]
        laid.rows += enumerate(answers, first)
        first += len(answers)


def _card_fits(card: Card, can: Capabilities) -> bool:
    return (
        len(card.buttons) <= can.card_buttons
        and (not can.card_title or len(card.title) <= can.card_title)
        and all(button.kind in can.button_kinds for button in card.buttons)
    )


def _choices(choices: Choices | None, can: Capabilities, laid: Laid, *, first: int) -> None:
    if choices is None:
        return
    rows = [row for section in choices.sections for row in section.rows]
    if _rows_fit(rows, can):
        laid.choices = choices
        return
    _answers(rows, can, laid, first=first, ways=("quick", "buttons"))


def _buttons(buttons: Sequence[Button], can: Capabilities, laid: Laid, *, first: int) -> None:
    if not buttons:
        return
    shown = [button for button in buttons if button.kind in can.button_kinds]
    alike = can.mixed_buttons or len({button.kind is ButtonKind.REPLY for button in shown}) <= 1
    fit = len(shown) <= can.buttons and all(not can.button_title or len(b.title) <= can.button_title for b in shown)
    if shown and fit and alike:
        laid.buttons = tuple(shown)
        told = [button for button in buttons if button.kind not in can.button_kinds]
        answers: list[Button] = []
    else:
        told = list(buttons)
        answers = [button for button in buttons if button.kind is ButtonKind.REPLY]
    lines = [line for button in told if (line := _line(button))]
    laid.lines += lines
    laid.warnings += ["a button is told in words"] * bool(lines)
    if answers:
        _answers([Row(title=b.title, payload=b.value) for b in answers], can, laid, first=first, ways=("quick", "rows"))


def _quick_replies(replies: Sequence[QuickReply], can: Capabilities, laid: Laid, *, first: int) -> None:
    odd = [reply for reply in replies if reply.kind not in can.reply_kinds]
    for reply in odd:
        link = reply.extra if reply.kind in {ReplyKind.URL, ReplyKind.FORM} and reply.extra.startswith(("https://", "http://")) else ""
        laid.lines += [f"{reply.title}: {link}" if reply.title else link] * bool(link)
        laid.warnings.append(f"a quick reply of the kind {reply.kind.value} is {'told as a link' if link else 'not shown by this channel'}")
    kept = tuple(_asking(reply, can) for reply in replies if reply.kind in can.reply_kinds)
    if not kept:
        return
    if _quick_fit(kept, can) and not laid.quick_replies:
        laid.quick_replies = kept
        return
    # Words can be said another way; what the customer's app alone can answer cannot.
    asked = tuple(reply for reply in kept if reply.kind is not ReplyKind.TEXT)
    if _quick_fit(asked, can) and not laid.quick_replies:
        laid.quick_replies = asked
    else:
        laid.warnings += [f"a quick reply of the kind {reply.kind.value} is not shown by this channel" for reply in asked]
    words = [Row(title=reply.title, payload=reply.payload) for reply in kept if reply.kind is ReplyKind.TEXT]
    if words:
        _answers(words, can, laid, first=first, ways=("rows", "buttons"))


def _asking(reply: QuickReply, can: Capabilities) -> QuickReply:
    """A control that asks for more than its words is known without the last of them; an answer is not."""
    most = can.quick_reply_title
    if reply.kind is ReplyKind.TEXT or not most or len(reply.title) <= most:
        return reply
    return replace(reply, title=f"{reply.title[: most - 1].rstrip()}…")


def _answers(rows: list[Row], can: Capabilities, laid: Laid, *, first: int, ways: Iterable[str]) -> None:
    """Answers that could not be shown as they were meant: by the first other way that takes all of them, else numbered."""
    quick = tuple(QuickReply(title=row.title, payload=row.payload) for row in rows)
    for way in ways:
        if way == "quick" and _quick_fit(quick, can) and not laid.quick_replies:
            laid.quick_replies = quick
            laid.warnings.append(AS_QUICK)
            return
        if way == "rows" and _rows_fit(rows, can) and laid.choices is None:
            laid.choices = Choices(button="", sections=(Section(rows=tuple(rows)),))
            laid.warnings.append(AS_LIST)
            return
        if way == "buttons" and _buttons_fit(rows, can) and not laid.buttons:
            laid.buttons = tuple(Button(title=row.title, value=row.payload) for row in rows)
            laid.warnings.append(AS_BUTTONS)
            return
    laid.rows += enumerate(rows, first)
    laid.warnings += [NUMBERED] * (NUMBERED not in laid.warnings)


def _quick_fit(replies: Sequence[QuickReply], can: Capabilities) -> bool:
    """All as native answers or none: a list of which some are buttons and some are numbers is not read as one list."""
    longest = max((len(reply.title) for reply in replies), default=0)
    return 0 < len(replies) <= can.quick_replies and (not can.quick_reply_title or longest <= can.quick_reply_title)


def _rows_fit(rows: Sequence[Row], can: Capabilities) -> bool:
    return 0 < len(rows) <= can.rows and all(
        (not can.row_title or len(row.title) <= can.row_title) and (not can.row_description or len(row.description) <= can.row_description)
        for row in rows
    )


def _buttons_fit(rows: Sequence[Row], can: Capabilities) -> bool:
    titles = all(not can.button_title or len(row.title) <= can.button_title for row in rows)
    return len(rows) <= can.buttons and ButtonKind.REPLY in can.button_kinds and titles


def _line(button: Button) -> str:
    """A button as a line of text; empty for an answer, which is numbered."""
    return "" if button.kind is ButtonKind.REPLY else f"{button.title}: {button.value}"


def with_offers(message: Message, laid: Laid) -> Message:
    """The message with its offers as they are laid out."""
    return replace(message, quick_replies=laid.quick_replies, buttons=laid.buttons, choices=laid.choices, cards=laid.cards)
