"""What the Telegram stand-in keeps over a restart: its phones, and how far it counted, so that no update comes twice under one number."""

from pathlib import Path

import msgspec

from hub.model.base import Value
from sandbox.telegram.world import Chat, Json, World

LEAP = 1000
"""More updates than come between two writings: a number is not given twice, also after a kill."""


class _Phone(Value, frozen=True, omit_defaults=False):
    id: str
    name: str
    language: str
    blocked: bool
    messages: list[Json]
    keys: list[list[Json]] = []
    once: bool = False
    shut: bool = False


class _Kept(Value, frozen=True, omit_defaults=False):
    updates: int
    phones: list[_Phone]


class Memory:
    """A world's file; `write` does so where something changed."""

    def __init__(self, world: World, file: Path) -> None:
        self._world = world
        self._file = file
        self._written = b""

    def read(self) -> None:
        """Put what was kept into the world; a file that is not there or not whole is an empty one."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return
        self._world.counted = kept.updates + LEAP
        for phone in kept.phones:
            self._world.chats[phone.id] = Chat(
                id=phone.id, name=phone.name, language=phone.language, blocked=phone.blocked, messages=phone.messages,
                keys=phone.keys, once=phone.once, shut=phone.shut,
            )  # fmt: skip

    def write(self) -> None:
        """Keep the world as it is."""
        phones = [
            _Phone(
                id=chat.id,
                name=chat.name,
                language=chat.language,
                blocked=chat.blocked,
                messages=chat.messages,
                keys=chat.keys,
                once=chat.once,
                shut=chat.shut,
            )
            for chat in self._world.chats.values()
        ]
        told = msgspec.json.encode(_Kept(updates=self._world.counted, phones=phones))
        if told == self._written:
            return
        beside = self._file.with_suffix(".new")
        beside.write_bytes(told)
        beside.replace(self._file)
        self._written = told
