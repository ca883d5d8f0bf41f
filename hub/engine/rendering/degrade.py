"""One message on any channel: what a channel cannot show is said in words, and the answer in words is understood again."""

from collections.abc import Sequence

from msgspec.structs import replace

from hub.engine.rendering.offering import laid_out, with_offers
from hub.model.base import Value
from hub.model.messaging.message import Attachment, Capabilities, MediaKind, Message, QuickReply, Row, carries
from hub.model.text.folding import plain
from hub.model.text.measuring import measure


class Degraded(Value, frozen=True):
    """What to send instead, in order; each thing that could not be shown as written left a warning.

    `refused` tells why where nothing is left to send; then `messages` is empty.
    """

    messages: tuple[Message, ...]
    warnings: tuple[str, ...] = ()
    refused: str = ""


def degrade(message: Message, can: Capabilities) -> Degraded:
    """The message as a channel with these capabilities can show it: native, else in words, else a link, else refused.

    Answers offered stay on the last message. Length is left to the channel, which splits in its own unit when it renders.
    """
    shown = tuple(a for a in message.attachments if carries(can, a))
    warnings = [_not_shown(a, can) for a in message.attachments if not carries(can, a)]
    told = [_in_words(a) for a in message.attachments if not carries(can, a)]
    template = message.template if can.templates else None
    warnings += ["the template is sent as plain words"] * bool(message.template and not template)
    laid = laid_out(message, can)
    text = "\n".join(part for part in (message.text, *told, *laid.lines) if part)
    if laid.rows:
        text = "\n\n".join(part for part in (text, numbered(laid.rows)) if part)
    warnings += laid.warnings
    if not (text or shown or template or laid.cards):
        return Degraded(messages=(), warnings=tuple(warnings), refused=warnings[0] if warnings else "the message is empty")
    whole = with_offers(replace(message, text=text, attachments=shown, template=template), laid)
    if text and shown and not template and measure(text, can.unit) > can.caption_units:
        warnings += ["the words do not fit under the media"] if can.caption_units else []
        media = Message(attachments=shown, reply_to=message.reply_to, language=message.language)
        return Degraded(messages=(media, replace(whole, attachments=(), reply_to="")), warnings=tuple(warnings))
    return Degraded(messages=(whole,), warnings=tuple(warnings))


def numbered(offered: Sequence[tuple[int, Row]]) -> str:
    """The answers as lines "1. …", to be answered by number or by words."""
    return "\n".join(f"{n}. {row.title}" + (f" – {row.description}" if row.description else "") for n, row in offered)


def understand(said: str, offered: Sequence[QuickReply]) -> QuickReply | None:
    """Which of the offered answers was meant: its payload, its label in any case and without diacritics, or its number.

    In that order, so a label that is itself a number wins over a place in the list. None where nothing or more than one fits.
    """
    exact = [reply for reply in offered if said == reply.payload] or [reply for reply in offered if said == reply.title]
    if exact and said:
        return exact[0]
    words = plain(said)
    if not words:
        return None
    alike = [reply for reply in offered if plain(reply.title) == words]
    if alike:
        return alike[0] if len(alike) == 1 else None
    number = int(words) if words.isascii() and words.isdigit() and len(words) <= len(str(len(offered))) else 0
    return offered[number - 1] if 0 < number <= len(offered) else None


def _not_shown(piece: Attachment, can: Capabilities) -> str:
    too_large = piece.kind in can.media and piece.size > can.media_bytes.get(piece.kind, piece.size)
    # What lies here has no address outside where the hub itself has none.
    unreachable = not too_large and piece.kind in can.media and piece.url.startswith("/")
    why = "is too large for this channel" if too_large else "is not shown by this channel"
    if unreachable:
        why = "cannot be fetched by this channel: the hub has no public address (public_url)"
    return f"{piece.kind.value} {why}"


def _in_words(piece: Attachment) -> str:
    """A piece of media as a line of text; empty where it can only be shown."""
    match piece.kind:
        case MediaKind.LOCATION:
            where = ", ".join(part for part in (piece.name, piece.address) if part)
            if piece.latitude is None or piece.longitude is None:
                return where
            pin = f"https://www.openstreetmap.org/?mlat={piece.latitude}&mlon={piece.longitude}"
            return f"{where}: {pin}" if where else pin
        case MediaKind.CONTACT:
            return ": ".join(part for part in (piece.name, piece.phone) if part)
        case _:
            name = piece.name or piece.filename
            # A path without a host leads nowhere outside of our own pages.
            url = "" if piece.url.startswith("/") else piece.url
            return f"{name}: {url}" if name and url else url
