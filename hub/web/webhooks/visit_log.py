"""What the channels' log is told of a provider's visit: the path, the answer, the kinds of what it brought; nothing of what was said."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

from msgspec import json

from hub.model.channels.abilities import Warned
from hub.model.channels.exchange import Exchange
from hub.model.channels.ports import Clock, Inbound
from hub.model.events.event import Incoming, Unparsed
from hub.store.channels.calls import Place

FORGED_EVERY_S = 10.0
"""Forged visits of one account are told so often: strangers must not push out what the log is for."""
NAMES_SHOWN = 20
_LONGEST = 400


class Visits:
    """Tells of visits by `told`."""

    def __init__(self, told: Callable[[Place, Exchange], None], *, clock: Clock) -> None:
        self._told = told
        self._clock = clock
        self._forged: dict[Place, float] = {}

    def note(self, place: Place, inbound: Inbound, seen: Sequence[Incoming | Unparsed], *, at: int, began: float, status: int) -> None:
        """One visit that came at `at` (ms) and `began` (s of boottime)."""
        now = self._clock.boottime()
        if status == HTTPStatus.FORBIDDEN:
            if now - self._forged.get(place, -FORGED_EVERY_S) < FORGED_EVERY_S:
                return
            self._forged[place] = now
        self._told(
            place,
            Exchange(
                at=at,
                method=inbound.method,
                url=_path(place, inbound.path_query),
                incoming=True,
                status=status,
                took=round((now - began) * 1000),
                events=_kinds(seen),
                trouble=_TROUBLE.get(status, ""),
            ),
        )

    def warned(self, place: Place, told: Warned) -> None:
        """What a provider said of the account itself, with its own words."""
        failure = told.failure.value if told.failure else ""
        path = "/".join(("/hooks", *place))
        said = {"reason": told.reason[:_LONGEST]} if told.reason else {}
        self._told(
            place,
            Exchange(
                at=self._clock.now(), method="POST", url=path, incoming=True, status=200, failure=failure, code=told.code,
                events=("warned",), asked=json.encode(said).decode(),
            ),
        )  # fmt: skip


_TROUBLE: Mapping[int, str] = {HTTPStatus.FORBIDDEN: "signature", HTTPStatus.SERVICE_UNAVAILABLE: "not taken"}


def _path(place: Place, path_query: str) -> str:
    """The hook's path with the names of its parameters: a handshake's values are secrets."""
    _, _, query = path_query.partition("?")
    if not query:
        return "/".join(("/hooks", *place))
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True) if name.replace(".", "").replace("_", "").isalnum()]
    shown = "&".join(f"{name}=…" for name in names[:NAMES_SHOWN])
    return "/".join(("/hooks", *place)) + (f"?{shown}" if shown else "")


def _kinds(seen: Sequence[Incoming | Unparsed]) -> tuple[str, ...]:
    """The kinds with how often each came, as `said ×2`."""
    if len(seen) == 1:
        # Nearly all visits, at thousands a second: counting one costs more than all else here.
        return (_kind(seen[0]),)
    found = Counter(map(_kind, seen))
    return tuple(kind if n == 1 else f"{kind} ×{n}" for kind, n in found.items())


def _kind(one: Incoming | Unparsed) -> str:
    return str(one.body.__struct_config__.tag) if isinstance(one, Incoming) else "not understood"
