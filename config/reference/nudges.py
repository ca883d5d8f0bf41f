"""The reference of settings for what the hub says by itself: nudges, and answers to comments."""

from enum import StrEnum

from config.reference.entry import Entry
from config.reference.reading import decimal, hours, matching, one_of, path, web_address, whole
from hub.nudges.policy import Basis


class Waiting(StrEnum):
    """What becomes of a comment that no rule answers."""

    QUEUE = "queue"
    BOT = "bot"


NUDGES = (
    Entry(key="journeys", env=("HUB_NUDGES_JOURNEYS",), read=path, what="Folder of journeys, one YAML file each; without it the sample's."),
    Entry(
        key="quiet_hours",
        env=("HUB_NUDGES_QUIET_HOURS",),
        read=hours,
        default="21:30-08:00",
        what="When nobody is written to unasked, by the customer's own clock (the shop's where theirs is not known); `none`: never quiet.",
    ),
    Entry(
        key="live_minutes",
        env=("HUB_NUDGES_LIVE_MINUTES",),
        read=decimal(0, 24 * 60),
        default=15,
        what="Minutes after a customer's last word, or last change of their cart, in which nobody interrupts.",
    ),
    Entry(
        key="consent",
        env=("HUB_NUDGES_CONSENT",),
        read=one_of(Basis),
        default="given",
        what="What a marketing message outside of journeys needs: consent `given`, or a `conversation` the customer began on that channel. "
        "A journey says for itself what it needs (`without_consent`). After STOP nothing goes, whatever stands here.",
    ),
    Entry(
        key="per_day", env=("HUB_NUDGES_PER_DAY",), read=whole(0, 20), default=3, what="Most marketing messages in any 24 hours; 0: no cap."
    ),
    Entry(
        key="per_week", env=("HUB_NUDGES_PER_WEEK",), read=whole(0, 20), default=6, what="Most marketing messages in any 7 days; 0: no cap."
    ),
    Entry(
        key="per_channel_day",
        env=("HUB_NUDGES_PER_CHANNEL_DAY",),
        read=whole(0, 20),
        default=2,
        what="Most marketing messages in any 24 hours on one channel; 0: no cap.",
    ),
    Entry(
        key="abandoned_minutes",
        env=("HUB_NUDGES_ABANDONED_MINUTES",),
        read=decimal(0.01, 7 * 24 * 60),
        default=30,
        what="Minutes without a change after which a cart counts as left behind.",
    ),
    Entry(
        key="holdout",
        env=("HUB_NUDGES_HOLDOUT",),
        read=decimal(0, 50),
        what="Per cent of customers who get nothing, for all journeys, whatever they say themselves; without it each journey's own.",
    ),
    Entry(
        key="country",
        env=("HUB_NUDGES_COUNTRY",),
        read=matching(r"([A-Z]{2})?", "a country's two letters like VN"),
        what="The shop's country, whose law on advertising holds for customers whose own country is not known (`VN` has rules here).",
    ),
    Entry(
        key="cart_url",
        env=("HUB_NUDGES_CART_URL",),
        read=web_address,
        what="Where a reminder leads whose cart came without an address of its own.",
    ),
)
"""What stands under `[nudges]`."""

COMMENTS = (
    Entry(
        key="rules",
        env=("HUB_COMMENTS_RULES",),
        read=path,
        what="File of rules that answer comments by their words (docs/comments.md); without it none is answered by rule.",
    ),
    Entry(
        key="waiting",
        env=("HUB_COMMENTS_WAITING",),
        read=one_of(Waiting),
        default="queue",
        what="A comment that no rule answers waits for a person (`queue`), or only stands among the open ones (`bot`).",
    ),
)
"""What stands under `[comments]`."""
