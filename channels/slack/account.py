"""What a Slack app must be allowed, and how a person sets it up: https://docs.slack.dev/reference/scopes/."""

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


def steps(hook_url: str) -> tuple[str, ...]:
    """What a person clicks, in order; without an address events come by the socket."""
    ways = (
        (
            f"Event Subscriptions: switch on, Request URL {hook_url}, then under bot events add {', '.join(EVENTS)}.",
            f"Interactivity & Shortcuts: switch on, Request URL {hook_url}.",
        )
        if hook_url
        else (
            "Socket Mode: switch on, with an App-Level Token that has the scope connections:write; it is the account's app_token.",
            f"Event Subscriptions: switch on, then under bot events add {', '.join(EVENTS)}. Interactivity & Shortcuts: switch on.",
        )
    )
    return (
        "Open api.slack.com/apps and choose the app, or create one from scratch in your workspace.",
        f"OAuth & Permissions, Bot Token Scopes: add {', '.join(SCOPES)}. Then install the app to the workspace.",
        "App Home: switch on the Messages Tab, and let people send messages from it.",
        *ways,
        "In each channel shared with a customer: /invite the app.",
    )


def problems_of(scopes: str) -> tuple[str, ...]:
    """What the token lacks, by the header in which Slack tells its scopes; nothing where it does not tell them."""
    held = {scope.strip() for scope in scopes.split(",") if scope.strip()}
    missing = sorted(_NEEDED - held) if held else []
    return (f"The app lacks the scopes {', '.join(missing)}: add them under OAuth & Permissions and install it again.",) if missing else ()
