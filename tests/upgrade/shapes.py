"""What a version stores and by which numbers it says so, as JSON. Run as a script, by the landed version's code too."""

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from msgspec import inspect, json

from hub.store.functions import VERSION, library_source

HOMES = {
    "Live": ("hub.model.customers.record", "hub.model.record"),
    "Event": ("hub.model.events.event", "hub.model.events"),
    "Delivery": ("hub.model.messaging.delivery", "hub.model.delivery"),
    "JournalEntry": ("hub.model.turns.journal", "hub.model.journal"),
    "TimelineEntry": ("hub.model.turns.journal", "hub.model.journal"),
    "VERSIONS": ("hub.store.encoding.codec", "hub.store.codec"),
    "FORMAT": ("hub.store.mailboxes.meta", "hub.store.meta"),
}
"""Where what is stored is declared: in this version, and in one that landed."""


def at_home(name: str) -> Any:  # noqa: ANN401 - any stored type, or a number
    """What bears that name in the version that runs this."""
    for home in HOMES[name]:
        try:
            return getattr(import_module(home), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise ImportError(name)


def parts(of: inspect.Type, known: set[str]) -> Iterator[str]:
    """`Struct.field` for all fields of the type and of what it is made of, `kind=tag` for members of unions, `Enum:value`."""
    match of:
        case inspect.StructType(cls=made, fields=fields, tag=tag):
            if made.__name__ in known:
                return
            known.add(made.__name__)
            yield from (f"{made.__name__}.{field.name}" for field in fields)
            yield f"kind={tag}"
            for field in fields:
                yield from parts(field.type, known)
        case inspect.EnumType(cls=words):
            yield from (f"{words.__name__}:{word.value}" for word in words)
        case inspect.UnionType(types=types):
            for one in types:
                yield from parts(one, known)
        case inspect.VarTupleType(item_type=item):
            yield from parts(item, known)
        case inspect.DictType(value_type=value):
            yield from parts(value, known)


def of_type(*types: Any) -> list[str]:  # noqa: ANN401 - any stored type
    """The parts of these types, sorted."""
    known: set[str] = set()
    return sorted({part for one in types for part in parts(inspect.type_info(one), known)})


def without_comments(source: str) -> str:
    """The functions as they are run: no older process feels a comment."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("--"))


if __name__ == "__main__":
    told = {
        "record": of_type(at_home("Live")),
        "stored": of_type(*map(at_home, ("Event", "Delivery", "JournalEntry", "TimelineEntry"))),
        "versions": dict(at_home("VERSIONS")),
        "format": at_home("FORMAT"),
        "functions": without_comments(library_source()).replace(f"_{VERSION}'", "_N'").replace(f"omnihub{VERSION}", "omnihub"),
        "library": VERSION,
    }
    sys.stdout.buffer.write(json.encode(told))
