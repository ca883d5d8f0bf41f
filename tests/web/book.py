"""Channel accounts set up in memory, where sealing and providers are not what is tried."""

from hub.store.channels.calls import Place
from hub.web.api.account_book import NameTaken, NoSuchAccount
from hub.web.api.shapes import accounts as shapes


class MemoryBook:
    """Takes whatever is entered, and proves nothing."""

    def __init__(self) -> None:
        self.known = {("standin", "main"): shapes.Account(channel="standin", name="main", source="console", values={}, set=())}

    def kinds(self) -> shapes.KindList:
        return shapes.KindList(kinds=(shapes.Kind(kind="standin", title="Stand-in", fields=()),))

    async def all(self) -> shapes.AccountList:
        return shapes.AccountList(accounts=tuple(self.known.values()))

    async def add(self, new: shapes.NewAccount, *, by: str) -> shapes.Account:
        if (new.channel, new.name) in self.known:
            raise NameTaken(new.name)
        made = shapes.Account(channel=new.channel, name=new.name, source="console", values=new.values, set=(), by=by)
        self.known[new.channel, new.name] = made
        return made

    async def change(self, place: Place, change: shapes.AccountChange, *, by: str) -> shapes.Account:
        del change, by
        return self._of(place)

    async def remove(self, place: Place, *, revision: str) -> None:
        del revision
        del self.known[self._of(place).channel, place[1]]

    async def try_out(self, new: shapes.NewAccount) -> shapes.SeenAccount:
        return shapes.SeenAccount(channel=new.channel, account=new.name, at=1, grade="untold", points=())

    async def look(self, place: Place) -> shapes.SeenAccount:
        return shapes.SeenAccount(channel=self._of(place).channel, account=place[1], at=1, grade="untold", points=())

    async def connect(self, place: Place) -> shapes.SeenAccount:
        return await self.look(place)

    def _of(self, place: Place) -> shapes.Account:
        if place not in self.known:
            raise NoSuchAccount
        return self.known[place]
