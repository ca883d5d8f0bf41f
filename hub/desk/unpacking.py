"""Files that came along with a word: kept before the word is taken, so that it names what is there."""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from hub.desk.filing import Filing
from hub.model.events.event import Incoming, Said
from hub.model.files.kinds import NotTaken, QuotaSpent
from hub.model.messaging.message import Attachment


class Takes(Protocol):
    """Makes words durable."""

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        """Durable when it returns; raises StoreFull."""
        ...


class Unpacking:
    """An intake that keeps what channels found enclosed, before the word is taken that names it."""

    def __init__(self, intake: Takes, filing: Filing) -> None:
        self._intake = intake
        self._filing = filing

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        """Durable when it returns, files and all. Raises StoreFull, StoreAway (the files could not be kept: the provider comes again)."""
        if any(one.files for one in incoming):
            incoming = [await self._unpacked(one) if one.files else one for one in incoming]
        await self._intake.accept(incoming, days=days)

    async def _unpacked(self, incoming: Incoming) -> Incoming:
        """The word with addresses of its files; one that may not be kept has none, and is shown as not there."""
        if not isinstance(incoming.body, Said):
            return replace(incoming, files=())
        kept: dict[str, Attachment] = {}
        ids = []
        for file in incoming.files:
            if file.sha256 in kept or len(file.content) > self._filing.most:
                continue
            try:
                stored = await self._filing.from_customer(file.content, name=file.name, address=incoming.address)
            except (NotTaken, QuotaSpent):
                continue
            ids.append(stored.id)
            kept[file.sha256] = stored.attachment()
        if ids:
            await self._filing.named(ids, address=incoming.address)
        shown = tuple(_shown(piece, kept) for piece in incoming.body.attachments)
        return replace(incoming, body=replace(incoming.body, attachments=shown), files=())


def _shown(piece: Attachment, kept: dict[str, Attachment]) -> Attachment:
    """What is known of the file once it was kept; else what the letter said of it."""
    found = kept.get(piece.file_id)
    if found is None:
        return piece
    return replace(piece, kind=found.kind, url=found.url, filename=found.filename, mime_type=found.mime_type, size=found.size)
