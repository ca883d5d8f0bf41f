"""`hub channel log`: what went out to providers and came in from them, as a person reads it or as JSON."""

import asyncio
import sys
from collections.abc import Sequence

from msgspec import Struct, json

from config.commands.running_hub import running_store
from config.settings.values import Settings
from hub.engine.clock import SystemClock
from hub.model.channels.exchange import FILE, Exchange
from hub.model.errors import SettingsError
from hub.model.failure import Failure
from hub.model.messaging.outcomes import OUTCOMES
from hub.store.channels.accounts import KeptAccounts
from hub.store.channels.calls import Calls, Place, Told

SHOWN = 50
LOOK_S = 0.5


class Wanted(Struct, frozen=True):
    """Which exchanges: of one account (`channel/account`; empty: all), those that failed, of one delivery; as JSON; and those to come."""

    account: str = ""
    failed: bool = False
    delivery: str = ""
    lines: bool = False
    follow: bool = False


async def show_log(settings: Settings, wanted: Wanted) -> int:
    """Print them, oldest first; with `follow` until interrupted, accounts that come meanwhile too."""
    async with running_store(settings) as parts:
        calls, kept = Calls(parts.links, parts.keys), KeptAccounts(parts.links, parts.keys)
        seen: dict[Place, str] = {}
        found: list[tuple[Place, Told]] = []
        for place in _chosen(await _known(settings, kept), wanted.account):
            told = await calls.newest(place, limit=SHOWN, failed=wanted.failed, delivery=wanted.delivery)
            seen[place] = told[0].id if told and not wanted.delivery else ""
            found += [(place, one) for one in told]
        _print(sorted(found, key=lambda one: one[1].exchange.at)[-SHOWN:], wanted)
        if not found and not wanted.follow:
            print("Nothing of that in the log: it keeps seven days.", file=sys.stderr)
        while wanted.follow:
            await SystemClock().sleep(LOOK_S)
            places = [place for place in await _known(settings, kept) if _is_of(place, wanted.account)]
            _print([(place, one) for place in places for one in await _news(calls, place, wanted, seen)], wanted)
    return 0


async def _news(calls: Calls, place: Place, wanted: Wanted, seen: dict[Place, str]) -> Sequence[Told]:
    """What came since; where nothing had come before, all there is."""
    told = await calls.since(place, seen.get(place, ""), limit=500, failed=wanted.failed)
    if told:
        seen[place] = told[-1].id
    return [one for one in told if wanted.delivery in {"", one.exchange.delivery}]


async def _known(settings: Settings, kept: KeptAccounts) -> list[Place]:
    """Those of hub.toml and those of the console, also what is switched off or cannot be opened: what they said is there still."""
    fixed = [(one.channel, one.name) for one in settings.accounts]
    return list(dict.fromkeys([*fixed, *(one.place for one in await kept.all())]))


def _is_of(place: Place, account: str) -> bool:
    return account in {"", "/".join(place), place[0]}


def _chosen(known: Sequence[Place], account: str) -> list[Place]:
    found = [place for place in known if _is_of(place, account)]
    if account and not found:
        names = ", ".join("/".join(place) for place in known) or "none is set up"
        raise SettingsError(f"There is no channel account {account!r}; choose one of: {names}.")
    return found


def _print(found: Sequence[tuple[Place, Told]], wanted: Wanted) -> None:
    for place, told in found:
        print(_json(place, told) if wanted.lines else _line(place, told.exchange), flush=True)


def _json(place: Place, told: Told) -> str:
    return json.encode({"channel": place[0], "account": place[1], "id": told.id, "exchange": told.exchange}).decode()


def _line(place: Place, one: Exchange) -> str:
    """One exchange on one line, and what it meant on the next where it failed."""
    from config.commands.running_hub import instant

    way = "in " if one.incoming else "out"
    what = ", ".join((*one.events, *((one.answered,) if FILE in one.events else ()))) or one.delivery
    line = f"{instant(one.at)}  {'/'.join(place)}  {way}  {one.status or '---'}  {one.took:>5} ms  {one.method} {one.url}  {what}".rstrip()
    if not one.failed:
        return line
    sentence = OUTCOMES[Failure(one.failure)].words["en"] if one.failure in set(Failure) else ""
    why = " ".join(filter(None, (one.failure, one.code, one.trouble)))
    return f"{line}\n    {why}: {sentence}" if sentence else f"{line}\n    {why}"


def run(settings: Settings, wanted: Wanted) -> int:
    """The command."""
    return asyncio.run(show_log(settings, wanted))
