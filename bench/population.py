"""Customers in bulk: records of about 2 kB, and words waiting in their mailboxes, as RESP straight into the server."""

import random
from collections.abc import Iterable, Iterator

from msgspec import Struct

from bench.calls import TEXT
from hub.model.address import Address
from hub.model.customers.record import Consent, Conversation, Fact, Live
from hub.model.events.event import Event, Said, TimerFired
from hub.model.subject import customer_subject
from hub.model.words import ConsentState, ConversationStatus, Purpose
from hub.store.connections.links import Links, Need
from hub.store.connections.wire import Arg
from hub.store.encoding.codec import encode, encode_record
from hub.store.keys import Keys

KIND, ACCOUNT = "bench", "main"
BORN = 1_760_000_000_000
IN_FLIGHT = 1024
"""Calls on their way at once: enough to fill writes, few enough that no reply counts as overdue."""


class Population(Struct, frozen=True):
    """So many customers, told apart by number."""

    count: int

    def id_of(self, number: int) -> str:
        """The customer's id."""
        return f"cu-019a0000-0000-7000-8000-{number:012x}"

    def sample(self, many: int, *, seed: int) -> list[int]:
        """So many different ones of them."""
        return random.Random(seed).sample(range(self.count), min(many, self.count))


def address_of(number: int) -> Address:
    """Where the customer writes from."""
    return Address(channel=KIND, account=ACCOUNT, id=f"u{number}")


def record_of(population: Population, number: int) -> Live:
    """A customer with a name, a consent, an open conversation and three closed ones: about 2 kB."""
    address = address_of(number)
    opened = Conversation(
        id=f"co-019a0000-0000-5000-8009-{number:012x}", opened=BORN, threads=(address,), last_thread=address, last_word=BORN
    )
    told = {"name": f"Khách {number}", "username": f"khach{number}", "device_language": "vi", "time_zone": "Asia/Ho_Chi_Minh"}
    return Live(
        id=population.id_of(number),
        created=BORN,
        turned=BORN,
        addresses=(address,),
        profile={name: Fact(value=value, source=KIND, at=BORN) for name, value in told.items()},
        consents=(Consent(channel=KIND, purpose=Purpose.MARKETING, state=ConsentState.GIVEN, basis="word", proof="“start”", at=BORN),),
        conversations=(*(_closed(number, n) for n in range(3)), opened),
    )


def _closed(number: int, n: int) -> Conversation:
    address = address_of(number)
    return Conversation(
        id=f"co-019a0000-0000-5000-800{n}-{number:012x}",
        opened=BORN + n,
        status=ConversationStatus.RESOLVED,
        threads=(address,),
        last_thread=address,
        last_word=BORN + n,
        summary="Khách hỏi về thời gian giao hàng, phí vận chuyển và cách đổi size; đã trả lời và gửi bảng size. " * 2,
        reason="answered",
    )


def word_of(population: Population, number: int, *, wave: int) -> Event:
    """A question that the shop's file answers."""
    said = Said(text=TEXT, external_id=f"m{wave}-{number}", name=f"Khách {number}", language="vi")
    return Event(
        id=f"ev-019a0000-0000-7000-{0x8000 + wave:04x}-{number:012x}",
        subject=customer_subject(population.id_of(number)),
        body=said,
        at=BORN,
        received=BORN,
        address=address_of(number),
    )


def records(keys: Keys, population: Population) -> Iterator[tuple[Arg, ...]]:
    """The commands that make the customers, their addresses and the epochs of their open conversations."""
    for number in range(population.count):
        record, place = record_of(population, number), keys.of_customer(population.id_of(number))
        yield "SET", place.record(record.id), encode_record(record, 1)
        yield "SET", place.owner(record.conversations[-1].id), "1"
        yield "SET", keys.address(address_of(number)), record.id


def words(keys: Keys, population: Population, numbers: Iterable[int], *, wave: int) -> Iterator[tuple[Arg, ...]]:
    """The commands that put one word of each into their mailboxes."""
    for number in numbers:
        yield "XADD", keys.of_customer(population.id_of(number)).inbox, "*", "e", encode(word_of(population, number, wave=wave))


def timers(keys: Keys, population: Population, numbers: Iterable[int], *, due: int) -> Iterator[tuple[Arg, ...]]:
    """The commands that set a timer for each, due at `due` (ms)."""
    for number in numbers:
        subject = customer_subject(population.id_of(number))
        event = Event(id=f"ti-{number}", subject=subject, body=TimerFired(name="bench", generation=1), at=due, received=due)
        yield "ZADD", keys.of_subject(subject).timers, due, encode(event)


async def load(links: Links, commands: Iterable[tuple[Arg, ...]]) -> None:
    """Carry the commands out, many on their way at once; those of one key in their order."""
    waiting = []
    for command in commands:
        waiting.append(links.call(str(command[1]), *command, need=Need.LARGE))
        if len(waiting) == IN_FLIGHT:
            for call in waiting:
                await call
            waiting.clear()
    for call in waiting:
        await call
