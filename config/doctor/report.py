"""`hub check`: every finding of the doctor, printed; the server asked where it runs, and every account's provider."""

import asyncio
import os
from collections.abc import Sequence
from enum import StrEnum

from aiohttp import ClientSession

from config.accounts.kinds import build_channel
from config.accounts.looking import Looks, ReadTokens, look_at
from config.accounts.outside import alone
from config.accounts.phrasing import ENGLISH, catalogue, language_here, phrase_of
from config.accounts.sealed import account_of, sealer_of
from config.doctor.bucket import bucket_finding
from config.doctor.checks import Ask, examine, these_surroundings
from config.doctor.findings import Finding, Level
from config.doctor.house import look_around, look_inside
from config.settings.secrets import secrets_of
from config.settings.values import Account, Settings
from config.storage.store import Store, store, token_house
from hub.engine.clock import SystemClock
from hub.model.channels.look import Code, Grade, Seen, phrase
from hub.model.errors import HubError, SettingsError
from hub.store.channels.accounts import KeptAccounts
from hub.store.connections.links import connect
from hub.store.embedded.lock import find_running
from hub.store.keys import Keys

_SIGNS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}
_LEVELS = {Grade.GOOD: Level.OK, Grade.UNTOLD: Level.OK, Grade.DOUBTFUL: Level.WARN, Grade.WRONG: Level.FAIL}
_ASK_S = 2.0


class Reach(StrEnum):
    """How far a check goes: it asks this machine and the hub's own servers, or the channels' providers, too."""

    MACHINE = "machine"
    PROVIDERS = "providers"


async def run_check(settings: Settings, reach: Reach = Reach.PROVIDERS) -> int:
    """Print the findings; 1 where something is wrong, else 0."""
    async with ClientSession() as session:
        findings = await _findings(settings, session, reach)
    if settings.s3.bucket and reach is Reach.PROVIDERS:
        findings = (*findings, await bucket_finding(settings))
    for finding in findings:
        print(f"{_SIGNS[finding.level]}  {finding.name:<24} {finding.text}")
    return int(any(finding.level is Level.FAIL for finding in findings))


async def _findings(settings: Settings, session: ClientSession, reach: Reach) -> tuple[Finding, ...]:
    def missing(account: Account) -> tuple[str, ...]:
        try:
            build_channel(account, alone(session), public_url=settings.public_url)
        except SettingsError as error:
            return (str(error),)
        return ()

    machine = these_surroundings()
    around = look_around(settings, free=machine.free)
    fit = [account for account in settings.accounts if not missing(account)] if reach is Reach.PROVIDERS else []
    try:
        url = settings.redis_url or f"unix://{find_running(settings.data)}"
    except SettingsError:
        seen = await examine(settings, surroundings=machine, ask=None, missing=missing)
        return (*seen, *around, *await looks_at(fit, settings, session, None))
    links = await connect(url, timeout=_ASK_S)
    ask: Ask = lambda *command: links.call("", *command)  # noqa: E731 - the doctor's own shape
    try:
        seen = await examine(settings, surroundings=machine, ask=ask, missing=missing)
        parts = store(links, Keys(settings.key_prefix))
        kept, locked = await _kept(settings, parts)
        fit += kept if reach is Reach.PROVIDERS else []
        return (*seen, *around, *await look_inside(settings, parts), *locked, *await looks_at(fit, settings, session, parts))
    except HubError as error:
        return (Finding(name="redis", level=Level.FAIL, text=f"The server does not answer ({error}); start it or mend REDIS_URL."),)
    finally:
        await links.stop()


async def _kept(settings: Settings, parts: Store) -> tuple[list[Account], tuple[Finding, ...]]:
    """The accounts of the console that are on, and what is wrong with those that cannot be opened."""
    if not settings.secrets_path.exists():
        return [], ()
    sealer, fit, locked = sealer_of(settings, secrets_of(settings), clock=SystemClock()), [], []
    for kept in await KeptAccounts(parts.links, parts.keys).all():
        try:
            account = account_of(*kept.place, sealer.values_of(kept))
            fit += [account] if kept.active else []
        except SettingsError as error:
            text = catalogue().say(phrase_of(error), language_here(settings, os.environ))
            locked.append(Finding(name=f"account {'/'.join(kept.place)}", level=Level.FAIL, text=text))
    return fit, tuple(locked)


async def looks_at(
    accounts: Sequence[Account], settings: Settings, session: ClientSession, parts: Store | None
) -> tuple[Finding, ...]:  # fmt: skip
    """What the accounts' providers say, all asked at once. `parts`: where tokens that turn over are, None: no store runs."""
    clock = SystemClock()
    house = None
    if parts is not None and settings.secrets_path.exists():
        house = token_house(parts.links, parts.keys, key=secrets_of(settings).case_key, clock=clock)
    looks = Looks(shared=session, clock=clock, tokens=ReadTokens(house), public_url=settings.public_url)
    seen = await asyncio.gather(*(look_at(account, looks) for account in accounts))
    language = language_here(settings, os.environ)
    return tuple(finding for one in seen for finding in findings_of(one, language))


def findings_of(seen: Seen, language: str = ENGLISH) -> tuple[Finding, ...]:
    """One line for all that is well with an account, and one for each thing that is not."""
    words = catalogue()
    name = f"look {seen.channel}/{seen.account}"
    well = " ".join(words.say(point.said, language) for point in seen.points if _LEVELS[point.grade] is Level.OK)
    ill = [point for point in seen.points if _LEVELS[point.grade] is not Level.OK]
    steps = seen.clicks if seen.has(Code.EVENTS_MISSING) else ()
    clicks = " ".join(f"({n}) {words.say(click, language)}" for n, click in enumerate(steps, 1))
    by_hand = words.say(phrase("told.by_hand", clicks=clicks), language)
    lines = [Finding(name=name, level=Level.OK, text=well)] if well else []
    lines += [Finding(name=name, level=_LEVELS[point.grade], text=words.say(point.said, language)) for point in ill]
    return (*lines, Finding(name=name, level=Level.WARN, text=by_hand)) if clicks else tuple(lines)
