"""Where a request comes from and under which address the outside sees us: forwarded headers count only from our own proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

from hub.model.errors import SettingsError

Network = IPv4Network | IPv6Network


class Origin:
    """The public address (`https://bot.shop.vn`, may be empty) and the proxies whose word is taken."""

    def __init__(self, *, public_url: str, proxies: Sequence[Network]) -> None:
        self._public = public_url.rstrip("/")
        self._proxies = tuple(proxies)

    @property
    def public_url(self) -> str:
        """The public address that is set, without a slash at its end; empty where none is."""
        return self._public

    def base(self, request: web.BaseRequest) -> str:
        """Scheme and host as the caller wrote them; what is set wins over what any header says."""
        if self._public:
            return self._public
        scheme, host = request.scheme, request.host
        if self._proxies and self._trusted(request.remote or ""):
            scheme = _last(request.headers.get("X-Forwarded-Proto", scheme))
            host = _last(request.headers.get("X-Forwarded-Host", host))
        return f"{scheme}://{host}"

    def secure(self, request: web.BaseRequest) -> bool:
        """Whether the caller came by https: to us, or to a proxy of ours, or to the public address."""
        scheme = request.scheme
        if self._proxies and self._trusted(request.remote or ""):
            scheme = _last(request.headers.get("X-Forwarded-Proto", scheme))
        return scheme == "https" or self._public == f"https://{request.host}"

    def is_foreign(self, request: web.BaseRequest) -> bool:
        """Whether a browser says that a page of somebody else asks. Programs say nothing of the kind, so they are not foreign.

        The host counts, not the scheme: a proxy in front of us may end https without telling us so.
        """
        if (origin := request.headers.get("Origin")) is not None:
            return origin != self.base(request) and origin.partition("://")[2] != request.host
        return request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}

    def address(self, request: web.BaseRequest) -> str:
        """Where the caller is, to count them by: their IPv4 address, or the /64 of their IPv6 one, of which they have all.

        Behind our own proxies it is the last forwarded one that is not a proxy of ours.
        """
        return _whereabouts(self._remote(request))

    def _remote(self, request: web.BaseRequest) -> str:
        remote = request.remote or ""
        if not self._proxies or not self._trusted(remote):
            return remote
        hops = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        for hop in reversed(hops):
            if hop and not self._trusted(hop):
                return hop
        return remote

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)


def _last(value: str) -> str:
    """The entry our own proxy wrote: each proxy adds at the end."""
    return value.rpartition(",")[2].strip()


def _whereabouts(address: str) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - IPv4
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ip_network((int(parsed) >> 64 << 64, 64)))


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Proxies as settings name them (`10.0.0.0/8`, `::1`); raises SettingsError naming the wrong one."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text))
        except ValueError as error:
            raise SettingsError(f"{text!r} is not a network: name a trusted proxy like 10.0.0.5 or 10.0.0.0/8.") from error
    return tuple(found)
