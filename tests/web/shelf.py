"""Files and found customers in memory, where the archive is not what is tried."""

from collections.abc import Sequence

from hub.model.files.kinds import Quota, QuotaSpent, StoredFile
from hub.store.archive.errors import ArchiveAway
from hub.store.archive.hit import Hit


class MemoryShelf:
    """Files in memory; a full outage on demand."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[StoredFile, bytes]] = {}
        self.said: set[str] = set()
        self.pieces: list[tuple[int, int]] = []
        self.away = False

    async def put(self, file: StoredFile, content: bytes, *, quota: Quota) -> None:
        self._answer()
        theirs = [kept.size for kept, _ in self.kept.values() if (kept.address, kept.customer) == (file.address, file.customer)]
        if len(theirs) >= quota.files or sum(theirs) + file.size > quota.bytes:
            raise QuotaSpent("enough for today")
        self.kept[file.id] = file, content

    async def find(self, ids: Sequence[str]) -> tuple[StoredFile, ...]:
        self._answer()
        return tuple(self.kept[one][0] for one in ids if one in self.kept)

    async def piece(self, id: str, start: int, length: int) -> bytes:  # noqa: A002 - the port's name
        self._answer()
        self.pieces.append((start, length))
        found = self.kept.get(id)
        return found[1][start : start + length] if found else b""

    async def say(self, ids: Sequence[str]) -> None:
        self.said.update(ids)

    def _answer(self) -> None:
        if self.away:
            raise ArchiveAway("the archive is away")


class MemoryFinder:
    """Who is found, whatever is asked; what was asked is kept."""

    def __init__(self) -> None:
        self.hits: tuple[Hit, ...] = ()
        self.asked: list[tuple[str, ...]] = []
        self.away = False

    async def search(self, words: Sequence[str], *, limit: int, after: Hit | None = None) -> tuple[Hit, ...]:
        if self.away:
            raise ArchiveAway("on demand")
        self.asked.append(tuple(words))
        behind = self.hits[self.hits.index(after) + 1 :] if after else self.hits
        return behind[:limit]
