"""Where accounts are set up, as the API asks for it; and what may be wrong with what was entered."""

from collections.abc import Mapping
from typing import Protocol

from hub.model.errors import HubError
from hub.store.channels.calls import Place
from hub.web.api.shapes import accounts as shapes


class Unfit(HubError):
    """What was entered does not do. `fields`: by field, a sentence (by language) with what would; '' for what concerns none alone."""

    def __init__(self, fields: Mapping[str, shapes.Words]) -> None:
        super().__init__(" ".join(words["en"] for words in fields.values()))
        self.fields = dict(fields)


class NameTaken(HubError):
    """There is an account of this kind and name already."""


class NoSuchAccount(HubError):
    """There is none of this kind and name."""


class InFile(HubError):
    """It stands in a file, and is changed there; the text is the file's path."""


class Changed(HubError):
    """Somebody changed it since it was read: `by` whom, `at` (ms since 1970)."""

    def __init__(self, *, by: str, at: int) -> None:
        super().__init__(by)
        self.by = by
        self.at = at


class AccountBook(Protocol):
    """Where accounts are set up. Raises StoreAway, StoreFull, and what its methods say."""

    def kinds(self) -> shapes.KindList:
        """What can be set up."""
        ...

    async def all(self) -> shapes.AccountList:
        """What is."""
        ...

    async def add(self, new: shapes.NewAccount, *, by: str) -> shapes.Account:
        """Raises Unfit, NameTaken."""
        ...

    async def change(self, place: Place, change: shapes.AccountChange, *, by: str) -> shapes.Account:
        """Raises Unfit, NoSuchAccount, InFile, Changed."""
        ...

    async def remove(self, place: Place, *, revision: str) -> None:
        """`revision`: of which; '': whichever is there. Raises NoSuchAccount, InFile, Changed."""
        ...

    async def try_out(self, new: shapes.NewAccount) -> shapes.SeenAccount:
        """Look at what was entered, before it is kept; secrets left out are those that are kept. Raises Unfit."""
        ...

    async def look(self, place: Place) -> shapes.SeenAccount:
        """Raises NoSuchAccount."""
        ...

    async def connect(self, place: Place) -> shapes.SeenAccount:
        """Raises NoSuchAccount."""
        ...
