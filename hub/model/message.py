"""One message model for every channel: written once, degraded by rule where a channel cannot show it."""

from enum import StrEnum

from hub.model.base import Value


class MediaKind(StrEnum):
    """What an attachment is."""

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


class Attachment(Value, frozen=True):
    """A piece of media or a place or a contact; exactly the fields its kind has are set."""

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


class QuickReply(Value, frozen=True):
    """A short answer offered under a message; `payload` comes back when it is pressed, else the title."""

    title: str
    payload: str = ""


class Message(Value, frozen=True):
    """What is said: text, media and answers offered. Empty text with media is legal; wholly empty is not."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    reply_to: str = ""


class Capabilities(Value, frozen=True):
    """What a channel can show; data from which degradation and the feature matrix are made."""

    text_units: int
    unit: str = "characters"
    quick_replies: int = 0
    quick_reply_title: int = 0
    caption_units: int = 0
    media: frozenset[MediaKind] = frozenset()
    receipts: bool = False
    typing: bool = False
    retry_horizon_days: int = 1
    connects: bool = True
