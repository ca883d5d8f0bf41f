"""Reading fields of foreign JSON: what counts must be of its type, what only adorns may be anything."""

import math

import msgspec

from hub.model.errors import Unparseable

Json = dict[str, object]

_DECODER = msgspec.json.Decoder()

_LARGEST = 1 << 63
_LATEST_SECOND = 1 << 40
"""Past this a time is none, and its milliseconds would not fit where they are stored."""

_NAMES_TOLD = 40
_NAME_LENGTH = 64


class FieldOdd(Exception):
    """A field that counts is missing or of another type than documented; the text is its name."""


def object_in(body: bytes) -> Json:
    """The object a webhook's body is; raises Unparseable for any other body."""
    try:
        told = _DECODER.decode(body)
    except (ValueError, RecursionError) as error:
        raise Unparseable(f"not JSON ({type(error).__name__})") from None
    if not isinstance(told, dict):
        raise Unparseable(f"not an object but {type(told).__name__}")
    return told


def object_of(of: Json, key: str) -> Json:
    """An object that must be there."""
    value = of.get(key)
    if isinstance(value, dict):
        return value
    raise FieldOdd(key)


def text_of(of: Json, key: str) -> str:
    """A text that counts: absent is empty, another type is not understood."""
    value = of.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise FieldOdd(key)


def soft(of: Json, key: str) -> str:
    """A text that only adorns: another type is as good as none, and no reason to lose the message."""
    value = of.get(key)
    return value if isinstance(value, str) else ""


def id_of(of: Json, key: str) -> str:
    """An id as text (some are numbers beyond 53 bits, some are negative); anything else than a whole number or a text is not understood."""
    found = soft_id(of, key)
    if not found:
        raise FieldOdd(key)
    return found


def soft_id(of: Json, key: str) -> str:
    """An id that may be missing: empty then."""
    value = of.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST else ""


def objects(of: Json, key: str) -> list[Json]:
    """The objects of a list; whatever else stands in it, or in its place, is left out."""
    value = of.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def soft_object(of: Json, key: str) -> Json:
    """An object that may be missing: empty then."""
    value = of.get(key)
    return value if isinstance(value, dict) else {}


def number_of(of: Json, key: str) -> float | None:
    """A finite number, which some providers write as a text; None where it is neither."""
    value = of.get(key)
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def seconds_of(of: Json, key: str) -> int:
    """A time told in seconds since 1970, as a number or a text, in ms; 0 where it is none."""
    value = of.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    return value * 1000 if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LATEST_SECOND else 0


def names(of: object) -> tuple[str, ...]:
    """The names of an object's fields and of those one floor below; never a value."""
    if not isinstance(of, dict):
        return (type(of).__name__,)
    found: list[str] = []
    for key, value in of.items():
        found.append(str(key)[:_NAME_LENGTH])
        if isinstance(value, dict):
            found += [f"{str(key)[:_NAME_LENGTH]}.{str(below)[:_NAME_LENGTH]}" for below in value]
    return tuple(found[:_NAMES_TOLD])
