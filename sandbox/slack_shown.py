"""Slack's messages as bubbles on a phone, and what is done there as Slack's events and interactions."""

import html
import time
from collections.abc import Iterator

from sandbox.shown import Act, Bubble, Json, Media, Offer, Pressed, Reacted, TookBack, Wrote


def bubble_of(asked: Json, ts: str) -> Bubble:
    """A posted message as it stands in the conversation: its blocks, or its words where it has none."""
    blocks = asked.get("blocks")
    parts = blocks if isinstance(blocks, list) else []
    text = "\n".join(_texts(parts)) if parts else str(asked.get("text") or "")
    return Bubble(
        n=0,
        text=html.unescape(text),
        media=tuple(_pictures(parts)),
        offers=tuple(_offers(parts)),
        external_id=ts,
        reply_to=str(asked.get("thread_ts") or ""),
    )


def _texts(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        text = block.get("text")
        if block.get("type") == "section" and isinstance(text, dict):
            yield str(text.get("text"))


def _pictures(blocks: list[Json]) -> Iterator[Media]:
    for block in blocks:
        shown = block if block.get("type") == "image" else block.get("accessory")
        if isinstance(shown, dict) and shown.get("type") == "image":
            yield Media(kind="image", url=str(shown.get("image_url")), name=str(shown.get("alt_text")))


def _offers(blocks: list[Json]) -> Iterator[Offer]:
    """`id`: the action's name, a bar, what comes back."""
    for block in blocks:
        elements = block.get("elements") if block.get("type") == "actions" else None
        for each in elements if isinstance(elements, list) else ():
            yield from _element(each)


def _element(each: Json) -> Iterator[Offer]:
    name = str(each.get("action_id"))
    if each.get("type") == "button":
        url = str(each.get("url") or "")
        yield Offer(title=_words(each.get("text")), id=f"{name}|{each.get('value') or ''}", kind="url" if url else "reply", value=url)
        return
    groups = each.get("option_groups") or [{"options": each.get("options")}]
    for group in groups if isinstance(groups, list) else ():
        for option in group.get("options") or ():
            yield Offer(
                title=_words(option.get("text")),
                id=f"{name}|{option.get('value')}",
                kind="row",
                group=_words(group.get("label")),
                description=_words(option.get("description")),
            )


def _words(of: object) -> str:
    return str(of.get("text") or "") if isinstance(of, dict) else ""


def event_of(act: Act, place: str) -> Json | None:
    """What Slack tells of an act by its Events API; None where it is no event."""
    now = f"{time.time():.6f}"
    common: Json = {"channel": place, "channel_type": "im", "event_ts": now, "user": act.phone.id}
    match act:
        case Wrote(bubble=bubble):
            files = [_file(piece) for piece in bubble.media]
            more: Json = {"files": files, "subtype": "file_share"} if files else {}
            return common | {"type": "message", "text": html.escape(bubble.text, quote=False), "ts": bubble.external_id, **more}
        case TookBack(bubble=bubble):
            before = {"type": "message", "user": act.phone.id, "text": bubble.text, "ts": bubble.external_id}
            return common | {
                "type": "message",
                "subtype": "message_deleted",
                "deleted_ts": bubble.external_id,
                "ts": now,
                "previous_message": before,
            }
        case Reacted(bubble=bubble, emoji=emoji):
            kind = "reaction_added" if emoji else "reaction_removed"
            item = {"type": "message", "channel": place, "ts": bubble.external_id}
            return {"type": kind, "user": act.phone.id, "reaction": emoji or "thumbsup", "item": item, "event_ts": now}
    return None


def _file(piece: Media) -> Json:
    return {
        "id": piece.url.rpartition("/")[2],
        "name": piece.name,
        "mimetype": piece.mime_type,
        "mode": "hosted",
        "url_private": piece.url,
        "url_private_download": piece.url.replace("/_sandbox/media/", "/files-pri/"),
    }


def interaction_of(act: Pressed, place: str) -> Json:
    """What Slack tells of a press."""
    name, _, value = act.offer.id.partition("|")
    label = {"type": "plain_text", "text": act.offer.title}
    action: Json = {"action_id": name, "block_id": "b1", "action_ts": f"{time.time():.6f}"}
    if act.offer.kind == "row":
        action |= {"type": "static_select", "selected_option": {"text": label, "value": value}}
    else:
        action |= {"type": "button", "text": label, **({"value": value} if value else {})}
    return {
        "type": "block_actions",
        "user": {"id": act.phone.id, "username": act.phone.name, "name": act.phone.name},
        "trigger_id": f"{time.time_ns()}.1.sandbox",
        "channel": {"id": place, "name": "directmessage"},
        "container": {"type": "message", "message_ts": act.bubble.external_id, "channel_id": place},
        "actions": [action],
    }
