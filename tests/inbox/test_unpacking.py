"""Files that came along with a word."""

import hashlib
from collections.abc import Sequence

from hub.desk.filing import Filing
from hub.desk.unpacking import Unpacking
from hub.engine.clock import SystemClock
from hub.model.address import Address
from hub.model.events.event import Enclosed, Incoming, Said
from hub.model.files.kinds import Quota, QuotaSpent, StoredFile
from hub.model.messaging.message import Attachment, MediaKind

AT = Address(channel="email", account="shop", id="lan@khach.example")
PDF, EXE = b"%PDF-1.7\n%", b"MZ\x90\x00 not to be kept"


class Shelf:
    """Keeps in memory; full after `room` files."""

    def __init__(self, room: int = 9) -> None:
        self.kept: dict[str, tuple[StoredFile, bytes]] = {}
        self.said: list[str] = []
        self.room = room

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        if len(self.kept) >= self.room:
            raise QuotaSpent(f"no room for more in {quota.files}")
        self.kept[file.id] = (file, content)

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        return tuple(self.kept[one][0] for one in ids if one in self.kept)

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the port's name
        return self.kept[id][1][start : start + length]

    async def say(self, ids: Sequence[str]) -> None:
        self.said += ids


class Taken:
    """An intake that remembers."""

    def __init__(self) -> None:
        self.words: list[Incoming] = []

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        assert days
        self.words += incoming


async def unpacked(*contents: bytes, shelf: Shelf) -> Incoming:
    """A letter with these files, as it is taken."""
    files = tuple(Enclosed(content=c, name="đơn.pdf", mime_type="application/pdf", sha256=hashlib.sha256(c).hexdigest()) for c in contents)
    pieces = tuple(Attachment(kind=MediaKind.FILE, file_id=f.sha256, filename=f.name, mime_type=f.mime_type) for f in files)
    letter = Incoming(address=AT, body=Said(text="hi", attachments=pieces), files=files)
    taken = Taken()
    filing = Filing(shelf=shelf, clock=SystemClock(), new_id=lambda: f"id{len(shelf.kept)}", most=1000, a_day=10_000)
    await Unpacking(taken, filing).accept([letter], days=1)
    return taken.words[0]


async def test_file_is_kept_named_and_not_carried_into_the_mailbox() -> None:
    shelf = Shelf()

    word = await unpacked(PDF, shelf=shelf)

    assert isinstance(word.body, Said)
    (piece,) = word.body.attachments
    assert ("/media/id0", "application/pdf", ["id0"], ()) == (piece.url, piece.mime_type, shelf.said, word.files)
    assert PDF == shelf.kept["id0"][1]


async def test_what_may_not_be_kept_is_told_without_an_address_and_spares_the_others() -> None:
    for shelf, contents, kept in ((Shelf(), (EXE, PDF), 1), (Shelf(), (b"%PDF-" + bytes(2000), PDF), 1), (Shelf(room=0), (PDF,), 0)):
        word = await unpacked(*contents, shelf=shelf)

        assert isinstance(word.body, Said)
        assert len(contents) == len(word.body.attachments)
        assert kept == sum(bool(piece.url) for piece in word.body.attachments)
