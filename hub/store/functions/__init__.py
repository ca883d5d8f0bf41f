"""The function library: its source and the names its functions bear in this version."""

from importlib.resources import files

VERSION = 1
"""Raised with every change of `library.lua`; a running older process keeps calling its own version."""


def library_name() -> str:
    """The name under which this version is loaded."""
    return f"omnihub{VERSION}"


def library_source() -> str:
    """The Lua source with this version's names."""
    source = files(__package__).joinpath("library.lua").read_text(encoding="utf-8")
    return f"#!lua name={library_name()}\n" + source.replace("_VERSION'", f"_{VERSION}'")


def function(name: str) -> str:
    """The name by which FCALL reaches a function of this version."""
    return f"hub_{name}_{VERSION}"
