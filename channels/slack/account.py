"""What a Slack app must be allowed, and how a person sets it up: https://docs.slack.dev/reference/scopes/."""

from hub.model.channels.look import Phrase, phrase

SCOPES = (
    "app_mentions:read", "channels:history", "chat:write", "commands", "files:read", "files:write", "groups:history", "im:history",
    "im:write", "mpim:history", "reactions:read", "users:read",
)  # fmt: skip

EVENTS = (
    "app_mention", "member_joined_channel", "message.channels", "message.groups", "message.im", "message.mpim", "reaction_added",
    "reaction_removed",
)  # fmt: skip
"""https://docs.slack.dev/reference/events/"""

_NEEDED = frozenset(SCOPES) - {"commands"}


def steps(hook_url: str) -> tuple[Phrase, ...]:
    """What a person clicks, in order; without an address events come by the socket."""
    events = ", ".join(EVENTS)
    called = (phrase("slack.events", hook=hook_url, events=events), phrase("slack.presses", hook=hook_url))
    asked = (phrase("slack.socket"), phrase("slack.socket_events", events=events))
    return (
        phrase("slack.open"),
        phrase("slack.scopes", scopes=", ".join(SCOPES)),
        phrase("slack.home"),
        *(called if hook_url else asked),
        phrase("slack.invite"),
    )


def problems_of(scopes: str) -> tuple[Phrase, ...]:
    """What the token lacks, by the header in which Slack tells its scopes; nothing where it does not tell them."""
    held = {scope.strip() for scope in scopes.split(",") if scope.strip()}
    missing = sorted(_NEEDED - held) if held else []
    return (phrase("slack.lacks", scopes=", ".join(missing)),) if missing else ()
