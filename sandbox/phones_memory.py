"""What the phones keep over a restart: who has one, what stands on it, and the files customers sent."""

import re
from base64 import b64decode, b64encode
from pathlib import Path

import msgspec

from sandbox.phones import Phones
from sandbox.shown import Phone

_NAME = re.compile(r"[\w.-]{1,100}")


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
                for path in self._folder.glob(f"{kind}/*"):
                    desk.media[path.name] = _unpacked(path.read_bytes())

    def write(self) -> None:
        """Keep what is there."""
        self._write_files()
        told = msgspec.json.encode({kind: list(one.desk.phones.values()) for kind, one in self._phones.stand_ins.items()})
        if told == self._written:
            return
        beside = self._file.with_suffix(".new")
        beside.write_bytes(told)
        beside.replace(self._file)
        self._written = told

    def _write_files(self) -> None:
        for kind, one in self._phones.stand_ins.items():
            for name, (content, mime) in one.desk.media.items():
                path = self._folder / kind / name
                if _NAME.fullmatch(name) and not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(_packed(content, mime))


def _packed(content: bytes, mime: str) -> bytes:
    """A file and its type in one, as a data: address has it."""
    return b"data:" + mime.encode() + b";base64," + b64encode(content)


def _unpacked(told: bytes) -> tuple[bytes, str]:
    head, _, content = told.removeprefix(b"data:").partition(b";base64,")
    return b64decode(content), head.decode()
