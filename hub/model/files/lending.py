"""Links that lead strangers to one file for a while: the file's own name is sealed in them, so who has a link has nothing more."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Callable
from urllib.parse import quote

from hub.model.base import Value
from hub.model.errors import HubError

LENT = "/media/lent/"
FETCHED_WITHIN_MS = 60 * 60 * 1000
"""A provider fetches what it is to show at once, or within minutes where it is busy."""
OPENED_WITHIN_MS = 7 * 24 * 60 * 60 * 1000
"""A link in a text is opened when a person has time."""
_UNTIL_BYTES = 8


class NotLent(HubError):
    """No link of ours, or one whose time is over."""


class Lending(Value, frozen=True):
    """Makes links and reads them. `base`: our public address (empty: there is none); `close` and `open` seal bytes for this alone."""

    base: str
    close: Callable[[bytes], bytes]
    open: Callable[[bytes], bytes]

    def __repr__(self) -> str:
        """Never in a log."""
        return "Lending()"

    def link(self, id: str, *, until: int, name: str) -> str:  # noqa: A002 - the field's name
        """An address that gives that file until then (ms since 1970); its last part is the file's name, by which some tell what it is."""
        sealed = self.close(until.to_bytes(_UNTIL_BYTES, "big") + id.encode())
        return f"{self.base}{LENT}{urlsafe_b64encode(sealed).decode().rstrip('=')}/{quote(name or 'file', safe='')}"

    def lent_by(self, url: str, *, now: int) -> str:
        """The file an address of this kind leads to; empty where it is none of ours, or its time is over."""
        start = self.base + LENT
        try:
            return self.lent(url.removeprefix(start).partition("/")[0], now=now) if url.startswith(start) else ""
        except NotLent:
            return ""

    def lent(self, token: str, *, now: int) -> str:
        """The file a link's token leads to; raises NotLent."""
        try:
            plain = self.open(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            until, id = int.from_bytes(plain[:_UNTIL_BYTES], "big"), plain[_UNTIL_BYTES:].decode()  # noqa: A001 - the field's name
        except (HubError, NoBase64, ValueError) as error:
            raise NotLent("no link of ours") from error
        if now > until:
            raise NotLent("its time is over")
        return id
