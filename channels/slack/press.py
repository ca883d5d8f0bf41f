"""What people press, fill in and command on Slack: https://docs.slack.dev/interactivity/handling-user-interaction/."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from channels.fields import FieldOdd, Json, id_of, names, number_of, object_of, objects, soft, soft_id, soft_object, text_of
from channels.slack.parse import CHANNEL, Self, address_of, moment, words
from channels.slack.rich import rich_words
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Incoming, Said, Unparsed

OPENS = "open:"
"""What the action_id of a button begins with that only opens an address: Slack tells of its press too, and it says nothing."""

_KNOWN = frozenset({
    "block_suggestion", "view_closed", "workflow_step_edit", "app_config", "dialog_suggestion", "dialog_cancellation",
})  # fmt: skip

_CHOSEN = ("value", "selected_date", "selected_time", "selected_date_time", "selected_user", "selected_conversation", "selected_channel")
_SEVERAL = ("selected_users", "selected_conversations", "selected_channels")
"""Where an action says what was chosen, besides `selected_option(s)`: https://docs.slack.dev/reference/block-kit/block-elements/"""


_LATEST_SECOND = 1 << 37
"""Past this a date is beyond what can be written."""


class Press(Value, frozen=True):
    """One thing pressed or filled in: `payload` is what comes back, `text` what was seen."""

    payload: str
    text: str = ""
    source: str = "button"
    in_reply_to: str = ""
    at: str = ""
    details: dict[str, str] = {}


def parse_interaction(told: Json, me: Self) -> list[Incoming | Unparsed]:
    """The events of one interaction: none where it is known and not for us, one Unparsed where it is not understood."""
    kind = soft(told, "type")
    read = _READERS.get(kind)
    if read is None:
        return [] if kind in _KNOWN else [Unparsed(fields=names(told), reason="no type of interaction that is known")]
    try:
        return [_incoming(told, me, press, n) for n, press in enumerate(read(told))]
    except FieldOdd as odd:
        return [Unparsed(fields=names(told), reason=f"field {odd.args[0]} is missing or not of its type")]


def parse_command(form: Mapping[str, str], me: Self) -> list[Incoming | Unparsed]:
    """A slash command; it may be typed where the app cannot answer, so the answer goes to the person."""
    who = form.get("user_id", "")
    if not who:
        return [Unparsed(fields=tuple(form), reason="field user_id is missing")]
    text = form.get("text", "")
    details = {key: form[key] for key in ("team_id", "enterprise_id", "channel_id", "command") if form.get(key)}
    return [
        Incoming(
            address=Address(channel=CHANNEL, account=me.account, id=who),
            body=Said(
                text=words(text),
                payload="" if text else form.get("command", ""),
                source="command",
                username=form.get("user_name", ""),
                external_id=form.get("trigger_id", ""),
            ),
            dedupe_id=form.get("trigger_id", ""),
            recipient=form.get("api_app_id", ""),
            details=details,
        )
    ]


def _incoming(told: Json, me: Self, press: Press, number: int) -> Incoming:
    user = object_of(told, "user")
    who = id_of(user, "id")
    place = soft(soft_object(told, "channel"), "id") or soft(soft_object(told, "container"), "channel_id")
    private = not place or place.startswith("D")
    seen = soft(told, "trigger_id") or soft(told, "action_ts") or press.at
    team = soft_object(told, "team")
    enterprise = soft(team, "enterprise_id") or soft(soft_object(told, "enterprise"), "id")
    details = {"team_id": soft(team, "id"), "enterprise_id": enterprise, "channel_id": place, **press.details}
    return Incoming(
        address=Address(channel=CHANNEL, account=me.account, id=address_of(place, who if private else "")),
        body=Said(
            text=press.text,
            payload=press.payload,
            source=press.source,
            in_reply_to=press.in_reply_to,
            external_id=seen,
            name=soft(user, "real_name"),
            username=soft(user, "username") or soft(user, "name"),
            author="" if private else who,
            chat_type="private" if private else "group",
            thread=soft(soft_object(told, "message"), "thread_ts"),
        ),
        dedupe_id=f"{seen}/{number}" if number and seen else seen,
        at=moment(press.at),
        recipient=soft(told, "api_app_id"),
        details={key: value for key, value in details.items() if value},
    )


def _block_actions(told: Json) -> Iterator[Press]:
    container = soft_object(told, "container")
    under = soft(container, "message_ts") or soft(soft_object(told, "message"), "ts")
    for action in objects(told, "actions"):
        if soft(action, "action_id").startswith(OPENS) and not soft(action, "value"):
            continue
        details = {"action_id": soft(action, "action_id"), "action_type": soft(action, "type"), "block_id": soft(action, "block_id")}
        payload, text = _chosen(action)
        yield Press(payload=payload, text=text, in_reply_to=under, at=soft(action, "action_ts"), details=details)


def _chosen(action: Json) -> tuple[str, str]:
    """What comes back, and what was seen."""
    options = objects(action, "selected_options") or [each for each in (soft_object(action, "selected_option"),) if each]
    if options:
        return ",".join(soft(each, "value") for each in options), ", ".join(soft(soft_object(each, "text"), "text") for each in options)
    told = [soft_id(action, key) for key in _CHOSEN] + [",".join(_ids(action, key)) for key in _SEVERAL]
    at = number_of(action, "selected_date_time")
    when = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC" if at and 0 < at < _LATEST_SECOND else ""
    payload = next(filter(None, told), "") or rich_words(soft_object(action, "rich_text_value"))
    files = ", ".join(soft(file, "name") or soft(file, "id") for file in objects(action, "files"))
    seen = soft(soft_object(action, "text"), "text")
    return payload or files or seen, words(seen) or when or payload or files


def _ids(action: Json, key: str) -> list[str]:
    told = action.get(key)
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def _submitted(told: Json) -> Iterator[Press]:
    """A form that was filled in: its name comes back, what stands in it is what was said, a line a field."""
    view = object_of(told, "view")
    values = soft_object(soft_object(view, "state"), "values")
    fields = [field for block in values.values() if isinstance(block, dict) for field in block.values() if isinstance(field, dict)]
    text = "\n".join(said for field in fields if (said := _chosen(field)[1]))
    details = {"view_id": soft(view, "id"), "private_metadata": soft(view, "private_metadata")}
    yield Press(payload=text_of(view, "callback_id"), text=text, source="form", details=details)


def _shortcut(told: Json) -> Iterator[Press]:
    under = soft(told, "message_ts") or soft(soft_object(told, "message"), "ts")
    yield Press(payload=text_of(told, "callback_id"), source="menu", in_reply_to=under, at=soft(told, "action_ts"))


def _legacy_action(told: Json) -> Iterator[Press]:
    """A button or menu of a message attachment, as messages had before blocks."""
    under = soft(told, "message_ts")
    for action in objects(told, "actions"):
        chosen = [soft(each, "value") for each in objects(action, "selected_options")]
        details = {"action_id": soft(action, "name"), "action_type": soft(action, "type"), "callback_id": soft(told, "callback_id")}
        yield Press(payload=",".join(chosen) or soft(action, "value"), in_reply_to=under, at=soft(told, "action_ts"), details=details)


def _legacy_form(told: Json) -> Iterator[Press]:
    submission = soft_object(told, "submission")
    text = "\n".join(said for key in submission if (said := soft(submission, key)))
    yield Press(payload=text_of(told, "callback_id"), text=text, source="form", at=soft(told, "action_ts"))


_READERS: dict[str, Callable[[Json], Iterator[Press]]] = {
    "block_actions": _block_actions,
    "view_submission": _submitted,
    "shortcut": _shortcut,
    "message_action": _shortcut,
    "interactive_message": _legacy_action,
    "dialog_submission": _legacy_form,
}
