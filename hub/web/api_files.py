"""The API's route for files that agents send."""

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from hub.model.files import NotTaken, QuotaSpent
from hub.model.people import Right
from hub.web.problems import refusal
from hub.web.receiving import Upload
from hub.web.routes import Answer, Ask, Rooms, Route


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


FILE_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST", path="/api/files", name="keepFile", right=Right.TALK, take=_keep, query=FileQuery, body=Upload,
        answers={HTTPStatus.CREATED: KeptFile},
        summary="Keep a file for a customer, its bytes as the body; `say` names it then.",
    ),
)  # fmt: skip
