"""Browsers in which somebody has signed in before: a signed cookie that lets them by where others guess at their login, no more."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import blake2b, sha256

from hub.model.base import Value

PATH = "/api/session"
"""It is sent along with sign-ins only."""
KEPT_S = 400 * 86_400
"""As long as browsers keep any cookie."""


class Device(Value, frozen=True):
    """A browser's mark: the cookie's name, one for each login so that colleagues can share a browser, and its value."""

    name: str
    value: str


class Devices:
    """Makes and knows marks. `secret`: random text; whoever copies a mark can try passwords of that one login, ten a minute."""

    def __init__(self, key: bytes, *, secret: Callable[[], str]) -> None:
        self._key = hmac.new(key, b"omnihub known device", sha256).digest()
        self._secret = secret

    def mark(self, login: str) -> Device:
        """A new mark for whoever has just signed in."""
        device = self._secret()
        return Device(name=_name(login), value=f"{device}.{self._signature(login, device)}")

    def known(self, login: str, cookies: Mapping[str, str]) -> str:
        """Which browser this is, if that user has signed in in it before; else ''."""
        device, _, signature = cookies.get(_name(login), "").rpartition(".")
        right = self._signature(login, device)
        return device if device and hmac.compare_digest(right.encode(), signature.encode("utf-8", "surrogateescape")) else ""

    def _signature(self, login: str, device: str) -> str:
        signed = f"{device}|{login}".encode("utf-8", "surrogateescape")
        return urlsafe_b64encode(hmac.new(self._key, signed, sha256).digest()[:18]).decode()


def _name(login: str) -> str:
    return f"hub_device_{blake2b(login.encode('utf-8', 'surrogateescape'), digest_size=6).hexdigest()}"
