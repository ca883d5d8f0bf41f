"""Journeys as they are let run: a version that customers are on is not changed, and what they began on is kept for them."""

import contextlib
from collections.abc import Container, Sequence
from contextlib import aclosing

from msgspec import DecodeError, msgpack
from msgspec.structs import replace

from config.rules.journeys import load_journeys
from config.rules.policy import rules_of
from config.settings.values import Settings
from config.storage.store import Store
from hub.model.customers.record import Live
from hub.model.errors import SettingsError, StoreFull
from hub.nudges.journey import Journey
from hub.nudges.rules import Rules
from hub.store.customers.scanning import every_customer
from hub.store.encoding.codec import encode
from hub.store.inbox.inbox import Inbox
from hub.store.shop.journeys import JourneyVersions

_decode = msgpack.Decoder(Journey).decode


async def published_rules(settings: Settings, parts: Store, connected: Container[str] | None = None) -> Rules:
    """The rules, their journeys kept from now on; raises SettingsError where customers are on a version that was changed since."""
    versions = JourneyVersions(parts.links, parts.keys)
    kept = await _kept(versions)
    for journey in _fresh(settings, kept):
        if _has(kept, journey) and await _is_on_the_way(parts, journey):
            raise SettingsError(
                f"journey {journey.name}: version {journey.version} was changed while customers are on it; raise its `version`"
                " (they end on the one they began with), or take the change back."
            )
        with contextlib.suppress(StoreFull):
            # A full store is no reason not to work off what is in it; the next start keeps it.
            await versions.keep(journey.name, journey.version, encode(journey))
    return rules_with(rules_of(settings, connected), kept)


async def changed_on_the_way(settings: Settings, parts: Store) -> tuple[str, ...]:
    """The journeys with which a hub would not start: changed under the same version while customers are on it. Keeps nothing."""
    kept = await _kept(JourneyVersions(parts.links, parts.keys))
    changed = [journey for journey in _fresh(settings, kept) if _has(kept, journey)]
    return tuple([journey.name for journey in changed if await _is_on_the_way(parts, journey)])


async def known_rules(settings: Settings, parts: Store) -> Rules:
    """The rules with what a running hub keeps of older versions; nothing is checked and nothing kept."""
    return rules_with(rules_of(settings), await _kept(JourneyVersions(parts.links, parts.keys)))


def rules_with(rules: Rules, kept: Sequence[Journey]) -> Rules:
    """The rules with the other versions of their journeys."""
    past = tuple(one for one in kept if one.name in rules.book and rules.book[one.name].version != one.version)
    return Rules(policy=rules.policy, book=rules.book, past=past, comments=rules.comments)


async def _kept(versions: JourneyVersions) -> tuple[Journey, ...]:
    found = []
    for document in await versions.all():
        try:
            found.append(_decode(document))
        except DecodeError:
            # A newer version's: its runs go on by the journey of the same name that this one knows.
            continue
    return tuple(found)


def _fresh(settings: Settings, kept: Sequence[Journey]) -> list[Journey]:
    """The files' journeys that are not kept so; as the files have them, for what the settings say of holdouts is no part of a document."""
    known = {(one.name, one.version): one for one in kept}
    found = load_journeys(settings.nudges.journeys).values()
    return [one for one in found if (before := known.get((one.name, one.version))) is None or not _alike(before, one)]


def _has(kept: Sequence[Journey], journey: Journey) -> bool:
    return any((one.name, one.version) == (journey.name, journey.version) for one in kept)


def _alike(one: Journey, other: Journey) -> bool:
    """Whether they are one document; whether it is live may change at any time."""
    return replace(one, live=True) == replace(other, live=True)


async def _is_on_the_way(parts: Store, journey: Journey) -> bool:
    """Whether anybody is on this version; reads every record, which happens only where a document was changed."""
    inbox = Inbox(parts.links, parts.keys)
    async with aclosing(every_customer(parts.links, parts.keys)) as pages:
        async for customers in pages:
            for record in (await inbox.records(set(customers))).values():
                runs = record.runs if isinstance(record, Live) else ()
                if any(run.active and (run.journey, run.version) == (journey.name, journey.version) for run in runs):
                    return True
    return False
