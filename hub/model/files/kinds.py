"""Files that customers and agents send: told by their first bytes, never by their name; what could run anywhere is not taken."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hub.model.address import Address
from hub.model.base import Value
from hub.model.errors import HubError
from hub.model.messaging.message import Attachment, MediaKind

NAME_LENGTH = 120
PATH = "/media/"
"""Under this and its id a file is served."""


class NotTaken(HubError):
    """A file of a kind that is not taken, or none at all; the text says what is."""


class QuotaSpent(HubError):
    """Whoever sends has sent as much as one may within a day: later, or less."""


class Forgotten(HubError):
    """Whoever sent it is erased: nothing of theirs is kept any more."""


class Sort(Value, frozen=True):
    """What a file is: its media type, and the endings its name may have, of which it is given the first where it has none of them."""

    mime: str
    endings: tuple[str, ...]


class Quota(Value, frozen=True):
    """How much one address may leave since `since` (ms since 1970): bytes, and files."""

    bytes: int
    files: int
    since: int


class StoredFile(Value, frozen=True):
    """A file as it is kept, without its content. `address`: of the customer who sent it; `customer`: to whom an agent sends it.

    Both: a channel brought it. `said`: a message names it; what nobody does is thrown away after a day.
    """

    id: str
    mime: str
    name: str
    size: int
    at: int
    address: Address | None = None
    customer: str = ""
    said: int = 0

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it in place: pictures, films and sounds it knows; all else is saved."""
        return self.mime.partition("/")[0] in _KINDS and self.mime not in _ONLY_SAVED

    def attachment(self, base: str = "") -> Attachment:
        """The file as a message has it; `base`: scheme and host it is served from."""
        kind = _KINDS.get(self.mime.partition("/")[0], MediaKind.FILE)
        return Attachment(kind=kind, url=f"{base}{PATH}{self.id}", filename=self.name, mime_type=self.mime, size=self.size)


_ONLY_SAVED = frozenset({"image/heic", "video/quicktime", "video/3gpp", "audio/amr"})
_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}


@dataclass(frozen=True, slots=True)
class _Opening:
    """A sort of file and how it begins (a pattern for its first bytes)."""

    begins: re.Pattern[bytes]
    sort: Sort


def _opening(begins: bytes, mime: str, *endings: str) -> _Opening:
    return _Opening(re.compile(begins, re.DOTALL), Sort(mime=mime, endings=endings))


_OPENINGS = (
    # https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and the tables after it; ISO media by its brand.
    _opening(rb"\x89PNG\r\n\x1a\n", "image/png", "png"),
    _opening(rb"\xff\xd8\xff", "image/jpeg", "jpg", "jpeg"),
    _opening(rb"GIF8[79]a", "image/gif", "gif"),
    _opening(rb"RIFF.{4}WEBPVP", "image/webp", "webp"),
    _opening(rb".{4}ftyp(heic|heix|hevc|mif1)", "image/heic", "heic", "heif"),
    _opening(rb".{4}ftypavi[fs]", "image/avif", "avif"),
    _opening(rb".{4}ftypqt  ", "video/quicktime", "mov"),
    _opening(rb".{4}ftypM4[AB] ", "audio/mp4", "m4a"),
    _opening(rb".{4}ftyp3g", "video/3gpp", "3gp"),
    _opening(rb".{4}ftyp", "video/mp4", "mp4", "m4v"),
    _opening(rb"\x1a\x45\xdf\xa3.{0,60}webm", "video/webm", "webm"),
    _opening(rb"OggS\x00", "audio/ogg", "ogg", "oga", "opus"),
    _opening(rb"RIFF.{4}WAVE", "audio/wav", "wav"),
    _opening(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg", "mp3"),
    _opening(rb"#!AMR", "audio/amr", "amr"),
    _opening(rb"%PDF-", "application/pdf", "pdf"),
    _opening(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/octet-stream", "doc", "xls", "ppt"),
)

_OFFICE = (
    (b"word/", Sort(mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document", endings=("docx",))),
    (b"xl/", Sort(mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", endings=("xlsx",))),
    (b"ppt/", Sort(mime="application/vnd.openxmlformats-officedocument.presentationml.presentation", endings=("pptx",))),
)
_TEXT = Sort(mime="text/plain", endings=("txt", "csv", "log", "md"))
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"^\s*<|<\s*(!doctype|html|svg|script|body|iframe|img|a\s)|^#!|^MZ", re.IGNORECASE)
_REFUSED = "This kind of file is not taken: send a picture, a video, a sound, a PDF, an office document or plain text."


def endings() -> tuple[str, ...]:
    """The endings of names that files which are taken have."""
    sorts = (*(one.sort for one in _OPENINGS), *(sort for _, sort in _OFFICE), _TEXT)
    return tuple(dict.fromkeys(ending for sort in sorts for ending in sort.endings))


def ids_of(urls: Iterable[str], base: str) -> tuple[str, ...]:
    """The ids of those of these addresses that are files of ours."""
    ours = base + PATH
    return tuple(url.removeprefix(ours) for url in urls if url.startswith(ours))


def sort_of(content: bytes) -> Sort:
    """What the bytes are; raises NotTaken for what might run somewhere: pages, drawings with scripts, programs, archives."""
    if not content:
        raise NotTaken("The file is empty.")
    for one in _OPENINGS:
        if one.begins.match(content):
            return one.sort
    if content.startswith(b"PK\x03\x04") and (found := _office(content)):
        return found
    if _is_plain_text(content):
        return _TEXT
    raise NotTaken(_REFUSED)


_RUNS = re.compile(
    rb"MZ|\x7fELF|\xca\xfe\xba\xbe|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|dex\n|!<arch>|L\x00\x00\x00\x01\x14\x02\x00"
)
"""Programs of Windows, Linux, macOS, Java and Android, archives of objects, shortcuts."""
_SAVED = Sort(mime="application/octet-stream", endings=("bin",))


def sort_of_received(content: bytes) -> Sort:
    """As `sort_of`, for what came by a channel: there what nobody knows is kept too, to be saved under a name that opens nothing.

    Raises NotTaken for what is nothing, a page, a script or a program.
    """
    try:
        return sort_of(content)
    except NotTaken:
        if not content or _RUNS.match(content) or _is_page(content):
            raise
        return _SAVED


def _is_page(content: bytes) -> bool:
    return _MARKUP.search(content[:4096]) is not None


def is_page(content: bytes) -> bool:
    """Whether it begins as HTML does: what a provider answers to whom it does not know."""
    return re.match(rb"(\xef\xbb\xbf)?\s*<\s*(!doctype\s+html|html|head|body)", content, re.IGNORECASE) is not None


def file_name(given: str, sort: Sort) -> str:
    """A name that is shown and saved under: no path, no control or turning sign, and an ending that tells the truth."""
    last = given.replace("\\", "/").rpartition("/")[2]
    spaced = "".join(" " if sign.isspace() else sign for sign in last)
    kept = "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*').strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if not dot or ending.lower() not in sort.endings:
        stem, ending = kept, sort.endings[0]
    return f"{stem.strip()[: NAME_LENGTH - len(ending) - 1] or 'file'}.{ending}"


def _office(content: bytes) -> Sort | None:
    if b"[Content_Types].xml" not in content or b"vbaProject.bin" in content:
        return None
    return next((sort for part, sort in _OFFICE if part in content), None)


def _is_plain_text(content: bytes) -> bool:
    plain = content.removeprefix(b"\xef\xbb\xbf")
    if _NO_TEXT.search(plain) or _MARKUP.search(plain):
        return False
    try:
        plain.decode()
    except UnicodeDecodeError:
        return False
    return True
