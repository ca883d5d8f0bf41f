"""The API's route that finds customers: by name, phone, e-mail, order number or address, newest first."""

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from hub.model.address import Address, is_reachable
from hub.model.customers.record import Live
from hub.model.errors import StoreAway
from hub.model.inbox.finding import asked
from hub.model.shop.people import Right
from hub.model.words import ConversationStatus
from hub.store.archive.errors import ArchiveAway
from hub.store.archive.hit import Hit
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.http.problems import refusal

ORDERS_TOLD = 5


class FindQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked for (nothing: everybody), and which page of it: `cursor` is the page before's `next`."""

    q: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: Annotated[str, Meta(max_length=200)] = ""


class FoundCustomer(Struct, frozen=True):
    """A customer that was found. `at`: when they last spoke, or came to be; `open`: whether a conversation is; `orders`: newest first."""

    customer: str
    name: str
    at: int
    channel: str = ""
    phone: str = ""
    email: str = ""
    orders: tuple[str, ...] = ()
    open: bool = False


class FoundCustomers(Struct, frozen=True):
    """Newest first. A page may be short: `next` counts, empty at the end."""

    customers: tuple[FoundCustomer, ...]
    next: str = ""


async def _find(rooms: Rooms, ask: Ask) -> Answer:
    query: FindQuery = ask.query
    after, words = _place(query.cursor), asked(query.q)
    if query.q.strip() and not words:
        return Answer(HTTPStatus.OK, FoundCustomers(customers=()))
    try:
        hits = await (await rooms.finder()).search(words, limit=query.limit + 1, after=after)
    except ArchiveAway as error:
        raise StoreAway("the archive does not answer") from error
    page = hits[: query.limit]
    # The record's word: who was merged or forgotten a moment ago is not shown any more.
    records = await rooms.inbox.records({hit.customer for hit in page})
    found = tuple(_told(record, hit.at) for hit in page if isinstance(record := records[hit.customer], Live))
    return Answer(HTTPStatus.OK, FoundCustomers(customers=found, next=_cursor(page[-1]) if len(hits) > len(page) else ""))


def _told(record: Live, at: int) -> FoundCustomer:
    known = {name: fact.value for name, fact in record.profile.items()}
    opened = [c for c in record.conversations if c.status is ConversationStatus.OPEN]
    return FoundCustomer(
        customer=record.id,
        name=known.get("name") or known.get("username", ""),
        at=at,
        channel=_channel(record),
        phone=known.get("phone", ""),
        email=known.get("email", ""),
        orders=tuple(one.id for one in reversed(record.orders.last))[:ORDERS_TOLD] if record.orders else (),
        open=bool(opened),
    )


def _channel(record: Live) -> str:
    """Where they spoke last, else where they can be reached."""
    threads = [c.last_thread for c in record.conversations if c.last_thread]
    places: list[Address] = [*reversed(threads), *filter(is_reachable, record.addresses)]
    return places[0].channel if places else ""


def _cursor(hit: Hit) -> str:
    return f"{hit.at}/{hit.customer}"


def _place(cursor: str) -> Hit | None:
    if not cursor:
        return None
    at, _, customer = cursor.partition("/")
    if not customer or not (at.isascii() and at.isdigit()):
        raise refusal(HTTPStatus.BAD_REQUEST, "This cursor is not one of ours: start without one.", field="$.cursor")
    return Hit(customer=customer, at=int(at))


FIND_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/customers", name="findCustomers", right=Right.LOOK, take=_find, query=FindQuery,
        answers={HTTPStatus.OK: FoundCustomers},
        summary="Find customers by the beginning of any word of name, e-mail, order number or address, by a phone's first or last digits.",
    ),
)  # fmt: skip
