"""The function library: its source and the names its functions bear in this version."""

from importlib.resources import files

VERSION = 6
"""Raised with every change of a `*.lua` here that a running older process would feel; that one keeps calling its own version."""

PARTS = ("shared", "mailbox", "commit", "delivery", "hub", "feed", "alerts")
"""The files the library is put together from: each uses only what stands before it."""


def library_name() -> str:
    """The name under which this version is loaded."""
    return f"omnihub{VERSION}"


def library_source() -> str:
    """The Lua source with this version's names."""
    here = files(__package__)
    source = "\n".join(here.joinpath(f"{part}.lua").read_text(encoding="utf-8") for part in PARTS)
    return f"#!lua name={library_name()}\n" + source.replace("_VERSION'", f"_{VERSION}'")


def function(name: str) -> str:
    """The name by which FCALL reaches a function of this version."""
    return f"hub_{name}_{VERSION}"
