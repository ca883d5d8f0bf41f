"""Fetching a file from an address somebody else wrote: from allowed hosts only, connected to where they were found, as much as agreed.

The dangers: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import socket
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec import Struct
from msgspec.structs import replace

from hub.model.channels.abilities import Located
from hub.model.errors import HubError
from hub.model.files.wanted import Unhad, Whence

REDIRECTS = 3
CONNECT_S, SILENT_S = 5.0, 15.0
PIECE_BYTES = 64 * 1024
_PORTS = {"https": 443, "http": 80}
_NAT64 = IPv6Network("64:ff9b::/96")
_MOVED = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({202, 408, 425, 429})
_REFUSED = frozenset({401, 403, 407})
_LONGEST_WAIT_S = 6 * 3600.0


class NotHad(HubError):
    """The file will never be had; `reason` says why, `status` what the host answered (0: nothing).

    `known`: the host is the provider's own and was told who asks, so that its refusal speaks of the account and not of one file.
    """

    def __init__(self, reason: Unhad, why: str = "") -> None:
        super().__init__(why or reason.value)
        self.reason = reason
        self.status = 0
        self.known = False


class HadLater(HubError):
    """Not now. `reason`: what to say if it stays so; `after`: in how many seconds, where that was told; `status`, `known`: as of NotHad."""

    def __init__(self, reason: Unhad, why: str = "", *, after: float | None = None) -> None:
        super().__init__(why or reason.value)
        self.reason = reason
        self.after = after
        self.status = 0
        self.known = False


class Brought(Struct, frozen=True):
    """A file as it came, whole; `mime_type` as the host called it, which proves nothing; `known`: as of NotHad."""

    content: bytes
    mime_type: str = ""
    known: bool = False


class Bounds(Struct, frozen=True):
    """How much of a file is read, and how long it may take in all."""

    most: int
    seconds: float


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the open internet: no loopback, no private network, no cloud's metadata, however it is written."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def checked(url: str, whence: Whence) -> SplitResult:
    """The address, where it is one of the provider's own; raises NotHad. Nothing is asked of the network."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotHad(Unhad.FOREIGN, "the address is none") from error
    if parts.username is not None or parts.password is not None:
        raise NotHad(Unhad.FOREIGN, "the address bears credentials")
    if _is_at(parts, whence.base_url):
        return parts
    if parts.scheme != "https" or (port or _PORTS["https"]) != _PORTS["https"]:
        raise NotHad(Unhad.FOREIGN, "the address is not one of https")
    if not _is_allowed(host, whence.hosts):
        raise NotHad(Unhad.FOREIGN, "the host is not one of the provider's")
    return parts


def next_place(place: Located, location: str, whence: Whence) -> Located:
    """Where a redirect leads: what proves who asks goes to the first host alone. Raises NotHad."""
    url = urljoin(place.url, location)
    parts = checked(url, whence)
    same = _origin(parts) == _origin(urlsplit(place.url))
    return replace(place, url=url, headers=place.headers if same else {})


class Fetcher:
    """Fetches. `resolver` finds hosts' addresses, `is_allowed` judges each before anybody connects to it."""

    def __init__(self, *, resolver: AbstractResolver | None = None, is_allowed: Callable[[str], bool] = is_public_address) -> None:
        self._resolver = resolver
        self._is_allowed = is_allowed

    async def fetch(self, place: Located, whence: Whence, bounds: Bounds) -> Brought:
        """The file; raises NotHad, HadLater. Addresses and headers carry tokens, so no error quotes or chains them."""
        checked(place.url, whence)
        timeout = ClientTimeout(total=bounds.seconds, sock_connect=CONNECT_S, sock_read=SILENT_S)
        guard = _Checked(self._resolver or ThreadedResolver(), self._is_allowed, spared=_host_at(whence.base_url))
        # A connector of its own: nothing found for one file is trusted for the next.
        connector = TCPConnector(resolver=guard, use_dns_cache=False, force_close=True, limit=1)
        jar = DummyCookieJar()
        try:
            async with ClientSession(connector=connector, timeout=timeout, cookie_jar=jar, auto_decompress=False) as session:
                return await self._followed(session, place, whence, bounds)
        except (ClientError, TimeoutError, OSError) as error:
            raise HadLater(Unhad.GONE, f"no answer ({type(error).__name__})") from None
        except ValueError:
            raise NotHad(Unhad.FOREIGN, "the address is none") from None

    async def _followed(self, session: ClientSession, place: Located, whence: Whence, bounds: Bounds) -> Brought:
        for _ in range(REDIRECTS + 1):
            headers = {"Accept-Encoding": "identity", **place.headers}
            async with session.get(place.url, headers=headers, allow_redirects=False) as answer:
                if answer.status not in _MOVED:
                    return await _read(answer, bounds, known=_is_known(place, whence))
                place = next_place(place, answer.headers.get("Location", ""), whence)
        raise NotHad(Unhad.GONE, "the address leads on and on")


class _Checked(AbstractResolver):
    """Finds a host's addresses and gives out only those one may connect to, so that nobody finds others a moment later."""

    def __init__(self, resolver: AbstractResolver, is_allowed: Callable[[str], bool], *, spared: str) -> None:
        self._resolver = resolver
        self._is_allowed = is_allowed
        self._spared = spared

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host.lower() == self._spared:
            return found
        if any(not self._is_allowed(one["host"]) for one in found):
            raise NotHad(Unhad.FOREIGN, "the host's address is none of the open internet")
        return found

    async def close(self) -> None:
        await self._resolver.close()


async def _read(answer: ClientResponse, bounds: Bounds, *, known: bool) -> Brought:
    try:
        return replace(await _taken(answer, bounds), known=known)
    except (NotHad, HadLater) as error:
        error.status, error.known = answer.status, known
        raise


async def _taken(answer: ClientResponse, bounds: Bounds) -> Brought:
    _decide(answer)
    if (answer.content_length or 0) > bounds.most:
        raise NotHad(Unhad.LARGE)
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotHad(Unhad.KIND, "packed, though not asked to be")
    content = bytearray()
    async for piece in answer.content.iter_chunked(PIECE_BYTES):
        content += piece
        if len(content) > bounds.most:
            raise NotHad(Unhad.LARGE)
    return Brought(bytes(content), answer.content_type)


def _decide(answer: ClientResponse) -> None:
    """What the status means; nothing for the file itself."""
    status = answer.status
    if status == HTTPStatus.OK:
        return
    if status in _REFUSED:
        raise HadLater(Unhad.FORBIDDEN, f"HTTP {status}")
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise HadLater(Unhad.GONE, f"HTTP {status}", after=_wait(answer.headers.get("Retry-After", "")))
    raise NotHad(Unhad.GONE, f"HTTP {status}")


def _wait(told: str) -> float | None:
    return min(float(told), _LONGEST_WAIT_S) if told.isascii() and told.isdigit() else None


def _is_allowed(host: str, hosts: tuple[str, ...]) -> bool:
    host = host.lower().rstrip(".")
    if "*" in hosts:
        return _may_be_public(host)
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def _may_be_public(host: str) -> bool:
    """A name is judged when it is looked up; what is written as an address is never looked up, so it is judged here."""
    try:
        return is_public_address(host)
    except ValueError:
        return "." in host


def _is_at(parts: SplitResult, base_url: str) -> bool:
    return bool(base_url) and _origin(parts) == _origin(urlsplit(base_url))


def _is_known(place: Located, whence: Whence) -> bool:
    """Whether who answers there has been told who we are: by a header, or, at the provider's own address, by the path."""
    return bool(place.headers) or _is_at(urlsplit(place.url), whence.base_url)


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def _host_at(base_url: str) -> str:
    return (urlsplit(base_url).hostname or "").lower() if base_url else ""
