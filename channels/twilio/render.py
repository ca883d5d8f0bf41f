"""A message as calls of Twilio's Messages API.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
"""

import re
from collections.abc import Iterator

import msgspec

from channels import sms
from channels.split import split
from hub.model.base import Value
from hub.model.channels.ports import Call
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.message import Attachment, Capabilities, MediaKind, Message, Template
from hub.model.text.measuring import measure

TEXT_UNITS = 1600
"""Characters of a `Body`: https://www.twilio.com/docs/messaging/api/message-resource#request-body-parameters"""

CREATE = "messages.create"

SMS, WHATSAPP = "twilio_sms", "twilio_whatsapp"

_CAPTIONED = frozenset((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.FILE))
"""What WhatsApp shows words under: https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages"""

_GAP_SPACES = re.compile(r"[\r\n\t]+| {4,}")
"""What WhatsApp refuses in a template's gaps: line breaks, tabs, more than three spaces."""

_Params = dict[str, object]


class Line(Value, frozen=True):
    """What kind of line messages go out on. `folds`: whether a text shall travel in the GSM alphabet; `most_media`: files a message."""

    kind: str
    can: Capabilities
    most_media: int = 1
    folds: bool = False


def calls_of(message: Message, line: Line) -> list[Call]:
    """The calls a message takes, in order; what cannot be said is left out with a warning. Raises Rejected."""
    warnings: list[str] = []
    if message.template and line.can.templates:
        return [Call(method=CREATE, params=_template(message.template, warnings), warnings=tuple(warnings))]
    if message.reply_to:
        # Neither SMS nor Twilio's WhatsApp can quote.
        warnings.append("what it answers cannot be quoted on this channel")
    steps = list(_steps(message, line, warnings))
    told = [tuple(warnings), *[()] * (len(steps) - 1)]
    return [Call(method=CREATE, params=params, warnings=w) for params, w in zip(steps, told, strict=False)]


def _steps(message: Message, line: Line, warnings: list[str]) -> Iterator[_Params]:
    text = _written(message.text, line, warnings) if message.text.strip() else ""
    pieces = [piece for piece in message.attachments if piece.kind is not MediaKind.LOCATION]
    places = [params for piece in message.attachments if piece.kind is MediaKind.LOCATION and (params := _place(piece))]
    urls = [piece.url for piece in pieces if piece.url]
    if len(urls) < len(pieces):
        warnings.append("a file without an address cannot be sent by Twilio")
    groups = [urls[n : n + line.most_media] for n in range(0, len(urls), line.most_media)]
    if text and len(groups) == 1 and _takes_words(pieces, text, line):
        yield {"body": text, "media_url": groups[0]}
        text = ""
    else:
        for group in groups:
            yield {"body": "", "media_url": group}
    yield from places
    for part in split(text, line.can.text_units, line.can.unit) if text else ():
        yield {"body": part}


def _takes_words(pieces: list[Attachment], text: str, line: Line) -> bool:
    """An MMS takes words with any files; a WhatsApp message only with those it shows words under."""
    fits = measure(text, line.can.unit) <= line.can.caption_units
    return fits and (line.kind == SMS or all(piece.kind in _CAPTIONED for piece in pieces))


def _written(text: str, line: Line, warnings: list[str]) -> str:
    """The text as it travels: on SMS composed (a mark of its own would cost a letter), and in the GSM alphabet where that was asked for."""
    if line.kind != SMS:
        return text
    composed = sms.composed(text)
    if not line.folds:
        return composed
    folded = sms.fold(text)
    if folded != composed:
        warnings.append("sent without diacritics")
    return folded


def _place(piece: Attachment) -> _Params | None:
    """A pin, after https://www.twilio.com/docs/whatsapp/message-features#location-messages-with-whatsapp."""
    if piece.latitude is None or piece.longitude is None:
        return None
    label = piece.name or piece.address
    pin = f"geo:{piece.latitude},{piece.longitude}" + (f"|{label}" if label else "")
    return {"body": piece.address or piece.name or pin, "persistent_action": [pin]}


def _template(template: Template, warnings: list[str]) -> _Params:
    """An approved content with its gaps filled, after https://www.twilio.com/docs/content/using-variables-with-content-api.

    The gaps of a template are numbered through all its parts, in the order of the parts.
    """
    if not template.id:
        raise Rejected(
            f"the template {template.name!r} has no ContentSid: look it up in Twilio's Content Template Builder", failure=Failure.INVALID
        )
    gaps: dict[str, str] = {}
    for number, gap in enumerate((gap for part in template.components for gap in part.parameters), 1):
        value = _GAP_SPACES.sub(" ", gap.value).strip()
        if not value:
            raise Rejected(f"the template {template.name!r} has nothing to put into gap {gap.name or number}", failure=Failure.TEMPLATE)
        if value != gap.value:
            warnings.append("line breaks in a template's gap became spaces")
        gaps[gap.name or str(number)] = value
    variables = {"content_variables": msgspec.json.encode(gaps).decode()} if gaps else {}
    return {"content_sid": template.id, **variables}
