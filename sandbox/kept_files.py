"""Files that are there again after a restart: one each in a folder, its type before its content."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

File = tuple[bytes, str]
"""Content and media type."""

_NAME = re.compile(r"[\w.-]{1,100}")


def write_files(folder: Path, files: Mapping[str, File]) -> None:
    """Keep those that are not kept yet: a file never changes. A name that would lead elsewhere is left out."""
    for name, (content, mime) in files.items():
        path = folder / name
        if _NAME.fullmatch(name) and name.strip(".") and not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            beside = folder / f"{name}~"
            beside.write_bytes(b"data:" + mime.encode() + b";base64," + b64encode(content))
            beside.replace(path)


def read_files(folder: Path) -> dict[str, File]:
    """All that were kept, by name."""
    return {path.name: _unpacked(path.read_bytes()) for path in folder.glob("*") if not path.name.endswith("~")}


def _unpacked(told: bytes) -> File:
    head, _, content = told.removeprefix(b"data:").partition(b";base64,")
    return b64decode(content), head.decode()
