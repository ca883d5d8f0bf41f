"""A hub with a Page and an Instagram account, rules for their comments, and Meta's stand-ins as the counterpart."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from msgspec import json

from hub.model.inbox.feed import ConversationCard
from hub.model.messaging.comments import ABOUT, VERB
from hub.model.words import DeliveryState, OwnerKind
from hub.store.customers.records import Line
from sandbox.messaging import INSTAGRAM, MESSENGER, Meta, provider_and_stand_in
from sandbox.shown import Comment
from sandbox.stand_in import StandIn
from tests.processes import eventually, folder
from tests.whole.grounds import Topology, ground
from tests.whole.world import House, StandIns, Told, settings_on, stand_ins

TOKEN, SECRET, VERIFY = "page-token", "app-secret", "choose"
RULES = """
rules:
  - rule: price
    words: ["giá", "ib", "價"]
    unless: ["gia đình"]
    private:
      vi: "Dạ áo 350.000đ ạ"
      zh-TW: "這件 NT$ 490"
    public:
      vi: "Shop đã nhắn riêng ạ"
      zh-TW: "已私訊您"
  - rule: keep
    words: ["+1"]
    private: "Shop giữ áo cho mình rồi ạ"
    once: post
"""


class Both(StandIns):
    """Meta beside the others."""

    metas: dict[str, tuple[Meta, StandIn]]
    rules: str

    def toml(self) -> str:
        """With an account of each, and the rules."""
        accounts = "".join(
            f'[[account]]\nchannel = "{kind}"\nname = "shop"\ntoken = "{TOKEN}"\nsecret = "{SECRET}"\nverify_token = "{VERIFY}"\n'
            f'app_id = "900"\nbase_url = "{stand_in.base_url}"\nrate_per_second = 500\nrate_per_address = 50\n'
            for kind, (_, stand_in) in self.metas.items()
        )
        return f'{super().toml()}[comments]\nrules = "{self.rules}"\n{accounts}'


class Shop:
    """The running hub, and both of Meta's."""

    def __init__(self, house: House, metas: dict[str, tuple[Meta, StandIn]]) -> None:
        self.house = house
        self.metas = metas

    def meta(self, kind: str) -> Meta:
        """Meta itself."""
        return self.metas[kind][0]

    def desk(self, kind: str) -> StandIn:
        """Its phones."""
        return self.metas[kind][1]

    async def lines(self, kind: str, who: str) -> Sequence[Line]:
        """The customer's timeline; empty while the first turn has not ended."""
        customer = await self.house.customer(kind, "shop", who)
        known = (await self.house.caller.ask("GET", f"/api/customers/{customer}")).status == HTTPStatus.OK
        return await self.house.caller.lines(customer) if known else ()

    async def there(self, kind: str, who: str, found: Callable[[Line], bool]) -> Line:
        """The first line of that sort, once there is one."""
        lines: list[Line] = []

        async def come() -> bool:
            lines[:] = [line for line in await self.lines(kind, who) if found(line)]
            return bool(lines)

        await eventually(come, what="the line")
        return lines[0]

    async def act(self, kind: str, made: Comment, verb: str, **more: str) -> Told:
        """An agent does something to a comment."""
        customer = await self.house.customer(kind, "shop", made.author)
        body = {"agent": "lan", "verb": verb, "comment": made.id, **more}
        return await self.house.caller.ask("POST", f"/api/customers/{customer}/comments", body)

    async def card(self, kind: str, who: str, view: str) -> ConversationCard:
        """The customer's card in a view of the inbox, once it is there."""
        customer = await self.house.customer(kind, "shop", who)
        found: list[ConversationCard] = []

        async def listed() -> bool:
            page = (await self.house.caller.ask("GET", f"/api/inbox?view={view}&limit=200&agent=lan")).body
            cards = json.decode(json.encode(page["conversations"]), type=list[ConversationCard])
            found[:] = [card for card in cards if card.customer == customer]
            return bool(found)

        await eventually(listed, what=f"a card in {view}")
        return found[0]

    async def owner(self, kind: str, who: str) -> OwnerKind:
        """Who has the customer's newest conversation."""
        return (await self.house.caller.record(await self.house.customer(kind, "shop", who))).conversations[-1].owner.kind


@asynccontextmanager
async def shop_with_posts() -> AsyncIterator[Shop]:
    """A hub with one Page and one Instagram account, and rules for comments."""
    metas = {kind: provider_and_stand_in(kind, token=TOKEN, secret=SECRET) for kind in (MESSENGER, INSTAGRAM)}
    for _, stand_in in metas.values():
        await stand_in.start()
    with folder() as place, ground(Topology.EMBEDDED) as below:
        (place / "comments.yaml").write_text(RULES)
        async with stand_ins() as others, aiohttp.ClientSession() as http:
            told = Both(others.plain, others.telegram, others.polled, others.shop, metas=metas, rules="comments.yaml")
            house = House(below, settings_on(below, place, told), told)
            await house.start(http)
            for kind, (_, stand_in) in metas.items():
                stand_in.desk.hook(f"{house.caller.base}/hooks/{kind}/shop")
            yield Shop(house, metas)
            await house.close()
    for _, stand_in in metas.values():
        await stand_in.stop()


def of(verb: str, comment: Comment) -> Callable[[Line], bool]:
    """Lines of that done to that comment."""
    return lambda line: line.entry.kind == "message" and (line.entry.detail.get(VERB), line.entry.detail.get(ABOUT)) == (verb, comment.id)


def settled(verb: str, comment: Comment) -> Callable[[Line], bool]:
    """The same, once the provider has it."""
    return lambda line: of(verb, comment)(line) and line.state in {DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ}


def answers(shop: Shop, kind: str, made: Comment) -> list[str]:
    """What the shop answered to a comment for all to read."""
    return [one.text for one in shop.meta(kind).wall.comments.values() if one.parent == made.id]
