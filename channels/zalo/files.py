"""Files on their way to a Zalo customer: uploaded first, and named by what Zalo answers for seven days.

https://developers.zalo.me/docs/official-account/tin-nhan/quan-ly-tin-nhan/upload-hinh-anh and its siblings for GIF and file
"""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import FormData
from msgspec.structs import replace

from hub.model.channels.ports import File, Files
from hub.model.errors import OutcomeUnknown, Rejected
from hub.model.failure import Failure
from hub.model.messaging.message import Attachment, MediaKind

IMAGE_BYTES, GIF_BYTES, FILE_BYTES = 1024 * 1024, 5 * 1024 * 1024, 5 * 1024 * 1024
_IMAGES = frozenset({"image/jpeg", "image/png"})
_GIF = "image/gif"
_DOCUMENTS = frozenset({
    "application/pdf", "application/msword", "text/csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
})  # fmt: skip
_ENDINGS = (".pdf", ".doc", ".docx", ".csv")

Upload = Callable[[str, FormData], Awaitable[bytes]]
"""Sends a form up as `image`, `gif` or `file`; the answer's body."""


async def uploaded(piece: Attachment, files: Files, upload: Upload) -> Attachment:
    """The piece as Zalo can show it: by its own https address, or under the id an upload gave.

    What Zalo does not take stays as it is; what stands at an https address and cannot be had, or is too large, goes as a link. Raises a
    SendError.
    """
    if piece.media_id or piece.kind not in {MediaKind.IMAGE, MediaKind.FILE}:
        return piece
    is_gif = piece.mime_type == _GIF or piece.url.lower().endswith(".gif")
    if piece.kind is MediaKind.IMAGE and piece.url.startswith("https://") and not is_gif and piece.size <= IMAGE_BYTES:
        return piece
    if piece.kind is MediaKind.FILE and not _is_document(piece.mime_type, piece.filename or piece.url):
        return piece
    try:
        file = await files.read(piece)
    except Rejected:
        if not piece.url.startswith("https://"):
            raise
        return replace(piece, kind=MediaKind.FILE)
    kind, at_most = _sort(piece, file)
    if len(file.content) > at_most and piece.url.startswith("https://"):
        return replace(piece, kind=MediaKind.FILE)
    if len(file.content) > at_most:
        raise Rejected(f"the {piece.kind.value} is larger than the {at_most // (1024 * 1024)} MB Zalo takes", failure=Failure.MEDIA)
    form = FormData()
    form.add_field("file", file.content, filename=file.name, content_type=file.mime_type)
    named = _named(await upload(kind, form))
    return replace(piece, media_id=f"gif:{_shape(file.content)}:{named}" if kind == "gif" else named)


def _sort(piece: Attachment, file: File) -> tuple[str, int]:
    """Which upload takes it, and how much; raises Rejected for what none takes."""
    if piece.kind is MediaKind.IMAGE and file.mime_type in _IMAGES:
        return "image", IMAGE_BYTES
    if piece.kind is MediaKind.IMAGE and file.mime_type == _GIF:
        return "gif", GIF_BYTES
    if piece.kind is MediaKind.FILE and _is_document(file.mime_type, file.name):
        return "file", FILE_BYTES
    raise Rejected("Zalo takes pictures as JPEG, PNG or GIF, and files as PDF, Word or CSV", failure=Failure.MEDIA)


def _is_document(mime: str, name: str) -> bool:
    return mime in _DOCUMENTS or name.lower().endswith(_ENDINGS)


def _shape(gif: bytes) -> str:
    """Width and height, from the header: https://www.w3.org/Graphics/GIF/spec-gif89a.txt section 18."""
    return f"{int.from_bytes(gif[6:8], 'little')}x{int.from_bytes(gif[8:10], 'little')}"


class _Named(msgspec.Struct, frozen=True):
    attachment_id: str = ""
    token: str = ""


class _Answer(msgspec.Struct, frozen=True):
    data: _Named = _Named()


def _named(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body, type=_Answer).data
    except (ValueError, RecursionError):
        told = _Named()
    if not (told.attachment_id or told.token):
        raise OutcomeUnknown("the upload was answered without an id", failure=Failure.UNEXPECTED)
    return told.attachment_id or told.token
