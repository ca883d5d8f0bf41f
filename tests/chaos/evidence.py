"""What can be known after a run: the archive's turns and deliveries in journal order, and all the provider received."""

import sqlite3
from pathlib import Path

from msgspec import Struct, json, msgpack

from hub.model.events.event import Event
from hub.model.turns.journal import TurnTaken
from sandbox.plain import Taken
from tests.chaos.house import House


class Move(Struct, frozen=True):
    """A delivery's change of state, as archived."""

    delivery: str
    customer: str
    state: str
    purpose: str
    origin: str
    address: str
    reason: str


class Evidence(Struct, frozen=True):
    """`turns` and `moves` in journal order of each partition; `received` in the order of arrival; `revisions` by customer."""

    turns: tuple[TurnTaken, ...]
    moves: tuple[Move, ...]
    received: tuple[Taken, ...]
    revisions: dict[str, int]
    dead: int = 0


async def gather(house: House, *, dead: int) -> Evidence:
    """Read everything; the hub must be at rest."""
    turns, moves = read_archive(house.parts.place / "hub" / "archive.sqlite3")
    url = f"http://127.0.0.1:{house.parts.stand_in_port}/_sandbox/received"
    async with house.parts.http.get(url) as answer:
        received = json.decode(await answer.read(), type=tuple[Taken, ...])
    revisions = {}
    for customer in {turn.customer for turn in turns}:
        key = house.keys.of_customer(customer).record(customer)
        head = await house.links.call(key, "GETRANGE", key, 0, 15)
        revisions[customer] = int(head, 16) if isinstance(head, bytes) and head else 0
    return Evidence(turns=turns, moves=moves, received=received, revisions=revisions, dead=dead)


def read_archive(path: Path) -> tuple[tuple[TurnTaken, ...], tuple[Move, ...]]:
    """All turns and all moves of deliveries."""
    decode = msgpack.Decoder(TurnTaken).decode
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as archive:
        turns = tuple(decode(raw) for (raw,) in archive.execute("select raw from turns order by ms, seq, partition"))
        columns = ", ".join(Move.__struct_fields__)
        moves = tuple(Move(*row) for row in archive.execute(f"select {columns} from deliveries order by ms, seq, partition"))  # noqa: S608
    archive.close()
    return turns, moves


def spoken_id(event: Event) -> str:
    """The provider's id of a customer's word; '' for any other event."""
    return str(getattr(event.body, "external_id", "")) if event.body.__struct_config__.tag == "message" else ""
