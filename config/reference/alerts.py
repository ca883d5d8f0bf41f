"""What stands under `[alerts]`: who of the shop is told when something is wrong with the hub itself."""

from config.reference.entry import Entry
from config.reference.reading import Given, Wrong, decimal, secret, web_address, words
from hub.model.address import Address

_WANTED = 'give channel/account/address of each, like ["email/main/ops@shop.example", "telegram/main/123"]'
_PARTS = 3


def staff(given: Given) -> tuple[Address, ...]:
    """Addresses of the shop's own people, a list or a text with commas."""
    return tuple(dict.fromkeys(_address(word) for word in words(given)))


def _address(word: str) -> Address:
    parts = word.split("/", _PARTS - 1)
    if len(parts) < _PARTS or not all(parts):
        raise Wrong(_WANTED)
    return Address(channel=parts[0], account=parts[1], id=parts[2])


def web_secret(given: Given) -> str:
    """An http or https address that is itself a secret, as those of incoming webhooks are; its query stays."""
    found = secret(given)
    web_address(Given(value=found.partition("?")[0], base=given.base))
    return found


ALERTS = (
    Entry(
        key="to",
        env=("HUB_ALERTS_TO",),
        read=staff,
        default=(),
        what="Who gets a message when something is wrong, and one when it is over: `channel/account/address` of each, over an account of "
        "this hub. Best two, over different channels: one that is down cannot tell of it.",
    ),
    Entry(
        key="webhook",
        env=("HUB_ALERTS_WEBHOOK",),
        read=web_secret,
        secret=True,
        what="An address the same is posted to as JSON, with its `text` for incoming webhooks of Slack, Mattermost or Google Chat.",
    ),
    Entry(
        key="every_seconds",
        env=("HUB_ALERTS_EVERY_SECONDS",),
        read=decimal(0.05, 300),
        default=15,
        what="Seconds between two looks; what is wrong is told after two to eight looks, one message in twenty looks at most.",
    ),
)
"""What stands under `[alerts]`."""
