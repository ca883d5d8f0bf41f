"""How long a sound is, which LINE wants to be told: https://developers.line.biz/en/reference/messaging-api/#audio-message."""

_HEADER = b"mvhd"
_LONG, _SHORT = (20, 24, 8), (12, 16, 4)
"""Where the time scale and the duration stand behind the name, and the duration's bytes: by the box's version (ISO/IEC 14496-12, 8.2.2)."""

_LONGEST_MS = 24 * 3600 * 1000


def duration_ms(content: bytes) -> int:
    """The length of an MP4 or M4A file; 0 where the file does not tell."""
    at = content.find(_HEADER)
    if at < 0:
        return 0
    box = content[at + len(_HEADER) :]
    scale_at, length_at, size = _LONG if box[:1] == b"\x01" else _SHORT
    scale = int.from_bytes(box[scale_at : scale_at + 4], "big")
    length = int.from_bytes(box[length_at : length_at + size], "big")
    if not scale or len(box) < length_at + size:
        return 0
    found = length * 1000 // scale
    return found if 0 < found < _LONGEST_MS else 0
