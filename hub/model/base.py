"""The one way this project declares a stored or transported value."""

from msgspec import Struct


class Value(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A frozen value; defaults are left out on the wire, so adding a field costs nothing.

    The cyclic collector does not follow it: what is frozen when it is made cannot come to hold itself, and a turn makes a hundred.
    """


class Tagged(Value, frozen=True, omit_defaults=True, kw_only=True, gc=False, tag_field="kind"):
    """A frozen value that belongs to a union; `kind` tells which member it is."""
