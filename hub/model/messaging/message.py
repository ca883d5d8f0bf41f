"""One message model for every channel: written once, degraded by rule where a channel cannot show it."""

from enum import StrEnum

from hub.model.base import Value


class MediaKind(StrEnum):
    """What an attachment is; `unknown` until it was fetched, where the provider does not say."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    LINK = "link"
    SHARE = "share"
    STORY_MENTION = "story_mention"
    STORY_REPLY = "story_reply"
    REEL = "ig_reel"
    LIKE = "like_heart"
    PRODUCT = "product"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


class Attachment(Value, frozen=True):
    """A piece of media or a place or a contact; exactly the fields its kind has are set.

    Where it is: `url`, or the provider's own name of it (`media_id`, `file_id`), which only its channel can fetch. `duration_ms`: of
    sound and film; `sha256`: as the provider tells it (hex or base64); `preview`: address of a small picture of it. A sticker is named
    by `sticker_id`, and by `package_id` where the provider sorts them into packages. `all_ids`: where the provider names several sizes
    of one piece, or several addresses, everything it may be fetched by, in its order.
    """

    kind: MediaKind
    url: str = ""
    media_id: str = ""
    file_id: str = ""
    filename: str = ""
    mime_type: str = ""
    size: int = 0
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    address: str = ""
    phone: str = ""
    duration_ms: int = 0
    sha256: str = ""
    preview: str = ""
    sticker_id: str = ""
    package_id: str = ""
    all_ids: tuple[str, ...] = ()


class ReplyKind(StrEnum):
    """What a quick reply asks for: words, or something the customer's app knows."""

    TEXT = "text"
    LOCATION = "location"
    PHONE = "phone"
    EMAIL = "email"
    FORM = "form"
    URL = "url"


class QuickReply(Value, frozen=True):
    """A short answer offered under a message; `payload` comes back when it is pressed, else the title.

    `extra`: the address a form or link opens, or the form's id; `image`: address of a small picture beside the title.
    """

    title: str
    payload: str = ""
    kind: ReplyKind = ReplyKind.TEXT
    extra: str = ""
    image: str = ""


class ButtonKind(StrEnum):
    """What a button does."""

    REPLY = "reply"
    URL = "url"
    CALL = "call"
    WEBVIEW = "webview"
    COPY = "copy"


class Button(Value, frozen=True):
    """A button that stays with its message. `value`: the payload, address, phone number or text to copy, by its kind."""

    title: str
    kind: ButtonKind = ButtonKind.REPLY
    value: str = ""


class Row(Value, frozen=True):
    """One choice of a list; `payload` comes back when it is chosen, else the title."""

    title: str
    payload: str = ""
    description: str = ""


class Section(Value, frozen=True):
    """Rows of a list under one title."""

    rows: tuple[Row, ...]
    title: str = ""


class Choices(Value, frozen=True):
    """A list that opens at a press of `button`."""

    button: str
    sections: tuple[Section, ...]


class Card(Value, frozen=True):
    """A product or an order to look at: several stand side by side. `url` opens at a press of the card itself."""

    title: str
    subtitle: str = ""
    image: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()


class Parameter(Value, frozen=True):
    """What stands in one gap of a template: a text, or the address of an image, video or document. `name` where gaps are named."""

    value: str
    kind: str = "text"
    name: str = ""
    mime_type: str = ""


class Component(Value, frozen=True):
    """A part of a template with gaps: header, body, button (then `sub_type` and `index` say which)."""

    kind: str
    parameters: tuple[Parameter, ...] = ()
    sub_type: str = ""
    index: int = 0


class Template(Value, frozen=True):
    """An approved text of the provider's, by name and language exactly as approved there; `id` where the provider gave one."""

    name: str
    language: str = ""
    components: tuple[Component, ...] = ()
    id: str = ""


class Message(Value, frozen=True):
    """What is said: text, media and answers offered. Empty text with media, cards or a template is legal; wholly empty is not.

    Quick replies vanish once one is chosen, buttons stay with the message, `choices` open as a list. With a template the text is what
    the customer reads of it, for the timeline and for channels without templates. `language`: of the words, for what a channel adds.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    reply_to: str = ""
    buttons: tuple[Button, ...] = ()
    choices: Choices | None = None
    cards: tuple[Card, ...] = ()
    template: Template | None = None
    subject: str = ""
    language: str = ""


class Capabilities(Value, frozen=True):
    """What a channel can show; data from which degradation and the feature matrix are made. 0, none or empty: not at all.

    Texts are measured in `unit`, titles in characters. `buttons`: how many a message, a card has `card_buttons`, `mixed_buttons`: answers
    beside links; `rows`: of a list in all; `media_bytes`: the largest file of each kind, `media_types` its media types as fetched from an
    address (none told: any); `window_hours`: how long after a customer's word a free message may go (0: ever). `reply_token_s`: so long a
    message's own token answers it (0: there are none). `edits`: customers can change and take back their words; `corrects`, `recalls`: we
    can change ours, and take them back, for so many seconds (`corrects_s`, `recalls_s`; 0: ever). `typing_s`: how long "typing…" is shown;
    `typing_reads`: whether showing it marks the customer's message as read. `links`: whether an address in a text can be opened;
    `connects`: False where sending opens no connection of its own.
    """

    text_units: int
    unit: str = "characters"
    quick_replies: int = 0
    quick_reply_title: int = 0
    reply_kinds: frozenset[ReplyKind] = frozenset((ReplyKind.TEXT,))
    buttons: int = 0
    button_title: int = 0
    button_kinds: frozenset[ButtonKind] = frozenset()
    mixed_buttons: bool = True
    rows: int = 0
    row_title: int = 0
    row_description: int = 0
    cards: int = 0
    card_buttons: int = 0
    card_title: int = 0
    templates: bool = False
    caption_units: int = 0
    media: frozenset[MediaKind] = frozenset()
    media_bytes: dict[MediaKind, int] = {}
    media_types: dict[MediaKind, frozenset[str]] = {}
    reply_to: bool = False
    receipts: bool = False
    read_receipts: bool = False
    typing: bool = False
    typing_s: int = 0
    typing_reads: bool = False
    marks_read: bool = False
    edits: bool = False
    reactions: bool = False
    corrects: bool = False
    corrects_s: int = 0
    recalls: bool = False
    recalls_s: int = 0
    links: bool = True
    subject: bool = False
    window_hours: int = 0
    reply_token_s: int = 0
    retry_horizon_days: int = 1
    connects: bool = True
    webhook_bytes: int = 0


_SAME_TYPES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "video/x-m4v": "video/mp4",
}
"""Names that are in use and not registered, by those that are: https://www.iana.org/assignments/media-types"""


def carries(can: Capabilities, piece: Attachment) -> bool:
    """Whether a channel shows this piece as what it is; of one named by an address also whether the provider can fetch it from there."""
    if piece.kind not in can.media or piece.size > can.media_bytes.get(piece.kind, piece.size):
        return False
    if not piece.url or piece.file_id or piece.media_id:
        return True
    types = can.media_types.get(piece.kind)
    known = not piece.mime_type or types is None or _SAME_TYPES.get(piece.mime_type, piece.mime_type) in types
    return known and not (can.connects and piece.url.startswith("/"))
