"""`hub channel list`, `add`, `connect`: accounts from the command line; secrets by prompt, variable or file, never as arguments."""

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from getpass import getpass
from pathlib import Path

from aiohttp import ClientSession
from msgspec import Struct

from config.accounts.kinds import build_channel, kind_of
from config.accounts.looking import Looks, ReadTokens
from config.accounts.outside import alone
from config.accounts.phrasing import ENGLISH, catalogue, language_here, phrase_of
from config.accounts.sealed import Sealer, account_of, sealer_of
from config.accounts.setup import secret_keys, wrong_values
from config.commands.running_hub import running_store
from config.doctor.findings import Level
from config.doctor.report import findings_of
from config.settings.load import SETTINGS_FILE
from config.settings.secrets import secrets_of
from config.settings.values import Account, Settings
from config.storage.store import Store, token_house
from hub.engine.clock import SystemClock
from hub.model.channels.look import Code, Seen, phrase
from hub.model.errors import SettingsError
from hub.store.channels.accounts import KeptAccount, KeptAccounts
from hub.store.channels.calls import Place

_WAYS = ("_env", "_file")


class Kept(Struct, frozen=True):
    """The accounts of the running hub."""

    accounts: KeptAccounts
    sealer: Sealer
    parts: Store


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Kept]:
    async with running_store(settings) as parts:
        yield Kept(KeptAccounts(parts.links, parts.keys), sealer_of(settings, secrets_of(settings), clock=SystemClock()), parts)


def place_of(text: str) -> Place:
    """`kind/name`; raises SettingsError."""
    kind, slash, name = text.partition("/")
    if not (slash and kind and name):
        raise SettingsError(f"{text!r} names no account; write its channel and name, like telegram/main.")
    return kind, name


async def list_accounts(settings: Settings) -> int:
    """Print every account, where it is set up and whether it is on; 1 where one cannot be opened."""
    rows = [(f"{one.channel}/{one.name}", SETTINGS_FILE, "on", "") for one in settings.accounts]
    async with _running(settings) as running:
        every, language = await running.accounts.all(), language_here(settings, os.environ)
        rows += [("/".join(one.place), "console", "on" if one.active else "off", _trouble(running.sealer, one, language)) for one in every]
    for name, source, state, trouble in sorted(rows):
        print(f"{name:<32} {source:<9} {state:<4} {trouble}".rstrip())
    return int(any(trouble for *_, trouble in rows))


async def add(settings: Settings, place: Place, given: Sequence[str]) -> int:
    """Add an account with `key=value` pairs; what is secret comes by `key_env=NAME`, `key_file=PATH`, or is asked for."""
    channel, name = place
    values = read_values(channel, given, os.environ)
    values |= {key: _asked(key) for key in _missing_secrets(channel, name, values)}
    if wrong := wrong_values(channel, name, values):
        language = language_here(settings, os.environ)
        raise SettingsError(" ".join(f"{key}: {catalogue().say(said, language)}" for key, said in wrong.items()))
    async with ClientSession() as session:
        build_channel(account_of(channel, name, values), alone(session), public_url=settings.public_url)
    if any((one.channel, one.name) == place for one in settings.accounts):
        raise SettingsError(f"{channel}/{name} stands in {SETTINGS_FILE} already; change it there, or take another name.")
    async with _running(settings) as running:
        if not await running.accounts.add(running.sealer.closed(channel, name, values, by="hub channel add")):
            raise SettingsError(f"There is an account {channel}/{name} already; change it in the console, or take another name.")
    print(f"{channel}/{name} is added; next: hub channel connect {channel}/{name}")
    return 0


async def connect(settings: Settings, place: Place) -> int:
    """Have the provider bring events here, or print the clicks; 1 where something is wrong then."""
    if not settings.public_url:
        raise SettingsError("HUB_PUBLIC_URL is not set, so no provider can find this hub; set it to the hub's https address first.")
    async with _running(settings) as running, ClientSession() as session:
        account = await _account(settings, running, place)
        house = token_house(running.parts.links, running.parts.keys, key=running.sealer.key, clock=running.sealer.clock)
        looks = Looks(session, running.sealer.clock, ReadTokens(house), settings.public_url)
        seen = await looks.connect(account)
    hook = f"{settings.public_url}/hooks/{account.channel}/{account.name}"
    return tell(seen, hook, language_here(settings, os.environ))


def tell(seen: Seen, hook: str, language: str = ENGLISH) -> int:
    """Print what was proved and what is left to do; 1 where something is wrong."""
    findings, words = findings_of(seen, language), catalogue()
    for finding in findings:
        print(f"{finding.level.value:<5} {finding.text}")
    if seen.clicks and not seen.has(Code.HOOK_HERE):
        print(f"\n{words.say(phrase('told.left'), language)}")
        for n, click in enumerate(seen.clicks, 1):
            print(f"  {n}. {words.say(click, language)}")
        print(f"\n{words.say(phrase('told.webhook', hook=hook), language)}")
    return int(any(finding.level is Level.FAIL for finding in findings))


def read_values(channel: str, given: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The pairs as values; raises SettingsError for one that is none, or for a secret in the arguments, which others can see."""
    secret = secret_keys(kind_of(channel))
    values: dict[str, str] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise SettingsError(f"{key!r} is no pair; write key=value, or key_env=NAME and key_file=PATH for what is secret.")
        bare = next((key.removesuffix(way) for way in _WAYS if key.endswith(way) and key.removesuffix(way) in secret), "")
        if key in secret:
            raise SettingsError(f"{key} is secret, and arguments can be seen by others; write {key}_env=NAME or {key}_file=PATH.")
        values[bare or key] = _brought(key, value, environ) if bare else value
    return {key: value for key, value in values.items() if value}


def _brought(key: str, where: str, environ: Mapping[str, str]) -> str:
    if key.endswith("_env"):
        if not (found := environ.get(where, "")):
            raise SettingsError(f"{key} names a variable that is not set; set it, or give the secret another way.")
        return found
    try:
        return Path(where).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{key} names a file that cannot be read ({type(error).__name__}); correct the path or the file.") from error


def _missing_secrets(channel: str, name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    secret = secret_keys(kind_of(channel))
    return tuple(key for key in wrong_values(channel, name, values) if key in secret and key not in values)


def _asked(key: str) -> str:
    """A secret typed unseen; without a terminal there is nobody to ask."""
    if not sys.stdin.isatty():
        raise SettingsError(f"{key} is missing; give it by {key}_env=NAME or {key}_file=PATH.")
    return getpass(f"{key}: ").strip()


def _trouble(sealer: Sealer, kept: KeptAccount, language: str) -> str:
    try:
        sealer.values_of(kept)
    except SettingsError as error:
        return catalogue().say(phrase_of(error), language)
    return ""


async def _account(settings: Settings, running: Kept, place: Place) -> Account:
    for account in settings.accounts:
        if (account.channel, account.name) == place:
            return account
    kept = await running.accounts.find(place)
    if kept is None:
        raise SettingsError(f"There is no account {'/'.join(place)}; list them by `hub channel list`.")
    return account_of(*place, running.sealer.values_of(kept))
