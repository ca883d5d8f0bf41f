"""Reading what an older version stored: one step for each version, from document to document."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from msgspec import msgpack
from msgspec.structs import StructConfig

Document = dict[str, Any]
Step = Callable[[Document], Document]
Steps = Mapping[tuple[str, int], Step]
"""(kind, v) → what makes a document of that version one of v + 1."""


class Versioned(Protocol):
    """A stored value; a `v` left out on the wire is 1, for ever: whoever raises a version writes it out."""

    @property
    def __struct_config__(self) -> StructConfig:
        """Its tag among other things, as msgspec keeps it."""
        ...

    @property
    def v(self) -> int:
        """The version it was written in."""
        ...


T_co = TypeVar("T_co", bound=Versioned, covariant=True)


class Reading(Generic[T_co]):
    """Decodes one type; `versions`: the newest version of each kind (1 where it is not named), `name`: the kind of a type without tag."""

    def __init__(self, decode: Callable[[bytes], T_co], *, name: str, versions: Mapping[str, int], steps: Steps) -> None:
        self._decode = decode
        self._name = name
        self._versions = versions
        self._steps = steps

    def decode(self, blob: bytes) -> T_co:
        """Bytes → value of the newest version, or of a newer one as far as it is known; raises ValueError for what is neither."""
        try:
            value = self._decode(blob)
        except ValueError:
            # An old shape need not fit at all before its steps.
            if (climbed := self._climbed(blob)) is None:
                raise
            return self._decode(climbed)
        if not self._versions or value.v >= self._versions.get(self._kind(value), 1):
            return value
        climbed = self._climbed(blob)
        return value if climbed is None else self._decode(climbed)

    def _kind(self, value: Versioned) -> str:
        return str(value.__struct_config__.tag or self._name)

    def _climbed(self, blob: bytes) -> bytes | None:
        """The document after all its steps; None where it needs none."""
        document = msgpack.decode(blob)
        if not isinstance(document, dict):
            return None
        kind, at = str(document.get("kind", self._name)), int(document.get("v", 1))
        newest = self._versions.get(kind, 1)
        if at >= newest:
            return None
        for version in range(at, newest):
            document = {**self._steps[kind, version](document), "v": version + 1}
        return msgpack.encode(document)
