"""Who answers the questions of turns: the store for what the hub itself knows, the shop for orders."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from time import monotonic
from typing import cast

from msgspec import json, to_builtins
from msgspec.structs import replace

from hub.desk.aliases import TOPIC as WHOSE
from hub.desk.commenting import HIDES
from hub.desk.commenting import TOPIC as POST
from hub.desk.naming import TOPIC as WHO
from hub.engine.files.preparing import Preparing
from hub.engine.turns.amending import TOPIC as AMENDABLE
from hub.engine.turns.amending import amended, standing
from hub.engine.turns.receipts import Known
from hub.model.address import Address, shop_address
from hub.model.channels.abilities import Introduces, ShowsPosts
from hub.model.channels.ports import Answer, Channel
from hub.model.errors import Rejected
from hub.model.messaging.amending import Amendment, AmendVerb
from hub.model.words import DeliveryState
from hub.nudges.linking import TOPIC
from hub.nudges.rules import SWITCHES, Switches
from hub.store.customers.records import Customers
from hub.store.encoding.codec import decode_delivery
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.inboxes import Inboxes
from hub.store.mailboxes.kill_switch import Switch
from hub.store.shop.journeys import JourneySwitches

POSTS_KEPT, POST_KEPT_S = 500, 600.0
_AT_PROVIDER = {DeliveryState.SENT.value, DeliveryState.DELIVERED.value, DeliveryState.UNKNOWN.value}
"""What a receipt "all up to then" can speak of: the provider has it, and it is not read yet."""


def store_answers(deliveries: Deliveries) -> Mapping[str, Answer]:
    """Topics `delivery` (customer|id), `external` (customer|address|provider's id), `unsent` and `under_way` (customer)."""

    async def delivery(key: str) -> str:
        customer, _, id = key.partition("|")  # noqa: A001 - the field's name
        fields = (await deliveries.kept(customer, [id])).get(id)
        if not fields:
            return "null"
        told = {name: fields.get(field, b"").decode() for name, field in (("state", "s"), ("reason", "r"), ("code", "c"), ("failure", "f"))}
        return json.encode({**told, "delivery": to_builtins(decode_delivery(fields["b"]))}).decode()

    async def external(key: str) -> str:
        customer, address, external_id = key.split("|", 2)
        found = await deliveries.by_external(customer, _address(address), external_id)
        fields = (await deliveries.kept(customer, [found])).get(found) if found else None
        return json.encode(_known(fields) if fields else None).decode()

    async def unsent(customer: str) -> str:
        open_ones = await deliveries.open(customer)
        kept = await deliveries.kept(customer, [id for id, state in open_ones.items() if state.startswith("q|")])  # noqa: A001
        return json.encode([to_builtins(decode_delivery(fields["b"])) for fields in kept.values()]).decode()

    async def under_way(customer: str) -> str:
        open_ones = await deliveries.open(customer)
        return json.encode(any(not state.startswith("q|") for state in open_ones.values())).decode()

    return {"delivery": delivery, "external": external, "unsent": unsent, "under_way": under_way}


def receipt_answers(deliveries: Deliveries, customers: Customers) -> Mapping[str, Answer]:
    """Topic `until` (customer|address|ms): what was sent there up to then and may not be read yet."""

    async def until(key: str) -> str:
        customer, address, moment = key.split("|", 2)
        lines = [
            line for line in await customers.log(customer) if line.delivery and str(line.address) == address and line.at <= int(moment)
        ]
        kept = await deliveries.kept(customer, [line.delivery for line in lines])
        arrived = [fields for fields in kept.values() if fields["s"].decode() in _AT_PROVIDER]
        return json.encode([_known(fields) for fields in arrived]).decode()

    return {"until": until}


def person_answers(channels: Mapping[tuple[str, str], Channel]) -> Mapping[str, Answer]:
    """Topic `who` (address): who somebody is, by their provider; null where it cannot be asked."""

    async def who(key: str) -> str:
        address = _address(key)
        channel = channels.get((address.channel, address.account))
        if not hasattr(channel, "who"):
            return "null"
        return json.encode(await cast("Introduces", channel).who(address)).decode()

    return {WHO: who}


def amend_answers(
    deliveries: Deliveries, channel_of: Callable[[tuple[str, str]], Channel | None], preparing: Preparing | None = None
) -> Mapping[str, Answer]:
    """Topic `amendable` (customer|delivery|verb|new words): how a message stands, and whether its channel can take them in its place."""

    async def amendable(key: str) -> str:
        customer, id, verb, text = key.split("|", 3)  # noqa: A001 - the field's name
        fields = (await deliveries.kept(customer, [id])).get(id)
        if not fields:
            return "null"
        sent = decode_delivery(fields["b"])
        channel = channel_of((sent.address.channel, sent.address.account))
        after = replace(sent, message=amended(sent.message, text))
        if channel and preparing:
            after = preparing.lent(channel, after)
        wanted = Amendment(verb=AmendVerb(verb), target=id, ids=(), at=sent.created, message=after.message)
        return json.encode(standing(fields, sent, channel, wanted)).decode()

    return {AMENDABLE: amendable}


def post_answers(channels: Mapping[tuple[str, str], Channel]) -> Mapping[str, Answer]:
    """Topics `post` (address|post): what somebody comments under, null where it cannot be asked; `hides` (channel/account).

    A post has a thousand comments, and is asked for once in a while: what was told is kept for that long.
    """
    told: OrderedDict[tuple[str, str, str], tuple[float, str]] = OrderedDict()

    async def post(key: str) -> str:
        where, _, id = key.partition("|")  # noqa: A001 - the field's name
        address = _address(where)
        known, now = (address.channel, address.account, id), monotonic()
        if known in told and now - told[known][0] < POST_KEPT_S:
            return told[known][1]
        channel = channels.get((address.channel, address.account))
        if not hasattr(channel, "post"):
            return "null"
        try:
            answer = json.encode(await cast("ShowsPosts", channel).post(id)).decode()
        except Rejected:
            answer = "null"
        told[known] = (now, answer)
        while len(told) > POSTS_KEPT:
            told.popitem(last=False)
        return answer

    async def hides(key: str) -> str:
        kind, _, account = key.partition("/")
        return json.encode(bool(getattr(channels.get((kind, account)), "hides_numbers", False))).decode()

    return {POST: post, HIDES: hides}


def nudge_answers(switch: Switch, journeys: JourneySwitches, inboxes: Inboxes) -> Mapping[str, Answer]:
    """Topics `switches` (all), `shop_customer` (customer|user of the shop) and `whose` (customer|address)."""

    async def switches(_: str) -> str:
        switched = await journeys.all()
        told = Switches(stopped=await switch.thrown(), journeys={name: one.live for name, one in switched.items()})
        return json.encode(told).decode()

    async def shop_customer(key: str) -> str:
        customer, _, user = key.partition("|")
        return json.encode(await inboxes.resolve(shop_address(user), candidate=customer)).decode()

    async def whose(key: str) -> str:
        customer, _, address = key.partition("|")
        return json.encode(await inboxes.resolve(_address(address), candidate=customer)).decode()

    return {SWITCHES.topic: switches, TOPIC: shop_customer, WHOSE: whose}


def _known(fields: Mapping[str, bytes]) -> Known:
    sent = decode_delivery(fields["b"])
    return Known(
        delivery=sent.id,
        address=sent.address,
        purpose=sent.purpose,
        origin=sent.origin,
        conversation=sent.conversation,
        root=sent.root,
        state=fields["s"].decode(),
        tries=sent.tries,
    )


def _address(text: str) -> Address:
    channel, account, id = text.split(":", 2)  # noqa: A001 - the field's name
    return Address(channel=channel, account=account, id=id)
