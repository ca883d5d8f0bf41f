"""Fields a newer version wrote and this one does not know: found when a document is read, put back when it is written."""

from typing import Any

from msgspec import Struct, msgpack

_identity = msgpack.Encoder(order="deterministic").encode


class Rest(Struct, frozen=True):
    """What is unknown of a document: whole fields, what is unknown inside known ones, and inside the elements of a list."""

    fields: dict[str, Any] = {}
    inside: dict[str, "Rest"] = {}
    elements: dict[bytes, "Rest"] = {}

    def __bool__(self) -> bool:
        return bool(self.fields or self.inside or self.elements)


NOTHING = Rest()


def left_over(raw: object, known: object) -> Rest:
    """What `raw` (as it was stored) has beyond `known` (the same, as this version would write it)."""
    if isinstance(raw, dict) and isinstance(known, dict):
        inside = {name: left_over(value, known[name]) for name, value in raw.items() if name in known}
        return Rest(
            fields={name: value for name, value in raw.items() if name not in known},
            inside={name: rest for name, rest in inside.items() if rest},
        )
    if isinstance(raw, list) and isinstance(known, list | tuple):
        pairs = [(_key(after), left_over(before, after)) for before, after in zip(raw, known, strict=False)]
        return Rest(elements={key: rest for key, rest in pairs if rest})
    return NOTHING


def put_back(document: Any, rest: Rest) -> Any:  # noqa: ANN401 - a document is anything
    """The document with what was unknown of it; a part that is there no more takes its unknown fields along."""
    if isinstance(document, dict):
        deeper = {name: put_back(value, rest.inside[name]) if name in rest.inside else value for name, value in document.items()}
        return {**rest.fields, **deeper}
    if isinstance(document, list | tuple):
        return [put_back(one, rest.elements.get(_key(one), NOTHING)) for one in document]
    return document


def _key(element: object) -> bytes:
    """By what an element of a list is known again: its id, else all that this version knows of it."""
    if isinstance(element, dict) and "id" in element:
        return _identity(element["id"])
    return _identity(element)
