"""What the hub makes of a captured webhook, in the words of the cases."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from channels.kinds import AccountSetup, ChannelKind
from config.preview.provider import Recorded
from hub.model.channels.ports import FETCHED, Channel, Inbound, Reply
from hub.model.errors import BadSignature, SendError, SettingsError, Unparseable
from hub.model.events.event import (
    Body,
    Called,
    Commented,
    Deleted,
    Echoed,
    Edited,
    IdentityChanged,
    Incoming,
    Noted,
    OptedIn,
    OptedOut,
    Reacted,
    Receipt,
    Referred,
    Said,
    Started,
    Unparsed,
)
from hub.model.events.referral import Referral
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.words import DeliveryState

Facts = dict[str, object]

_STATES = {DeliveryState.QUEUED: "wired", DeliveryState.SENDING: "wired", DeliveryState.HELD: "errored", DeliveryState.UNKNOWN: "errored"}
_OK, _FORBIDDEN = 200, 403
_PARAMS = frozenset(("date", "time", "datetime", "newRichMenuAliasId"))
"""What a press tells beside its payload, which some cases keep together."""

_NOTHING: tuple[object, ...] = ("", None, [])


async def parsed(kind: ChannelKind, setup: AccountSetup, case: Mapping[str, object], upstream: Recorded) -> Facts:
    """The events of a case's requests, each delivered as often as it says; a repeat makes none."""
    channel = kind.build(setup, upstream.outside)
    if "signature_vector" in case:
        return _held(channel, next(_requests(case, setup)))
    signed = _is_signed(case)
    events: list[Facts] = []
    seen: set[str] = set()
    answer = Facts(ack=_OK)
    for inbound in _requests(case, setup):
        answer, found = _taken(channel, inbound, verify=channel.verify if signed else _believed)
        for incoming in found:
            state = incoming.body.state.value if isinstance(incoming.body, Receipt) else ""
            key = f"{incoming.address}/{incoming.same_as or incoming.dedupe_id}/{state}"
            if incoming.dedupe_id and key in seen:
                continue
            seen.add(key)
            events.append(await _facts(incoming, channel))
    return {"events": events, **answer}


def _requests(case: Mapping[str, object], setup: AccountSetup) -> Iterator[Inbound]:
    several = case.get("requests")
    told = several if isinstance(several, list) else [case.get("request") or _signed_words(case)]
    times = case.get("deliveries")
    for request in told * (times if isinstance(times, int) else 1):
        if not isinstance(request, dict):
            raise SettingsError("a request is an object with method, path_query, headers and body")
        headers = request.get("headers") or {}
        path = str(request.get("path_query", f"/hooks/{setup.channel}/{setup.name}"))
        yield Inbound(
            method=str(request.get("method", "POST")),
            url=setup.public_url + path,
            path_query=path,
            headers={str(k).lower(): str(v) for k, v in headers.items()},
            body=str(request.get("body", "")).encode(),
        )


def _signed_words(case: Mapping[str, object]) -> object:
    """The request a signature vector is when it says no more than a body, a header and its value."""
    vector = case.get("signature_vector")
    if not isinstance(vector, dict) or "body" not in vector:
        return None
    return {"headers": {str(vector.get("header", "")): str(vector.get("value", ""))}, "body": vector["body"]}


def _held(channel: Channel, inbound: Inbound) -> Facts:
    """Whether a signature holds, where a case asks for that alone."""
    try:
        channel.verify(inbound)
    except BadSignature as error:
        return {"events": [{"signature_valid": False}], "ack": _FORBIDDEN, "reject": error.code}
    return {"events": [{"signature_valid": True}], "ack": _OK}


def _is_signed(case: Mapping[str, object]) -> bool:
    """Whether the request's signature was kept with it: a case can say that it was not. The hub's own door always asks for one."""
    config = case.get("config")
    return not isinstance(config, dict) or config.get("verify_signature") is not False


def _believed(_inbound: Inbound) -> None:
    """A captured request without its signature."""


def _taken(channel: Channel, inbound: Inbound, *, verify: Callable[[Inbound], None]) -> tuple[Facts, list[Incoming]]:
    """What is answered, and what was understood; as the hub's own door does it. Fetched mail (MIME) bears no signature."""
    try:
        if inbound.method != FETCHED:
            verify(inbound)
        found = channel.parse(inbound)
        reply = channel.answer(inbound, found)
    except BadSignature as error:
        return Facts(ack=_FORBIDDEN, reject=error.code), []
    except Unparseable as error:
        return Facts(ack=_OK, reject="malformed", reason=str(error)), []
    odd = [event for event in found if isinstance(event, Unparsed)]
    answer = Facts(ack=reply.status, http=_http(reply)) if reply else Facts(ack=_OK)
    if odd:
        answer |= {"unparsed": [{"fields": list(part.fields), "reason": part.reason} for part in odd]}
    return answer, [event for event in found if isinstance(event, Incoming)]


def _http(reply: Reply) -> Facts:
    text = reply.body.decode("utf-8", "replace")
    if reply.content_type == "application/json":
        return {"status": reply.status, "body": msgspec.json.decode(text) if text else ""}
    return {"status": reply.status, "body": text}


async def _facts(incoming: Incoming, channel: Channel) -> Facts:
    """One event; what is empty is left out."""
    facts = Facts(
        contact_id=incoming.address.id,
        chat_id=incoming.address.id,
        channel_id=incoming.address.id,
        sender_id=getattr(incoming.body, "author", "") or incoming.address.id,
        alt_sender_ids=list(incoming.aliases),
        recipient_id=incoming.recipient,
        dedupe_id=incoming.dedupe_id,
        timestamp=_moment(incoming.at),
    )
    facts |= _common(incoming.body) | _own(incoming.body) | incoming.details
    facts["params"] = {key: told for key, told in incoming.details.items() if key in _PARAMS} or ""
    pieces = getattr(incoming.body, "attachments", ())
    kept = {key: value for key, value in facts.items() if value not in _NOTHING} | {"text": facts.get("text", "")}
    return {**kept, "attachments": [await _piece(piece, channel) for piece in pieces]}


def _common(body: Body) -> Facts:
    """The fields several kinds of event have, by the names of the cases."""
    names = {
        "external_id": "external_id", "text": "text", "payload": "payload", "in_reply_to": "in_reply_to", "thread": "thread_id",
        "group_key": "group_key", "name": "sender_name", "username": "sender_username", "chat_type": "chat_type",
        "reply_token": "reply_token", "target": "target_external_id", "language": "language", "subject": "subject", "source": "source",
        "ours": "ours", "app": "app_id",
    }  # fmt: skip
    if isinstance(body, Noted):
        return {"fact": body.name, "detail": body.detail}
    facts: Facts = {told: getattr(body, own) for own, told in names.items() if hasattr(body, own)}
    referral = getattr(body, "referral", None)
    if isinstance(body, Started) and body.ref and referral is None:
        referral = Referral(ref=body.ref)
    return facts | ({"referral": _referral(referral)} if isinstance(referral, Referral) else {})


def _own(body: Body) -> Facts:
    match body:
        case Said(source=source, mentioned=mentioned):
            return {"event_kind": "postback" if source else "message"} | ({} if mentioned else {"mentioned": False})
        case Started(ref=ref):
            return {"event_kind": "start", "payload": ref}
        case OptedIn(topic=topic, token=token, payload=payload, until=until):
            leave = {"title": topic, "token": token, "payload": payload, "expires": _moment(until)}
            return {"event_kind": "optin", "payload": payload, "topic": topic, "token": token, "optin": leave}
        case OptedOut(reason=reason):
            return {"event_kind": "optout", "reason": reason}
        case Referred() | Edited() | Deleted() | Echoed():
            return {"event_kind": body.__struct_config__.tag}
        case Reacted(target=target, emoji=emoji, removed=removed):
            action = "remove" if removed else "add"
            return {"event_kind": "reaction", "reaction": {"emoji": emoji, "name": emoji, "action": action, "target_external_id": target}}
        case Receipt():
            return _receipt(body)
        case IdentityChanged(previous=previous, new=new, phone=phone):
            return {"event_kind": "identity_change", "previous_id": previous, "new_id": new, "new_phone": phone}
        case Commented(comment=comment, parent=parent, post=post, verb=verb, live=live):
            return {"event_kind": "comment", "external_id": comment, "in_reply_to": parent, "post_id": post, "verb": verb, "live": live}
        case Noted(name=name, detail=detail):
            return {"event_kind": "none", "note": name, "detail": detail, "sender_name": ""}
        case Called(state=state):
            return {"event_kind": "call", "status": state}
        case _:
            return {"event_kind": "none"}


def _receipt(body: Receipt) -> Facts:
    failed = body.failure
    return {
        "event_kind": "status",
        "status": "errored" if failed and failed.is_passing else _STATES.get(body.state, body.state.value),
        "retryable": failed.is_passing if failed else "",
        "external_id": body.external_ids[0] if body.external_ids else "",
        "external_ids": list(body.external_ids),
        "error_code": body.error_code,
        "error_class": failed.value if failed else "",
        "reason": body.reason,
        "watermark": body.watermark or "",
        "pricing": {"billable": body.price.billable, **msgspec.to_builtins(body.price)} if body.price else "",
    }


def _referral(referral: Referral) -> Facts:
    """As it was told; by the names the providers have for the same, too."""
    told: Facts = msgspec.to_builtins(referral)
    names = (
        ("ref", "context"),
        ("kind", "type"), ("ad", "ad_id"), ("ad", "source_id"), ("source", "source_type"), ("url", "source_url"), ("click", "ctwa_clid"),
        ("text", "body"),
    )  # fmt: skip
    return told | {theirs: told[ours] for ours, theirs in names if ours in told}


async def _piece(piece: Attachment, channel: Channel) -> Facts:
    """An attachment; where it lies is asked of the provider, as the hub would before it fetches it."""
    facts: Facts = msgspec.to_builtins(piece)
    ids = facts.pop("all_ids", None)
    if isinstance(ids, list | tuple) and str(ids[0]).startswith("https://"):
        facts |= {"url_any_of": ids}
    elif ids:
        facts |= {"file_id_any_of": ids, "recommended_file_id": piece.file_id}
    facts |= {"title": piece.name} if piece.name else {}
    if piece.kind is MediaKind.STICKER and (piece.file_id or piece.media_id):
        facts["sticker_id"] = piece.file_id or piece.media_id
    locate = getattr(channel, "locate", None)
    if locate is None or piece.url or not (piece.media_id or piece.file_id):
        return facts
    try:
        found = await locate(piece)
    except SendError:
        return {**facts, "fetch_may_fail": True}
    return {**facts, "url": found.url, "resolved_url": found.url, "mime_type": piece.mime_type or found.mime_type}


def _moment(at: int) -> str:
    """ISO 8601 in UTC, with milliseconds only where there are any."""
    if not at:
        return ""
    when = datetime.fromtimestamp(at / 1000, UTC)
    return when.isoformat(timespec="milliseconds" if at % 1000 else "seconds").replace("+00:00", "Z")
