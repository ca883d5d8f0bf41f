"""Files WhatsApp could not fetch by itself: uploaded before a message goes, and named by its ids then.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media#upload-media
"""

from dataclasses import dataclass

from aiohttp import FormData
from msgspec.structs import replace

from channels import http
from channels.fields import soft_id
from channels.meta.graph import Graph
from hub.model.channels.ports import Files
from hub.model.errors import OutcomeUnknown
from hub.model.failure import Failure
from hub.model.messaging.message import Attachment, Card, MediaKind, Message, Parameter, Template

UPLOAD_SECONDS = 60.0
"""An upload may hold 100 MB; on a slow line that takes its time, and nothing has been said to the customer yet."""

_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "document": MediaKind.FILE}
_UPLOADED = frozenset((*_KINDS.values(), MediaKind.AUDIO, MediaKind.VOICE, MediaKind.STICKER))


@dataclass(frozen=True, slots=True)
class Uploads:
    """Brings files to one number, which keeps them for 30 days. Raises a SendError."""

    graph: Graph
    number: str
    files: Files

    async def named(self, message: Message) -> Message:
        """The message with WhatsApp's names of all files that have no address it could reach."""
        return replace(
            message,
            attachments=tuple([await self._piece(piece) for piece in message.attachments]),
            cards=tuple([await self._card(card) for card in message.cards]),
            template=await self._template(message.template) if message.template else None,
        )

    async def _piece(self, piece: Attachment) -> Attachment:
        if piece.kind not in _UPLOADED or piece.media_id or http.is_public(piece.url):
            return piece
        media_id, name = await self._upload(piece)
        return replace(piece, media_id=media_id, filename=piece.filename or name)

    async def _card(self, card: Card) -> Card:
        if not card.image or http.is_public(card.image):
            return card
        media_id, _ = await self._upload(Attachment(kind=MediaKind.IMAGE, url=card.image))
        return replace(card, image=media_id)

    async def _template(self, template: Template) -> Template:
        components = [
            replace(component, parameters=tuple([await self._gap(parameter) for parameter in component.parameters]))
            for component in template.components
        ]
        return replace(template, components=tuple(components))

    async def _gap(self, parameter: Parameter) -> Parameter:
        if parameter.kind not in _KINDS or "/" not in parameter.value or http.is_public(parameter.value):
            return parameter
        media_id, _ = await self._upload(Attachment(kind=_KINDS[parameter.kind], url=parameter.value, mime_type=parameter.mime_type))
        return replace(parameter, value=media_id)

    async def _upload(self, piece: Attachment) -> tuple[str, str]:
        """WhatsApp's id of the file, and the name it has with us."""
        file = await self.files.read(piece)
        form = FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", file.mime_type)
        form.add_field("file", file.content, filename=file.name or "file", content_type=file.mime_type)
        answer = await self.graph.upload(f"{self.number}/media", form, seconds=UPLOAD_SECONDS)
        media_id = soft_id(answer, "id")
        if not media_id:
            raise OutcomeUnknown("the answer names no file", failure=Failure.UNEXPECTED)
        return media_id, file.name
