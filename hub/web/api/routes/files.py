"""The API's route for files that agents send."""

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from hub.model.files.kinds import NotTaken, QuotaSpent, endings
from hub.model.messaging.message import MediaKind
from hub.model.shop.people import Right
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.http.file_body import Upload
from hub.web.http.problems import refusal


class FileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom the file is, and its name."""

    customer: Annotated[str, Meta(min_length=1, max_length=128)]
    name: Annotated[str, Meta(max_length=400)] = ""


class KeptFile(Struct, frozen=True):
    """A file that is kept: name `kind`, `url`, `filename`, `mime_type` and `size` in an attachment of `say`."""

    id: str
    kind: str
    url: str
    filename: str
    mime_type: str
    size: int


async def _keep(rooms: Rooms, ask: Ask) -> Answer:
    query: FileQuery = ask.query
    upload: Upload = ask.body
    try:
        file = await rooms.filing.from_agent(upload.content, name=query.name, customer=query.customer)
    except NotTaken as error:
        raise refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error), code="kind") from error
    except QuotaSpent as error:
        raise refusal(HTTPStatus.TOO_MANY_REQUESTS, str(error), code="quota") from error
    piece = file.attachment(rooms.base)
    kept = KeptFile(
        id=file.id, kind=piece.kind.value, url=piece.url, filename=piece.filename, mime_type=piece.mime_type, size=piece.size
    )  # fmt: skip
    return Answer(HTTPStatus.CREATED, kept)


class LimitsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Through which account a file shall go."""

    channel: Annotated[str, Meta(min_length=1, max_length=128)]
    account: Annotated[str, Meta(min_length=1, max_length=128)]


class KindLimits(Struct, frozen=True):
    """What a channel shows of one kind: `most` bytes (0: as many as are kept), of these media types (none: any)."""

    kind: MediaKind
    most: int = 0
    types: tuple[str, ...] = ()


class FileLimits(Struct, frozen=True):
    """What is kept (`most` bytes, names with these endings), and what the channel shows as it is; all else goes as a link.

    `reached`: whether the channel can reach what lies here at all; where not, the hub has no public address.
    """

    most: int
    endings: tuple[str, ...]
    kinds: tuple[KindLimits, ...]
    reached: bool


async def _limits(rooms: Rooms, ask: Ask) -> Answer:
    query: LimitsQuery = ask.query
    channel = rooms.channels.get((query.channel, query.account))
    if channel is None:
        raise refusal(HTTPStatus.NOT_FOUND, "There is no such account: see GET /api/channels.")
    can = channel.capabilities
    kinds = tuple(
        KindLimits(kind=kind, most=can.media_bytes.get(kind, 0), types=tuple(sorted(can.media_types.get(kind, ()))))
        for kind in sorted(can.media)
    )
    reached = rooms.lends or not can.connects
    return Answer(HTTPStatus.OK, FileLimits(most=rooms.filing.most, endings=endings(), kinds=kinds, reached=reached))


FILE_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST", path="/api/files", name="keepFile", right=Right.TALK, take=_keep, query=FileQuery, body=Upload,
        answers={HTTPStatus.CREATED: KeptFile},
        summary="Keep a file for a customer, its bytes as the body; `say` names it then, or it goes after a day.",
    ),
    Route(
        method="GET", path="/api/files/limits", name="readFileLimits", right=Right.TALK, take=_limits, query=LimitsQuery,
        answers={HTTPStatus.OK: FileLimits}, summary="Read what may be sent through an account, and what it shows as it is.",
    ),
)  # fmt: skip
