"""What would be sent for a message, and what the provider's answers would mean: degraded, rendered, called; nothing leaves the machine."""

import mimetypes
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import cast

from msgspec import ValidationError, convert
from msgspec.structs import replace

from channels.kinds import AccountSetup, ChannelKind
from channels.windows import RULES
from config.preview.provider import Recorded
from hub.engine.rendering.degrade import degrade
from hub.model.address import Address
from hub.model.channels.abilities import Comments
from hub.model.channels.ports import Call, Channel, Sent
from hub.model.errors import Misconfigured, OutcomeUnknown, RecipientGone, SendError, SettingsError, TemporaryFailure, Throttled
from hub.model.messaging.comments import CommentAct, CommentVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Component, MediaKind, Message, Parameter, QuickReply, ReplyKind, Template
from hub.model.words import Origin, Purpose

Facts = dict[str, object]
Json = Mapping[str, object]

_PURPOSES = {"broadcast": Purpose.MARKETING, "chat": Purpose.REPLY, "answer": Purpose.REPLY}
_LANGUAGES = {"eng": "en", "vie": "vi", "zho": "zh", "chi": "zh", "spa": "es", "por": "pt", "fra": "fr", "fre": "fr", "ind": "id"}
"""Of three letters, as some cases tell them: https://www.loc.gov/standards/iso639-2/php/code_list.php"""
_PLACE = re.compile(r"(?:geo:)?(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:[,;?].*)?")
_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}


async def previewed(kind: ChannelKind, setup: AccountSetup, case: Json, upstream: Recorded) -> Facts:
    """The requests of a case's message, the warnings its sender would see, and how it ends.

    That is told by the answers of its `upstream`; where it has none, as if everything were taken.
    """
    channel = kind.build(setup, upstream.outside)
    told = cast("Json", case["outbound"])
    if "comment" in told:
        return {"requests": upstream.requests, "result": await _acted(channel, told)}
    delivery = _delivery(kind.kind, setup.name, told)
    if channel.capabilities.reply_token_s and delivery.message.reply_to:
        # Where a message is answered by its token, the cases name that as what is answered to.
        delivery = replace(delivery, reply_token=delivery.message.reply_to, message=replace(delivery.message, reply_to=""))
    warnings: list[str] = []
    make = _sent if "upstream" in case else _supposed
    result = await _result(channel, delivery, upstream, warnings=warnings, make=make)
    return {"requests": upstream.requests, "warnings": warnings, "result": {**result, "warnings": warnings}}


_Make = Callable[[Channel, Call, Delivery], Awaitable[Sent]]


async def _result(channel: Channel, delivery: Delivery, upstream: Recorded, *, warnings: list[str], make: _Make) -> Facts:
    degraded = degrade(delivery.message, channel.capabilities)
    warnings += degraded.warnings
    if degraded.refused:
        return {"status": "failed", "error_class": "unsupported", "retryable": False, "error_message": degraded.refused}
    external_ids: list[str] = []
    identity = ""
    try:
        for message in degraded.messages:
            one = replace(delivery, message=message)
            prepare = getattr(channel, "prepare", None)
            one = await prepare(one, upstream.outside.files) if prepare else one
            for call in channel.render(one):
                warnings += call.warnings
                sent = await make(channel, call, one)
                external_ids += [sent.external_id] if sent.external_id else []
                identity = sent.identity or identity
    except SendError as error:
        return {"external_ids": external_ids, **_failed(error)}
    wired: Facts = {"status": "wired", "external_ids": external_ids}
    return wired | ({"new_identity": identity} if identity else {})


async def _acted(channel: Channel, told: Json) -> Facts:
    """What is done to a comment: `{comment, verb, …}`, the rest as a message's; raises SettingsError where nobody can."""
    if not hasattr(channel, "render_comment"):
        raise SettingsError(f"{channel.kind} has no comments")
    commented = cast("Comments", channel)
    made: list[str] = []
    identity: Facts = {}
    try:
        act = CommentAct(verb=CommentVerb(str(told.get("verb"))), comment=str(told["comment"]), message=_message(told), id="dl_preview")
        for call in commented.render_comment(act):
            sent = await commented.act(call)
            made += [sent.external_id] if sent.external_id else []
            identity = {"new_identity": sent.identity} if sent.identity else {}
    except SendError as error:
        return {"external_ids": made, **_failed(error)}
    return {"status": "wired", "external_ids": made, **identity}


async def _sent(channel: Channel, call: Call, delivery: Delivery) -> Sent:
    """As the hub makes a call: once more at once where the channel says that it goes another way now."""
    try:
        return await channel.send(call, delivery)
    except TemporaryFailure as error:
        if error.retry_after != 0:
            raise
        return await channel.send(call, delivery)


async def _supposed(channel: Channel, call: Call, delivery: Delivery) -> Sent:
    """A call whose answer nobody told: it is noted like any other."""
    try:
        return await channel.send(call, delivery)
    except SendError:
        return Sent()


def _failed(error: SendError) -> Facts:
    """How the hub decides: whether it comes again by itself, and after how long."""
    again = isinstance(error, Throttled | TemporaryFailure | Misconfigured)
    unknown = isinstance(error, OutcomeUnknown)
    facts: Facts = {
        "status": "errored" if again or (unknown and error.failure.is_passing) else "failed",
        "error_class": error.failure.value,
        "error_code": error.code,
        "error_message": error.reason,
        "retryable": (again and not isinstance(error, Misconfigured)) or (unknown and error.failure.is_passing),
    }
    if isinstance(error, Misconfigured):
        # The account waits for its admin; this message is not tried again and again meanwhile.
        facts["status"] = "failed"
    if isinstance(error, Throttled):
        facts["retry_after_s"] = error.retry_after
    if isinstance(error, RecipientGone):
        facts["opt_out"] = True
    return facts


def _delivery(channel: str, account: str, told: Json) -> Delivery:
    """The message as the hub would have decided it.

    `origin`: chat is what a person at the desk writes, answer the bot's, broadcast a campaign's. Where it answers nothing the customer
    said, the time for free words is taken to be over.
    """
    origin, answers = str(told.get("origin", "")), bool(told.get("reply_to_external_id"))
    purpose = _PURPOSES.get(origin, Purpose.REPLY if answers else Purpose.SERVICE)
    rule = RULES.get(channel)
    late = rule.human_tag if rule and origin == "chat" and not answers else ""
    return Delivery(
        id="dl_0191e180-7d60-7000-aded-7d8b151cbd5b",
        customer="cu_preview",
        conversation="",
        address=Address(channel=channel, account=account, id=str(told.get("to", ""))),
        message=_message(told),
        purpose=purpose,
        origin=Origin.NUDGE if purpose is Purpose.MARKETING else Origin.AGENT if origin == "chat" else Origin.BOT,
        created=1,
        reply_token=str(told.get("recipient_token", "")),
        tag=str(told.get("tag", late)),
    )


def _message(told: Json) -> Message:
    """The message; what the cases' own words have no name for (buttons, choices, cards) is written as ours."""
    template = told.get("template")
    try:
        offered = convert({key: told[key] for key in ("buttons", "choices", "cards") if key in told}, Message)
    except ValidationError as error:
        raise SettingsError(f"the message is not one ({error})") from error
    language, _, region = str(told.get("locale") or "").replace("_", "-").partition("-")
    return replace(
        offered,
        language="-".join(filter(None, (_LANGUAGES.get(language, language), region))),
        text=str(told.get("text") or ""),
        attachments=tuple(_attachment(piece) for piece in _objects(told, "attachments")),
        quick_replies=tuple(_reply(reply) for reply in _objects(told, "quick_replies")),
        reply_to=str(told.get("reply_to_external_id") or ""),
        template=_template(template) if isinstance(template, dict) else None,
    )


def _attachment(told: Json) -> Attachment:
    mime, url = str(told.get("content_type", "")), str(told.get("url", ""))
    kind = _KINDS.get(mime.partition("/")[0], MediaKind.FILE)
    if "/" not in mime:
        mime = mimetypes.guess_type(url)[0] or mime
    if kind is MediaKind.FILE and mime.startswith("geo"):
        return _place(url)
    return Attachment(kind=kind, url=url, mime_type=mime, filename=url.rpartition("/")[2], size=int(str(told.get("size") or 0)))


def _place(url: str) -> Attachment:
    """A place by its address (RFC 5870), or by the coordinates alone."""
    found = _PLACE.fullmatch(url)
    if found is None:
        raise SettingsError("a place is told as geo:LATITUDE,LONGITUDE")
    return Attachment(kind=MediaKind.LOCATION, latitude=float(found[1]), longitude=float(found[2]))


def _reply(told: Json) -> QuickReply:
    kind = str(told.get("type", "text"))
    known = ReplyKind(kind) if kind in {word.value for word in ReplyKind} else ReplyKind.TEXT
    payload, extra = str(told.get("payload") or ""), str(told.get("extra") or "")
    return QuickReply(title=str(told.get("text") or ""), payload=payload, kind=known, extra=extra)


def _template(told: Json) -> Template:
    """A template with its gaps numbered: component → gap → which variable stands in it."""
    named = told.get("template")
    variables = _objects(told, "variables")
    return Template(
        name=str(named.get("name", "")) if isinstance(named, dict) else str(named or ""),
        language=str(told.get("language") or ""),
        id=str(told.get("external_id") or ""),
        components=tuple(_component(each, variables) for each in _objects(told, "components")),
    )


def _component(told: Json, variables: list[Json]) -> Component:
    kind, _, sub = str(told.get("type", "")).partition("/")
    gaps = told.get("variables")
    numbered = sorted(gaps.items(), key=lambda gap: int(gap[0])) if isinstance(gaps, dict) else []
    name = str(told.get("name", ""))
    return Component(
        kind=kind,
        sub_type=sub if kind == "button" else "",
        index=int(name.rpartition(".")[2]) if kind == "button" and name.rpartition(".")[2].isdigit() else 0,
        parameters=tuple(_parameters(numbered, variables)),
    )


def _parameters(numbered: list[tuple[str, object]], variables: list[Json]) -> Iterator[Parameter]:
    for _, which in numbered:
        found = variables[which] if isinstance(which, int) and 0 <= which < len(variables) else {}
        kind, value = str(found.get("type", "text")), str(found.get("value", ""))
        mime, colon, url = value.partition(":")
        if kind == "text" or not colon or "/" not in mime:
            yield Parameter(value=value, kind=kind)
        else:
            yield Parameter(value=url, kind=kind, mime_type=mime)


def _objects(told: Json, key: str) -> list[Json]:
    found = told.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
