"""What the Telegram stand-in keeps over a restart: its phones with their files, and how far it counted, so that no number comes twice."""

from pathlib import Path

import msgspec

from hub.model.base import Value
from sandbox.kept_files import read_files, write_files
from sandbox.telegram.stand_in import TelegramStandIn
from sandbox.telegram.world import Chat, Json

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
    """Phones in a file, files in a folder beside it; `write` does so where something changed."""

    def __init__(self, stand_in: TelegramStandIn, file: Path) -> None:
        self._world = stand_in.world
        self._files = stand_in.files
        self._file = file
        self._folder = file.with_suffix("")
        self._written = b""

    def read(self) -> None:
        """Put back what was kept; a file that is not there or not whole is an empty one."""
        self._files.update({name: content for name, (content, _) in read_files(self._folder).items()})
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
        """Keep what is there."""
        write_files(self._folder, {name: (content, "") for name, content in self._files.items()})
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
