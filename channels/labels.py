"""What stands on an answer nobody gave a title: an empty one is taken by no provider, and some refuse the whole message for it."""

from urllib.parse import urlsplit

from hub.model.messaging.message import QuickReply, ReplyKind

_SIGNS = {ReplyKind.LOCATION: "📍", ReplyKind.PHONE: "☎", ReplyKind.EMAIL: "✉", ReplyKind.FORM: "📝", ReplyKind.URL: "🔗"}
_SHORT = 20
"""Signs that every provider shows whole: https://developers.line.biz/en/reference/messaging-api/#action-objects (`label`)"""


def label_of(reply: QuickReply) -> str:
    """The title; else the host an address leads to, a sign of what is asked for, or the words that come back."""
    if reply.title.strip():
        return reply.title
    host = (urlsplit(reply.extra).hostname or "").removeprefix("www.")
    return host if 0 < len(host) <= _SHORT else _SIGNS.get(reply.kind, reply.payload)
