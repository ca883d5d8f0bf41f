"""The API's route about windows: on which channels a customer can be written to now, how long yet, and for what price."""

from datetime import UTC, datetime
from http import HTTPStatus

from msgspec import Struct

from hub.engine.turns.windows import leave
from hub.model.address import Address, is_reachable
from hub.model.channels.prices import PriceLine
from hub.model.channels.window import Leave, Wanted
from hub.model.customers.record import Live
from hub.model.shop.people import Right
from hub.web.api.routes.customers import known
from hub.web.api.table import Answer, Ask, Rooms, Route


class Changes(Struct, frozen=True):
    """What of ours can be changed there afterwards, and for how many seconds (0: ever)."""

    corrects: bool = False
    corrects_s: int = 0
    recalls: bool = False
    recalls_s: int = 0


class Window(Struct, frozen=True):
    """How a person's words may go to one address: `leave`, its price (null where free or not known), what of them can be changed then."""

    address: Address
    leave: Leave
    price: PriceLine | None = None
    changes: Changes = Changes()


class WindowList(Struct, frozen=True):
    """The addresses a customer can be reached at."""

    windows: tuple[Window, ...]


async def _windows(rooms: Rooms, ask: Ask) -> Answer:
    record = await known(rooms, ask.path["customer"])
    addresses = record.addresses if isinstance(record, Live) else ()
    found = tuple(_window(rooms, record, address) for address in addresses if isinstance(record, Live) and is_reachable(address))
    return Answer(HTTPStatus.OK, WindowList(windows=found))


def _window(rooms: Rooms, record: Live, address: Address) -> Window:
    now = rooms.clock.now()
    may = leave(rooms.windows, record, address, Wanted(now=now, by_person=True))
    day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    price = rooms.prices.price_of(address.channel, may.category, to=address.id, day=day) if may.category else None
    return Window(address=address, leave=may, price=price, changes=_changes(rooms, address))


def _changes(rooms: Rooms, address: Address) -> Changes:
    channel = rooms.channels.get((address.channel, address.account))
    if channel is None:
        return Changes()
    can = channel.capabilities
    return Changes(corrects=can.corrects, corrects_s=can.corrects_s, recalls=can.recalls, recalls_s=can.recalls_s)


WINDOW_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/customers/{customer}/windows", name="readWindows", right=Right.LOOK, take=_windows,
        answers={HTTPStatus.OK: WindowList},
        summary="Read how a customer may be written to now: for free and how long yet, as what, at what price, or what instead.",
    ),
)  # fmt: skip
