"""`hub customer …`: show, export, find, merge and erase one customer of the running hub."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import json, msgpack, to_builtins

from config.commands.running_hub import archive_of, desk_of, instant, new_event, progress, running_store
from config.settings.secrets import SECRETS_FILE, secrets_of
from config.settings.values import Settings
from config.storage.store import sealing
from hub.desk.erasing import Erasing, Unknown
from hub.engine.clock import SystemClock
from hub.model.address import Address
from hub.model.customers.record import Erased, Live, Moved, Record
from hub.model.errors import HubError, SettingsError
from hub.model.events.merging import MergeAsked
from hub.model.words import OwnerKind
from hub.store.channels.cases import Cases
from hub.store.customers.records import Customers
from hub.store.encoding.codec import Undecodable, decode_journal
from hub.store.erasure.wiping import NotNow, Wiping
from hub.store.maintenance.rewriting import NotRewritten

MERGED_WITHIN_S = 10.0
LOOK_S = 0.1


async def find(settings: Settings, address: Address) -> int:
    """Print the id of the customer who writes from an address, after all merges."""
    async with running_store(settings) as parts:
        customers = Customers(parts.links, parts.keys)
        first = await customers.at(address)
        record = await customers.find(first) if first else None
    if record is None or isinstance(record, Erased):
        raise SettingsError(f"Nobody has written from {address}; look at channel, account and the provider's id.")
    print(record.id)
    return 0


async def show(settings: Settings, customer: str) -> int:
    """Print the record in words, followed to where it moved."""
    async with running_store(settings) as parts:
        record = await _known(Customers(parts.links, parts.keys), customer)
    print("\n".join(described(record)))
    return 0


async def show_as_json(settings: Settings, customer: str) -> int:
    """Print the record as JSON, followed to where it moved."""
    async with running_store(settings) as parts:
        record = await _known(Customers(parts.links, parts.keys), customer)
    print(json.format(json.encode(record), indent=2).decode())
    return 0


async def export(settings: Settings, customer: str, file: Path | None) -> int:
    """Write all that is kept of a customer, as JSON; the file is readable by its owner alone."""
    async with running_store(settings) as parts, archive_of(settings) as archive:
        customers = Customers(parts.links, parts.keys)
        record = await _known(customers, customer)
        merged = record.merged if isinstance(record, Live) else ()
        lines = await customers.timeline(record.id, merged=merged)
        tables = {one: _readable(await archive.export(one)) for one in (record.id, *merged)}
        files = await archive.files.of((record.id, *merged), _addresses(record))
    told = {"customer": record.id, "record": record, "newest": lines, "archive": tables, "files": files}
    page = json.format(json.encode(told), indent=2)
    if file is None:
        print(page.decode())
        return 0
    _write(file, page)
    print(f"{file}: {len(page)} bytes")
    return 0


async def merge(settings: Settings, customer: str, other: str, *, evidence: str) -> int:
    """Have two customers become one, and wait until they are."""
    async with running_store(settings) as parts:
        customers = Customers(parts.links, parts.keys)
        one, two = await _known(customers, customer), await _known(customers, other)
        if one.id == two.id:
            raise SettingsError(f"{customer} and {other} are one customer already ({one.id}); nothing is left to merge.")
        older, younger = sorted((one.id, two.id))
        await desk_of(parts).tell(younger, MergeAsked(other=older, evidence=evidence), event_id=new_event())
        clock = SystemClock()
        until = clock.boottime() + MERGED_WITHIN_S
        while not isinstance(await customers.stored(younger), Moved):
            if clock.boottime() > until:
                raise SettingsError(f"{younger} waits to be merged into {older}; see that a worker runs (`hub serve`), then look again.")
            await clock.sleep(LOOK_S)
    print(f"{younger} is now {older}")
    return 0


async def erase(settings: Settings, customer: str) -> int:
    """Forget a customer for good."""
    if not settings.secrets_path.exists():
        raise SettingsError(f"HUB_DATA {settings.data} has no {SECRETS_FILE} of a hub; name the folder that `hub serve` uses by HUB_DATA.")
    secrets = secrets_of(settings)
    async with running_store(settings) as parts, archive_of(settings) as archive:
        erasing = Erasing(
            desk=desk_of(parts),
            customers=Customers(parts.links, parts.keys),
            wiping=Wiping(parts.links, parts.keys, cases=Cases(parts.links, parts.keys, seal=sealing(secrets.case_key))),
            links=parts.links,
            rows=archive,
            clock=SystemClock(),
            tell=progress,
        )
        try:
            erased = await erasing.erase(customer, asked_by="operator", event_id=new_event())
        except (NotNow, NotRewritten, Unknown) as error:
            raise SettingsError(str(error)) from error
    print(f"erased {', '.join(erased.customers)}: {erased.keys} keys and entries of the store, {erased.rows} rows of the archive")
    return 0


def _addresses(record: Record) -> tuple[Address, ...]:
    """Every address from which a customer may have sent files."""
    if not isinstance(record, Live):
        return ()
    return tuple(dict.fromkeys((*record.addresses, *(address for c in record.conversations for address in c.threads))))


def described(record: Record) -> Iterable[str]:
    """A record in words, line by line."""
    match record:
        case Live():
            return _described(record)
        case Moved():
            return [f"{record.id}  merged into {record.to} on {instant(record.at)}"]
        case Erased():
            return [f"{record.id}  erased on {instant(record.at)}"]
        case _:
            return [f"{record.id}  asleep in the archive since {instant(record.at)}"]


def _described(record: Live) -> Iterable[str]:
    yield f"{record.id}  since {instant(record.created)}, last turn {instant(record.turned)}"
    yield from _part("addresses", map(str, record.addresses))
    yield from _part("known", (f"{name}: {fact.value} ({fact.source}, {instant(fact.at)})" for name, fact in record.profile.items()))
    yield from _part(
        "conversations",
        (
            f"{c.id}  {c.status.value}, {_owner(c.owner.kind, c.owner.agent)}, opened {instant(c.opened)}, last word {instant(c.last_word)}"
            for c in record.conversations
        ),
    )
    yield from _part(
        "consents", (f"{c.purpose.value} on {c.channel}: {c.state.value} ({c.basis}, {instant(c.at)})" for c in record.consents)
    )
    yield from _part("timers", (f"{name}: due {instant(armed.due)}" for name, armed in sorted(record.timers.items())))
    yield from _part("merged into this one", record.merged)


def _part(title: str, lines: Iterable[str]) -> Iterable[str]:
    found = list(lines)
    return [title, *(f"  {line}" for line in found)] if found else []


def _owner(kind: OwnerKind, agent: str) -> str:
    return {OwnerKind.BOT: "with the bot", OwnerKind.QUEUE: "waits for a person", OwnerKind.AGENT: f"with agent {agent}"}[kind]


async def _known(customers: Customers, customer: str) -> Record:
    try:
        record = await customers.find(customer)
    except Undecodable as error:
        raise SettingsError(f"The record of {customer} cannot be read ({error}); a newer version may have written it.") from error
    if record is None:
        raise SettingsError(f"Nobody has the id {customer}; find it with `hub customer find CHANNEL ACCOUNT ADDRESS`.")
    return record


def _write(file: Path, page: bytes) -> None:
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123 - opened by its number, for its mode
            out.write(page)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}); name another file.") from error


def _readable(tables: Mapping[str, tuple[dict[str, object], ...]]) -> dict[str, list[dict[str, object]]]:
    return {table: [{f"{name}": _opened(name, value) for name, value in row.items()} for row in rows] for table, rows in tables.items()}


def _opened(name: str, value: object) -> object:
    """A cell as JSON can show it; msgpack is opened, and what no version reads is shown as it is."""
    if not isinstance(value, bytes):
        return value
    try:
        return to_builtins(decode_journal(value)) if name == "raw" else msgpack.decode(value)
    except (HubError, ValueError):
        return value
