"""What a message of WhatsApp's can offer to press: one control a message, of one sort.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages and its siblings
"""

from collections.abc import Mapping, Sequence

from hub.model.base import Value
from hub.model.messaging.message import ButtonKind, Choices, MediaKind, Message, QuickReply, ReplyKind, Row, Section

MOST_BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
"""…/messages/interactive-reply-buttons-messages"""

MOST_ROWS = 10
ROW_TITLE = 24
ROW_DESCRIPTION = 72
ROW_ID = 200
LIST_BUTTON = 20
SECTION_TITLE = 24
"""…/messages/interactive-list-messages"""

LINK_TITLE = 20
"""…/messages/interactive-cta-url-messages"""

FORM_TITLE = 30
"""https://developers.facebook.com/docs/whatsapp/flows/guides/sendingaflow"""

HEADERS = frozenset((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.FILE))
"""What may stand above buttons, a link or a form; a list takes only words there."""

REPLY_KINDS = frozenset((ReplyKind.TEXT, ReplyKind.LOCATION, ReplyKind.PHONE, ReplyKind.FORM, ReplyKind.URL))
BUTTON_KINDS = frozenset((ButtonKind.REPLY, ButtonKind.URL))

_FIRST = (ReplyKind.LOCATION, ReplyKind.PHONE, ReplyKind.FORM, ReplyKind.URL)
"""Only one of these can be shown, and nothing beside it: what the shop cannot ask in words goes first."""


class Words(Value, frozen=True):
    """What stands on a control that was given no words, by language."""

    said: Mapping[str, tuple[str, str, str, str]]

    def choose(self, language: str) -> str:
        """Above answers that come without a message."""
        return self._in(language)[0]

    def menu(self, language: str) -> str:
        """Opens a list."""
        return self._in(language)[1]

    def form(self, language: str) -> str:
        """Opens a form."""
        return self._in(language)[2]

    def link(self, language: str) -> str:
        """Opens an address."""
        return self._in(language)[3]

    def _in(self, language: str) -> tuple[str, str, str, str]:
        return self.said.get(language) or self.said.get(language.partition("-")[0]) or self.said["en"]


WORDS = Words(
    said={
        "en": ("Please choose:", "Menu", "Open Form", "Open Link"),
        "vi": ("Mời bạn chọn:", "Chọn", "Mở biểu mẫu", "Mở liên kết"),
        "zh": ("請選擇：", "選單", "開啟表單", "開啟連結"),
        "es": ("Elija una opción:", "Menú", "Abrir formulario", "Abrir enlace"),
        "fr": ("Choisissez :", "Menu", "Ouvrir le formulaire", "Ouvrir le lien"),
        "id": ("Silakan pilih:", "Menu", "Buka formulir", "Buka tautan"),
        "pt": ("Escolha uma opção:", "Menu", "Abrir formulário", "Abrir link"),
    }
)


class Offer(Value, frozen=True):
    """A control: WhatsApp's type and action of it, whether a picture may stand above, and what is told in words beside it."""

    type: str
    action: dict[str, object]
    takes_header: bool = True
    lines: tuple[str, ...] = ()


def offer_of(message: Message, warnings: list[str]) -> Offer | None:
    """The one control that shows what a message offers, None where it offers nothing; what has no room in it leaves a warning."""
    for kind in _FIRST:
        asked = [reply for reply in message.quick_replies if reply.kind is kind]
        if asked:
            _only(kind, message, warnings)
            return _asking(asked[0], message.language)
    answers = [Row(title=r.title, payload=r.payload, description=r.extra) for r in message.quick_replies]
    answers += [Row(title=b.title, payload=b.value) for b in message.buttons if b.kind is ButtonKind.REPLY]
    links = [button for button in message.buttons if button.kind is ButtonKind.URL]
    lines = tuple(f"{link.title}: {link.value}" for link in (links if answers or message.choices else links[1:]))
    warnings += ["a button is told in words"] * bool(lines)
    if message.choices or _as_list(answers):
        return _list(_sections(answers, message.choices), message, lines=lines, warnings=warnings)
    if answers:
        return _buttons(answers, lines)
    return _link(links[0].title, links[0].value, message.language, lines=lines) if links else None


def _only(kind: ReplyKind, message: Message, warnings: list[str]) -> None:
    beside = [r.kind.value for r in message.quick_replies if r.kind is not kind] + ["button"] * len(message.buttons)
    beside += ["list"] if message.choices else []
    same = sum(reply.kind is kind for reply in message.quick_replies) - 1
    told = [f"a {each} cannot stand beside a quick reply of the kind {kind.value}" for each in beside]
    warnings += told + [f"only the first quick reply of the kind {kind.value} is shown"] * bool(same)


def _asking(reply: QuickReply, language: str) -> Offer:
    match reply.kind:
        case ReplyKind.LOCATION:
            return Offer(type="location_request_message", action={"name": "send_location"}, takes_header=False)
        case ReplyKind.PHONE:
            return Offer(type="request_contact_info", action={"name": "request_contact_info"}, takes_header=False)
        case ReplyKind.FORM if not reply.extra.startswith(("https://", "http://")):
            cta = (reply.title or WORDS.form(language))[:FORM_TITLE]
            form: dict[str, object] = {"flow_message_version": "3", "flow_id": reply.extra, "flow_cta": cta}
            if reply.payload:
                form["flow_token"] = reply.payload
            return Offer(type="flow", action={"name": "flow", "parameters": form})
        case _:
            return _link(reply.title, reply.extra, language)


def _link(title: str, url: str, language: str, *, lines: tuple[str, ...] = ()) -> Offer:
    shown = (title or WORDS.link(language))[:LINK_TITLE]
    return Offer(type="cta_url", action={"name": "cta_url", "parameters": {"display_text": shown, "url": url}}, lines=lines)


def _as_list(answers: Sequence[Row]) -> bool:
    """Whether answers need a list: too many for buttons, too long, explained, or alike, for buttons must differ."""
    titles = [row.title for row in answers]
    return (
        len(answers) > MOST_BUTTONS
        or any(len(title) > BUTTON_TITLE for title in titles)
        or any(row.description for row in answers)
        or len(set(titles)) < len(titles)
    )


def _buttons(answers: Sequence[Row], lines: tuple[str, ...]) -> Offer:
    replies = [{"id": id_, "title": row.title} for id_, row in zip(control_ids(answers, BUTTON_ID), answers, strict=True)]
    return Offer(type="button", action={"buttons": [{"type": "reply", "reply": reply} for reply in replies]}, lines=lines)


def _sections(answers: Sequence[Row], choices: Choices | None) -> tuple[Section, ...]:
    """All rows under their titles; under one where a title is missing, for several sections need one each."""
    sections = (*([Section(rows=tuple(answers))] if answers else []), *(choices.sections if choices else ()))
    if len(sections) > 1 and not all(section.title for section in sections):
        return (Section(rows=tuple(row for section in sections for row in section.rows)),)
    return sections


def _list(sections: tuple[Section, ...], message: Message, *, lines: tuple[str, ...], warnings: list[str]) -> Offer:
    rows = [row for section in sections for row in section.rows]
    if len(rows) > MOST_ROWS:
        warnings.append(f"only the first {MOST_ROWS} choices are shown")
    ids = iter(control_ids(rows, ROW_ID)[:MOST_ROWS])
    shown = [_section(section, [_row(row, id_) for row, id_ in zip(section.rows, ids, strict=False)]) for section in sections]
    button = (message.choices.button if message.choices else "") or WORDS.menu(message.language)
    action: dict[str, object] = {"button": button[:LIST_BUTTON], "sections": [section for section in shown if section["rows"]]}
    return Offer(type="list", action=action, takes_header=False, lines=lines)


def _section(section: Section, rows: list[dict[str, str]]) -> dict[str, object]:
    return {"title": section.title[:SECTION_TITLE], "rows": rows} if section.title else {"rows": rows}


def _row(row: Row, id_: str) -> dict[str, str]:
    told = {"id": id_, "title": row.title[:ROW_TITLE], "description": row.description[:ROW_DESCRIPTION]}
    return {key: value for key, value in told.items() if value}


def control_ids(offered: Sequence[Row], most: int) -> tuple[str, ...]:
    """What each control sends back, unique and no longer than `most`: its payload, else its title, else its number.

    The hub understands all three against what it offered, so a long payload needs no memory here.
    """
    taken: list[str] = []
    for n, row in enumerate(offered, 1):
        others = {(other.payload or other.title).strip() for other in offered if other is not row}
        fitting = (c for c in ((row.payload or row.title).strip(), row.title.strip()) if 0 < len(c) <= most)
        taken.append(next((c for c in fitting if c not in taken and (c == row.payload.strip() or c not in others)), str(n)))
    return tuple(taken)
