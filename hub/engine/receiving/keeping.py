"""What nobody understood, by webhook or by asking: put aside whole and sealed, to be taken again once a version understands it."""

from collections.abc import Sequence
from typing import Protocol

import structlog
from msgspec import Struct

from hub.engine.counters import Counters
from hub.model.channels.ports import Clock, Inbound
from hub.model.events.event import Unparsed
from hub.store.channels.calls import Place
from hub.store.channels.cases import Case

FIELDS_NAMED = 40
NAME_LENGTH = 60
REASON_LENGTH = 400
UNSTORABLE = (UnicodeEncodeError, OverflowError)
NOWHERE = Unparsed(fields=(), reason="half a character in a text, or a number of more than 64 bits")
"""Both can be written in JSON, but nowhere else: no store takes them."""
_SECRET_HEADERS = ("authorization", "cookie", "secret", "signature", "token")

log = structlog.get_logger(__name__)


class CaseKeeper(Protocol):
    """Keeps what came from a provider and was not understood."""

    async def keep(self, channel: str, account: str, case: Case) -> None:
        """Durable when it returns; raises StoreAway, StoreFull."""
        ...


class Keeping(Struct, frozen=True):
    """Keeps and counts it; only names of fields reach the log."""

    cases: CaseKeeper
    counters: Counters
    clock: Clock

    async def keep(self, place: Place, inbound: Inbound, odd: Sequence[Unparsed], *, id: str) -> None:  # noqa: A002 - the field's name
        """Put the whole request aside under this id, durable when it returns; raises StoreAway, StoreFull."""
        what = _summed(odd)
        case = Case(
            id=id,
            at=self.clock.now(),
            method=inbound.method,
            url=_storable(inbound.url),
            path_query=_storable(inbound.path_query),
            headers={n.lower(): _storable(v) for n, v in inbound.headers.items() if not any(word in n.lower() for word in _SECRET_HEADERS)},
            body=inbound.body,
            reason=_storable(what.reason),
            fields=tuple(_storable(field) for field in what.fields),
        )
        await self.cases.keep(*place, case)
        self.counters.unparsed += 1
        log.warning("not understood", channel=place[0], account=place[1], case=case.id, fields=case.fields, reason=case.reason)


def _summed(parts: Sequence[Unparsed]) -> Unparsed:
    """Several elements that were not understood, as one: a handful of names, each cut to a name's length."""
    names = dict.fromkeys(name[:NAME_LENGTH] for part in parts for name in part.fields)
    reason = "; ".join(dict.fromkeys(part.reason for part in parts if part.reason))
    return Unparsed(fields=tuple(names)[:FIELDS_NAMED], reason=reason[:REASON_LENGTH])


def _storable(text: str) -> str:
    """Text as UTF-8 can hold it: header and path bytes that are not UTF-8 arrive as lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()
