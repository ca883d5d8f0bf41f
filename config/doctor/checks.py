"""The doctor behind `hub check`: named checks, each with a finding in words and the remedy in it."""

import os
import re
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from config.doctor.findings import Finding, Level
from config.reference.tables import Mode
from config.settings.values import Account, Settings
from hub.model.base import Value
from hub.model.errors import HubError, SettingsError
from hub.store.embedded.binary import OLDEST, BinarySearch, find_binary, this_machine
from hub.store.embedded.setup import MEBIBYTE, Fsync

PYTHON = (3, 11)
LOW_SPACE = 1024 * MEBIBYTE
NO_SPACE = 64 * MEBIBYTE
CLOCK_WARN_SECONDS = 2.0
CLOCK_FAIL_SECONDS = 60.0

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_SENDS_WITH_TOKEN = {"telegram"}
"""Channels that cannot do without a token; the others' own settings say what they need."""


Ask = Callable[..., Awaitable[object]]
"""Ask the server one command, its words as arguments; answers as Redis does (bytes, int, list); raises HubError or OSError."""

Missing = Callable[[Account], tuple[str, ...]]
"""What a channel's own settings say is missing or wrong in an account, as sentences."""


class Surroundings(Value, frozen=True):
    """The machine the doctor looks at. `now`: seconds since 1970; `free`: bytes left on a folder's disk."""

    python: tuple[int, int]
    now: Callable[[], float]
    free: Callable[[Path], int]
    search: BinarySearch


def these_surroundings() -> Surroundings:
    """The machine this runs on."""
    return Surroundings(
        python=sys.version_info[:2],
        now=time.time,
        free=lambda folder: shutil.disk_usage(folder).free,
        search=this_machine(),
    )


async def examine(
    settings: Settings, *, surroundings: Surroundings, ask: Ask | None, missing: Missing = lambda _account: ()
) -> tuple[Finding, ...]:
    """Every check's finding, in the order a person would read them.

    `ask` reaches the server of REDIS_URL, or the embedded one where it runs; None: not asked. Never raises for what it finds.
    """
    findings = [check_python(surroundings), *check_data(settings.data, surroundings), check_server(settings, surroundings)]
    if ask is not None:
        findings += await check_redis(ask, surroundings, name="redis" if settings.redis_url else "embedded server")
    findings += [check_archive(settings), check_public_url(settings)]
    findings += [check_account(account, settings, missing) for account in settings.accounts]
    if not settings.accounts:
        findings.append(Finding(name="accounts", level=Level.WARN, text="No channel account is set up; add an [[account]] to hub.toml."))
    return tuple(findings)


def check_python(surroundings: Surroundings) -> Finding:
    """Whether this Python is new enough."""
    found = ".".join(map(str, surroundings.python))
    if surroundings.python < PYTHON:
        return Finding(name="python", level=Level.FAIL, text=f"Python {found} is too old; install 3.11 or newer.")
    return Finding(name="python", level=Level.OK, text=f"Python {found}")


def check_data(folder: Path, surroundings: Surroundings) -> tuple[Finding, ...]:
    """Whether the data folder (or the nearest one above it that exists) can be written, and what its disk has left."""
    standing = next(place for place in (folder, *folder.parents) if place.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        return (Finding(name="data", level=Level.FAIL, text=f"{folder} cannot be written; give this user the folder or set HUB_DATA."),)
    free = surroundings.free(standing)
    left = f"{free // MEBIBYTE} MiB are free"
    if free < NO_SPACE:
        space = Finding(name="space", level=Level.FAIL, text=f"{left} under {folder}; make room, or intake answers 503.")
    elif free < LOW_SPACE:
        space = Finding(name="space", level=Level.WARN, text=f"{left} under {folder}; make room, or set HUB_DATA to a larger disk.")
    else:
        space = Finding(name="space", level=Level.OK, text=left)
    return (Finding(name="data", level=Level.OK, text=f"{folder} can be written"), space)


def check_server(settings: Settings, surroundings: Surroundings) -> Finding:
    """Which server would be used: REDIS_URL's, or which binary."""
    if settings.redis_url:
        return Finding(name="server", level=Level.OK, text=f"REDIS_URL ({urlsplit(settings.redis_url).scheme}), nothing embedded")
    try:
        found = find_binary(settings.redis_bin, surroundings.search)
    except SettingsError as error:
        return Finding(name="server", level=Level.FAIL, text=str(error))
    version = ".".join(map(str, found.version))
    told = f"embedded {found.path.name} {version} from {found.source} ({found.path})"
    if settings.fsync is Fsync.EVERYSEC:
        text = f"{told}; with HUB_FSYNC=everysec the machine's death can lose two seconds already answered: set always to lose none."
        return Finding(name="server", level=Level.WARN, text=text)
    return Finding(name="server", level=Level.OK, text=told)


def check_archive(settings: Settings) -> Finding:
    """Where the archive lies."""
    if not settings.archive_url:
        return Finding(name="archive", level=Level.OK, text=f"SQLite in {settings.data}")
    scheme = settings.archive_url.partition("://")[0]
    return Finding(name="archive", level=Level.OK, text=f"ARCHIVE_URL ({scheme})")


def check_public_url(settings: Settings) -> Finding:
    """Whether providers can reach the hub's webhooks."""
    url = settings.public_url
    needed = any(account.mode is Mode.WEBHOOK for account in settings.accounts)
    if not url:
        text = 'HUB_PUBLIC_URL is not set; set it to the https address providers call, or use mode = "polling".'
        return Finding(name="public url", level=Level.WARN if needed else Level.OK, text=text)
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in _LOCAL:
        return Finding(
            name="public url", level=Level.FAIL, text=f"{url} is not https, which providers insist on; set HUB_PUBLIC_URL to https."
        )
    return Finding(name="public url", level=Level.OK, text=url)


def check_account(account: Account, settings: Settings, missing: Missing) -> Finding:
    """Whether an account has what its channel needs; `missing` lets the channel itself speak."""
    name = f"account {account.channel}/{account.name}"
    wrong = list(missing(account))
    if account.channel in _SENDS_WITH_TOKEN and not account.token:
        wrong.append("token is missing; give token, token_env or token_file.")
    if account.channel in _SENDS_WITH_TOKEN and account.mode is Mode.WEBHOOK and not account.secret:
        wrong.append("secret is missing; give one, for webhooks are only believed when signed.")
    if wrong:
        return Finding(name=name, level=Level.FAIL, text=" ".join(wrong))
    if account.base_url and urlsplit(account.base_url).hostname in _LOCAL and urlsplit(settings.public_url).scheme == "https":
        text = f"base_url is {account.base_url}, a stand-in on this machine; unset it to reach the real provider."
        return Finding(name=name, level=Level.WARN, text=text)
    return Finding(name=name, level=Level.OK, text=f"complete, by {account.mode.value}")


async def check_redis(ask: Ask, surroundings: Surroundings, *, name: str) -> list[Finding]:
    """Reach, version, memory policy, journal, copies and clock of the server; one failed finding where it does not answer."""
    try:
        info = info_fields(await ask("INFO"))
        before = surroundings.now()
        clock = await ask("TIME")
        after = surroundings.now()
    except (HubError, OSError) as error:
        return [
            Finding(
                name=name,
                level=Level.FAIL,
                text=f"It does not answer ({str(error) or type(error).__name__}); check REDIS_URL and the server.",
            )
        ]
    fsync = await _config(ask, "appendfsync")
    needed = await _config(ask, "min-replicas-to-write")
    return [
        version_finding(info, name=name),
        memory_finding(info),
        journal_finding(info, fsync),
        copies_finding(info, needed),
        clock_finding(clock, before=before, after=after),
    ]


def version_finding(info: Mapping[str, str], *, name: str) -> Finding:
    """Whether the server is Redis 7.0 or newer, or a Valkey."""
    told = info.get("valkey_version") or info.get("redis_version", "")
    engine = "Valkey" if "valkey_version" in info else "Redis"
    numbers = re.match(r"(\d+)\.(\d+)", info.get("redis_version", ""))
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST:
        return Finding(
            name=name, level=Level.FAIL, text=f"{engine} {told or 'of unknown version'} is too old; use Redis 7.0, Valkey, or newer."
        )
    return Finding(name=name, level=Level.OK, text=f"{engine} {told} answers")


def memory_finding(info: Mapping[str, str]) -> Finding:
    """Whether a full memory refuses (as it must) or throws customers' records away, and how full it is."""
    policy = info.get("maxmemory_policy", "unknown")
    most, used = _count(info, "maxmemory"), _count(info, "used_memory")
    if policy != "noeviction":
        text = f"maxmemory-policy is {policy}: when memory is full, mailboxes are thrown away; run CONFIG SET maxmemory-policy noeviction."
        return Finding(name="memory", level=Level.FAIL, text=text)
    if most == 0:
        return Finding(name="memory", level=Level.WARN, text="maxmemory is not set; set it, so that intake stops before the machine swaps.")
    if used > most * 0.75:
        text = f"{used * 100 // most} % of maxmemory is used and intake answers 503 above 75 %; raise maxmemory."
        return Finding(name="memory", level=Level.WARN, text=text)
    return Finding(name="memory", level=Level.OK, text=f"noeviction, {used * 100 // most} % of {most // MEBIBYTE} MiB used")


def journal_finding(info: Mapping[str, str], fsync: str) -> Finding:
    """Whether the append-only file is on, and what the machine's death costs with its fsync policy."""
    if info.get("aof_enabled") != "1":
        text = "The append-only file is off: a restart of the server loses customers' words; run CONFIG SET appendonly yes."
        return Finding(name="aof", level=Level.FAIL, text=text)
    if info.get("aof_last_write_status", "ok") != "ok":
        return Finding(name="aof", level=Level.FAIL, text="The server cannot write its append-only file; look at its disk and its log.")
    match fsync:
        case "always":
            return Finding(name="aof", level=Level.OK, text="on, appendfsync always: the machine's death loses nothing that was answered")
        case "everysec":
            text = "appendfsync is everysec: the machine's death can lose two seconds already answered; set appendfsync always."
        case "no":
            text = "appendfsync is no: the machine's death can lose half a minute already answered; run CONFIG SET appendfsync always."
        case _:
            text = "appendfsync could not be read (CONFIG is closed here); see to it at your provider that it is always or everysec."
    return Finding(name="aof", level=Level.WARN, text=text)


def copies_finding(info: Mapping[str, str], needed: str) -> Finding:
    """What losing the server's machine costs: all, something, or nothing, by its replicas and how many must have a write."""
    if info.get("role") != "master":
        text = "This is a replica, which takes no writes; point REDIS_URL at the master, or use redis+sentinel://."
        return Finding(name="copies", level=Level.FAIL, text=text)
    copies = _count(info, "connected_slaves")
    if copies == 0:
        text = "No replica: if its disk is lost, all since the last backup is lost; add a replica, or back up often."
        return Finding(name="copies", level=Level.WARN, text=text)
    if not needed.isdecimal() or int(needed) < 1:
        text = (
            f"{copies} connected, but min-replicas-to-write is {needed or 'unknown'}: a master cut off from them goes on answering,"
            " and that is lost once another is promoted; run CONFIG SET min-replicas-to-write 1."
        )
        return Finding(name="copies", level=Level.WARN, text=text)
    return Finding(name="copies", level=Level.OK, text=f"{copies} connected, {needed} must have a write: losing this machine loses nothing")


def clock_finding(clock: object, *, before: float, after: float) -> Finding:
    """How far this machine's clock is from the server's (TIME), the time of asking allowed for."""
    match clock:
        case [seconds, micros]:
            theirs = float(_text(seconds)) + float(_text(micros)) / 1_000_000
        case _:
            return Finding(
                name="clock", level=Level.WARN, text="The server does not tell its time; see to it that both clocks are set by NTP."
            )
    apart = max(before - theirs, theirs - after, 0.0)
    if apart <= CLOCK_WARN_SECONDS:
        return Finding(name="clock", level=Level.OK, text="agrees with the server's")
    level = Level.WARN if apart < CLOCK_FAIL_SECONDS else Level.FAIL
    text = f"This machine's clock and the server's are {apart:.0f} s apart, so timers come at the wrong time; set both by NTP."
    return Finding(name="clock", level=level, text=text)


def info_fields(reply: object) -> dict[str, str]:
    """The fields of an INFO reply; empty where it is not one."""
    lines = (line.partition(":") for line in _text(reply).splitlines() if not line.startswith("#"))
    return {name: value.strip() for name, mark, value in lines if mark}


async def _config(ask: Ask, name: str) -> str:
    """A setting of the server; empty where it will not tell, as at most hosters."""
    try:
        reply = await ask("CONFIG", "GET", name)
    except (HubError, OSError):
        return ""
    match reply:
        case [_, value]:
            return _text(value)
        case {**fields} if fields:  # RESP3
            return _text(next(iter(fields.values())))
        case _:
            return ""


def _count(info: Mapping[str, str], name: str) -> int:
    told = info.get(name, "")
    return int(told) if told.isdecimal() else 0


def _text(reply: object) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
