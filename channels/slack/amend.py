"""Changing what the app posted: https://docs.slack.dev/reference/methods/chat.update/ and …/chat.delete/."""

from channels.slack.render import POST
from hub.model.channels.ports import Call
from hub.model.errors import Rejected
from hub.model.messaging.delivery import Delivery

UPDATE, DELETE, DELETE_FILE = "chat.update", "chat.delete", "files.delete"

_GONE = {DELETE: "message_not_found", DELETE_FILE: "file_not_found"}


def corrections(delivery: Delivery, calls: list[Call]) -> list[Call]:
    """The calls that put these in the place of what was posted. Raises Rejected for a message with files.

    Words that stand with a file have no time stamp of their own that we were told. Without `blocks` the old ones would stay.
    """
    ids = delivery.amends.ids if delivery.amends else ()
    if delivery.message.attachments or any(call.method != POST for call in calls):
        raise Rejected("words that stand with a file have no id of their own there", code="files")
    return [
        Call(
            method=UPDATE,
            params={"channel": _place(delivery), "ts": ts, "text": call.params["text"], "blocks": call.params.get("blocks", [])},
            warnings=call.warnings,
        )
        for call, ts in zip(calls, ids, strict=True)
    ]


def recalls(delivery: Delivery) -> list[Call]:
    """The calls that delete what was posted, the last one first; a file goes from wherever it was shared."""
    ids = delivery.amends.ids if delivery.amends else ()
    return [
        Call(method=DELETE_FILE, params={"file": each}) if each.startswith("F") else _deletion(_place(delivery), each)
        for each in reversed(ids)
    ]  # fmt: skip


def is_so(call: Call, refusal: Rejected) -> bool:
    """Whether a refusal says that it is gone already."""
    return refusal.code == _GONE.get(call.method)


def _deletion(place: str, ts: str) -> Call:
    return Call(method=DELETE, params={"channel": place, "ts": ts})


def _place(delivery: Delivery) -> str:
    """Where it stands: for a person the direct conversation with them, which alone these methods know."""
    return (delivery.amends.place if delivery.amends else "") or delivery.address.id
