"""Looking through every file of a folder for something in all the forms it might lie there."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path


def forms(text: str) -> Iterator[bytes]:
    """A text as UTF-8 (msgpack's too), UTF-16, as JSON escapes it; a number also as msgpack and Redis pack it."""
    yield text.encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield json.dumps(text)[1:-1].encode()
    if text.isdigit():
        width = "Q" if int(text) >= 1 << 32 else "I"
        yield struct.pack(f">{width}", int(text))
        yield struct.pack(f"<{width}", int(text))


def where(text: str, folder: Path) -> list[str]:
    """The files below the folder that hold a text in any form; a file that goes while it is looked at holds nothing."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        if any(form in content for form in forms(text)):
            found.append(str(path.relative_to(folder)))
    return found
