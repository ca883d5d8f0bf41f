"""When the bot falls silent because a machine answers it: the settings under `[loops]`."""

from config.reference.entry import Entry
from config.reference.reading import decimal, whole
from hub.model.base import Value

LOOPS = (
    Entry(
        key="same",
        env=("HUB_LOOPS_SAME",),
        read=whole(0, 1000),
        default=20,
        what="So often somebody may say the same within `minutes`; then the bot falls silent and agents are asked to look. 0: never.",
    ),
    Entry(
        key="minutes",
        env=("HUB_LOOPS_MINUTES",),
        read=decimal(0.1, 1440),
        default=5,
        what="Minutes within which the same words are counted.",
    ),
    Entry(
        key="paced",
        env=("HUB_LOOPS_PACED",),
        read=whole(0, 1000),
        default=12,
        what="So many words in a row, at most three different ones, may come at a machine's pace; 0: no matter how many.",
    ),
    Entry(key="pace", env=("HUB_LOOPS_PACE",), read=decimal(0.1, 600), default=15, what="Seconds between two words at a machine's pace."),
    Entry(
        key="quiet_minutes",
        env=("HUB_LOOPS_QUIET_MINUTES",),
        read=decimal(0.1, 10_080),
        default=30,
        what="Minutes without a word after which the bot has the conversation again, where no agent took it.",
    ),
)
"""What stands under `[loops]`. The defaults of the first two are RapidPro's: https://github.com/nyaruka/mailroom."""


class LoopSettings(Value, frozen=True):
    """When a conversation goes in circles; see LOOPS."""

    same: int
    minutes: float
    paced: int
    pace: float
    quiet_minutes: float
