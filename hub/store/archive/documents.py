"""The organisation's documents: immutable versions, draft and published."""

from enum import StrEnum

from sqlalchemy import Connection, RowMapping, func, insert, select
from sqlalchemy.exc import IntegrityError

from hub.model.base import Value
from hub.store.archive.errors import Outdated
from hub.store.archive.schema import documents


class DocumentState(StrEnum):
    """Whether a version counts already."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Document(Value, frozen=True):
    """One version of a document: `kind` (team, faq, journey…) and `name` say which; `at` in ms since 1970.

    Publishing a draft adds a version with the draft's body: who published and when is kept, and no row ever changes.
    """

    kind: str
    name: str
    version: int
    state: DocumentState
    author: str
    at: int
    body: str


def add_version(connection: Connection, document: Document) -> None:
    """Add the version; it must follow the latest one there (1 for a new document), else raises Outdated."""
    latest = latest_version(connection, document.kind, document.name)
    if document.version != latest + 1:
        raise Outdated(latest)
    row = {field: getattr(document, field) for field in document.__struct_fields__} | {"state": document.state.value}
    try:
        with connection.begin_nested():
            connection.execute(insert(documents).values(row))
    except IntegrityError as error:
        raise Outdated(document.version) from error


def latest_version(connection: Connection, kind: str, name: str) -> int:
    """The number of the latest version, 0 if there is none."""
    query = select(func.max(documents.c.version)).where(documents.c.kind == kind, documents.c.name == name)
    return connection.execute(query).scalar_one() or 0


def published(connection: Connection, kind: str, name: str) -> Document | None:
    """The version that counts: the latest published one, or None if none ever was."""
    newest_first = documents.c.version.desc()
    query = select(documents).where(documents.c.kind == kind, documents.c.name == name, documents.c.state == DocumentState.PUBLISHED.value)
    found = connection.execute(query.order_by(newest_first).limit(1)).mappings().first()
    return None if found is None else _document(found)


def versions(connection: Connection, kind: str, name: str) -> tuple[Document, ...]:
    """All versions, oldest first."""
    query = select(documents).where(documents.c.kind == kind, documents.c.name == name).order_by(documents.c.version)
    return tuple(_document(row) for row in connection.execute(query).mappings())


def _document(row: RowMapping) -> Document:
    return Document(**{**row, "state": DocumentState(row["state"])})
