"""The one way this project declares a stored or transported value."""

from msgspec import Struct


class Value(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A frozen value; defaults are left out on the wire, so adding a field costs nothing."""


class Tagged(Value, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind"):
    """A frozen value that belongs to a union; `kind` tells which member it is."""
