"""What the phones keep over a restart: who has one, what stands on it, and the files customers sent."""

from pathlib import Path

import msgspec

from sandbox.kept_files import read_files, write_files
from sandbox.phones import Phones
from sandbox.shown import Phone


class PhonesMemory:
    """Phones in a file, files in a folder beside it; `write` does so where something changed."""

    def __init__(self, phones: Phones, file: Path) -> None:
        self._phones = phones
        self._file = file
        self._folder = file.with_suffix("")
        self._written = b""

    def read(self) -> None:
        """Put back what was kept; a file that is not there or not whole is none."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=dict[str, list[Phone]])
        except (OSError, msgspec.DecodeError):
            return
        for kind, phones in kept.items():
            if kind in self._phones.stand_ins:
                desk = self._phones.desk(kind)
                desk.phones.update({phone.id: phone for phone in phones})
                again = getattr(desk.provider, "again", None)
                if callable(again):
                    again(phones)
                desk.media.update(read_files(self._folder / kind))

    def write(self) -> None:
        """Keep what is there."""
        for kind, one in self._phones.stand_ins.items():
            write_files(self._folder / kind, one.desk.media)
        told = msgspec.json.encode({kind: list(one.desk.phones.values()) for kind, one in self._phones.stand_ins.items()})
        if told == self._written:
            return
        beside = self._file.with_suffix(".new")
        beside.write_bytes(told)
        beside.replace(self._file)
        self._written = told
