"""What went wrong with a message, in words that every channel shares: each has a sentence for people in docs and console."""

from enum import StrEnum


class Failure(StrEnum):
    """The kinds of trouble; a provider's many codes are each one of these.

    https://github.com/anymail/django-anymail and others keep such a list; ours adds what windows, templates and limits bring.
    """

    AUTH = "auth"
    PAYMENT = "payment"
    POLICY = "policy_block"
    INVALID = "message_invalid"
    UNSUPPORTED = "unsupported"
    RECIPIENT = "invalid_recipient"
    STOPPED = "contact_stopped"
    MARKETING_STOPPED = "marketing_stopped"
    WINDOW = "outside_window"
    TEMPLATE = "template"
    MEDIA = "media"
    THROTTLED = "throttled"
    QUALITY = "quality_limit"
    ECOSYSTEM = "ecosystem_limit"
    EXPERIMENT = "experiment"
    QUOTA = "quota"
    CONNECTION = "connection_failed"
    SERVER = "provider_5xx"
    UNPARSEABLE = "response_unparseable"
    UNEXPECTED = "response_unexpected"
    STATUS = "response_status"
    CONTENT = "response_content"
    REJECTED = "rejected_with_reason"
    EXPIRED = "expired"
    LOOPING = "looping"
    DUPLICATE = "duplicate"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"
    TAKEN_OVER = "taken_over"
    JUDGED = "judged_again"
    UNCHANGEABLE = "unchangeable"

    @property
    def is_passing(self) -> bool:
        """Whether the same call may end better another time."""
        return self in {Failure.CONNECTION, Failure.SERVER, Failure.THROTTLED}
