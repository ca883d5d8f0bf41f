"""Reading one setting: from a word of the environment or a value of hub.toml to our own type, or a remedy."""

import ipaddress
import os
import re
import zoneinfo
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeGuard, TypeVar
from urllib.parse import urlsplit

from hub.model.base import Value
from hub.model.errors import SettingsError
from hub.nudges.policy import Hours
from hub.store.connections.address import parse

E = TypeVar("E", bound=StrEnum)
N = TypeVar("N", int, float)

_SIZES = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST = 8192
_YES, _NO = frozenset(("true", "yes", "on", "1")), frozenset(("false", "no", "off", "0"))
_MOST_BYTES = 10**15
_WEB_SCHEMES = ("http", "https")
_ARCHIVE_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg", "sqlite", "sqlite+aiosqlite")


class Secret(str):
    """A text that does not show itself in logs and tracebacks; `str` methods and comparison work as ever."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)" if self else "Secret('')"


class Wrong(Exception):
    """A value does not do; the text says what to give instead, as an order."""


class Given(Value, frozen=True):
    """A value as it was given, and the folder a relative path in it starts from."""

    value: object
    base: Path


Reading = Callable[[Given], object]
"""Makes our type of what was given; raises Wrong."""


def text(given: Given) -> str:
    """Any text without control characters."""
    if not isinstance(given.value, str):
        raise Wrong("give a text")
    if len(given.value) > _LONGEST or any(sign < " " or sign == "\x7f" or "\ud800" <= sign <= "\udfff" for sign in given.value):
        raise Wrong("give a text of one line in UTF-8")
    return given.value.strip()


def secret(given: Given) -> Secret:
    """A text that is never shown."""
    return Secret(text(given))


def matching(pattern: str, wanted: str) -> Callable[[Given], str]:
    """A text of that form, whole."""

    def read(given: Given) -> str:
        if not re.fullmatch(pattern, found := text(given)):
            raise Wrong(f"give {wanted}")
        return found

    return read


def one_of(choices: type[E]) -> Callable[[Given], E]:
    """One of an enumeration's words."""

    def read(given: Given) -> E:
        if (found := text(given).lower()) not in {word.value for word in choices}:
            raise Wrong(f"give {' or '.join(word.value for word in choices)}")
        return choices(found)

    return read


def yes_or_no(given: Given) -> bool:
    """True or false, as a truth value or in words."""
    if isinstance(given.value, bool):
        return given.value
    word = text(given).lower()
    if word not in _YES | _NO:
        raise Wrong("give true or false")
    return word in _YES


def whole(low: int, high: int) -> Callable[[Given], int]:
    """A whole number from `low` to `high`."""

    def read(given: Given) -> int:
        return _within(_number(given.value, int, wanted := f"a whole number from {low} to {high}"), low, high, wanted)

    return read


def decimal(low: float, high: float) -> Callable[[Given], float]:
    """A number from `low` to `high`."""

    def read(given: Given) -> float:
        return _within(_number(given.value, float, wanted := f"a number from {low:g} to {high:g}"), low, high, wanted)

    return read


def hours(given: Given) -> str:
    """A span of the day like `21:30-08:00`, or `none`."""
    try:
        Hours.of(found := text(given))
    except ValueError as error:
        raise Wrong("give two times of the day like 21:30-08:00, or none") from error
    return found


def size(low: int) -> Callable[[Given], int]:
    """A size in bytes: a number, or one with kb, mb or gb behind it."""
    wanted = f"give a size of at least {low // 1024**2}mb, like 512mb or 2gb"

    def read(given: Given) -> int:
        shown = f"{given.value:d}" if _is_count(given.value) else text(given)
        found = re.fullmatch(r"([0-9]{1,15})\s*([a-z]{0,2})", shown.lower())
        if found is None or found[2] not in _SIZES:
            raise Wrong(wanted)
        if (count := int(found[1]) * _SIZES[found[2]]) < low:
            raise Wrong(wanted)
        return count

    return read


def path(given: Given) -> Path:
    """An absolute path; `~` is the home folder, a relative one starts beside hub.toml, or in the current folder."""
    if not (found := text(given)):
        raise Wrong("give a path")
    try:
        return Path(os.path.normpath(given.base / Path(found).expanduser()))
    except RuntimeError as error:
        raise Wrong("give a path without ~, for the home folder is not known") from error


def program(given: Given) -> str:
    """A program's name, or its path, absolute where it was given as a path."""
    found = text(given)
    return str(path(given)) if "/" in found or found.startswith("~") else found


def web_address(given: Given) -> str:
    """An http or https address without query, its closing slash taken off."""
    wanted = "give an address like https://shop.example or http://127.0.0.1:8080"
    found = text(given)
    try:
        parts = urlsplit(found)
        whole_enough = parts.scheme in _WEB_SCHEMES and parts.hostname and parts.port != 0
    except ValueError as error:
        raise Wrong(wanted) from error
    if not whole_enough or parts.query or parts.fragment or parts.username is not None or " " in found:
        raise Wrong(wanted)
    return found.rstrip("/")


def origins(given: Given) -> tuple[str, ...]:
    """Scheme and host of web pages, a list or a text with commas; `*` for all."""
    wanted = "give scheme and host of each page like https://shop.example, with commas between them, or * for all"
    found = dict.fromkeys(word if word == "*" else _origin(word, given.base, wanted) for word in words(given))
    return tuple(found)


def _origin(word: str, base: Path, wanted: str) -> str:
    try:
        address = web_address(Given(value=word, base=base))
    except Wrong as error:
        raise Wrong(wanted) from error
    if urlsplit(address).path:
        raise Wrong(wanted)
    return address.lower()


def redis_address(given: Given) -> Secret:
    """Where Redis is, in one of the forms of `hub.store.connections.address.parse`."""
    found = text(given)
    try:
        parse(found)
    except (SettingsError, ValueError) as error:
        forms = "redis://, rediss://, unix://, redis+sentinel://HOST,HOST/SERVICE or redis+cluster://HOST,HOST"
        # What was found wrong may be a piece of a password with an unescaped sign in it, so it is not told.
        raise Wrong(f"give {forms}, with signs like / @ : in a password written as %2F %40 %3A") from error
    return Secret(found)


def archive_address(given: Given) -> Secret:
    """Where the archive is: PostgreSQL or a SQLite file."""
    found = text(given)
    scheme, mark, rest = found.partition("://")
    if scheme not in _ARCHIVE_SCHEMES or not mark or not rest.strip("/"):
        raise Wrong("give postgresql://USER:PASSWORD@HOST/DATABASE, or sqlite:////absolute/path, or unset it")
    return Secret(found)


def networks(given: Given) -> tuple[str, ...]:
    """Addresses or networks, a list or a text with commas."""
    try:
        return tuple(str(ipaddress.ip_network(word, strict=False)) for word in words(given))
    except ValueError as error:
        raise Wrong("give addresses or networks like 10.0.0.0/8, with commas between them") from error


def languages(given: Given) -> tuple[str, ...]:
    """At least one language, a list or a text with commas; the same twice counts once."""
    found = tuple(dict.fromkeys(words(given)))
    if not found or not all(_LANGUAGE.fullmatch(word) for word in found):
        raise Wrong("give languages like vi, en, zh-TW, with commas between them")
    return found


def time_zone(given: Given) -> str:
    """A time zone this machine knows."""
    found = text(given)
    try:
        zoneinfo.ZoneInfo(found)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise Wrong(
            "give a time zone like Asia/Ho_Chi_Minh, Asia/Taipei or UTC (`pip install tzdata` where the machine knows none)"
        ) from error
    return found


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_BYTES


def words(given: Given) -> list[str]:
    """A list of texts, or one text with commas between them."""
    if isinstance(given.value, str):
        return [word.strip() for word in text(given).split(",") if word.strip()]
    if not isinstance(given.value, list):
        raise Wrong("give a list of texts")
    return [text(Given(value=word, base=given.base)) for word in given.value]


def _number(value: object, kind: type[N], wanted: str) -> N:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Wrong(f"give {wanted}")
    try:
        number = kind(value)
    except (ValueError, OverflowError) as error:
        raise Wrong(f"give {wanted}") from error
    if not isinstance(value, str) and number != value:  # 8080.5 is not 8080
        raise Wrong(f"give {wanted}")
    return number


def _within(number: N, low: float, high: float, wanted: str) -> N:
    if not low <= number <= high:  # also for nan and the infinities
        raise Wrong(f"give {wanted}")
    return number
