"""The words on the wire: every enumeration the stored values use."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why a message is sent; decides which checks it must pass."""

    REPLY = "reply"
    SERVICE = "service"
    MARKETING = "marketing"
    SYSTEM = "system"


class Origin(StrEnum):
    """Who speaks."""

    BOT = "bot"
    AGENT = "agent"
    NUDGE = "nudge"
    SYSTEM = "system"


class DeliveryState(StrEnum):
    """Where a delivery is; receipts climb `queued < sending < sent < delivered < read` and never go back."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DRAFT = "draft"
    WITHDRAWN = "withdrawn"


class OwnerKind(StrEnum):
    """Who answers a conversation."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class ConversationStatus(StrEnum):
    """Whether a conversation still runs."""

    OPEN = "open"
    RESOLVED = "resolved"


class ConsentState(StrEnum):
    """What a customer said about being written to."""

    GIVEN = "given"
    REFUSED = "refused"


class Lane(StrEnum):
    """Two lanes a mailbox or an outbox has."""

    LIVE = "live"
    BULK = "bulk"
