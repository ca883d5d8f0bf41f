"""The providers' door: receive, verify, parse, make durable, 200. Nothing else happens in the request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog
from aiohttp import web
from msgspec.structs import replace

from hub.engine.counters import Counters
from hub.engine.monitoring.looking import GREETING
from hub.engine.receiving.keeping import NOWHERE, UNSTORABLE, CaseKeeper, Keeping
from hub.model.alerts.enforcement import Enforced
from hub.model.channels.exchange import Exchange
from hub.model.channels.ports import Channel, Clock, Inbound, Reply
from hub.model.errors import BadSignature, StoreAway, StoreFull, Unparseable
from hub.model.events.event import Incoming, Unparsed
from hub.model.ids import new_id
from hub.store.channels.calls import Place
from hub.store.encoding.codec import encode
from hub.web.http.origin import Origin
from hub.web.webhooks.fast_path import Door
from hub.web.webhooks.lean_request import Taken, read_body
from hub.web.webhooks.visit_log import Visits
from hub.web.webhooks.warnings import Enforce, Warnings

BODY_BYTES = 1024 * 1024
"""More than any provider sends: the largest documented is Meta's batch of 1,000 events."""

RETRY_AFTER_S = 5
_PIECE = 65_536
_FORGED = "The signature is missing or wrong: check the secret on both sides."
_NO_SUCH = "There is no such channel account: check the webhook address, or connect it first."
_AWAITED = "This account cannot be used just now: see `hub check`."

log = structlog.get_logger(__name__)

Route = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Intake(Protocol):
    """Makes what channels understood durable."""

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        """Durable when it returns, repeats within `days` dropped; raises StoreFull where neither server nor spool can take it."""
        ...


async def _nobody_minds(_account: str, _told: Enforced) -> None:
    """Where nobody watches."""


class Hooks:
    """Serves `/hooks/{channel}/{account}`: one handler for all, and one door per account that is known at start.

    `channels` may change meanwhile; `awaits`: whether an account that is not among them may be ours all the same;
    `enforce` is told what providers hold against accounts.
    """

    def __init__(
        self,
        channels: Mapping[tuple[str, str], Channel],
        intake: Intake,
        *,
        cases: CaseKeeper,
        counters: Counters,
        origin: Origin,
        clock: Clock,
        entropy: Callable[[], int],
        told: Callable[[Place, Exchange], None] = lambda _place, _exchange: None,
    ) -> None:
        self.awaits: Callable[[Place], bool] = lambda _place: False
        self.enforce: Enforce = _nobody_minds
        self._visits = Visits(told, clock=clock)
        self._channels = channels
        self._intake = intake
        self._keeping = Keeping(cases, counters, clock)
        self._counters = counters
        self._origin = origin
        self._clock = clock
        self._entropy = entropy
        self._taken = Taken()
        self._warnings = Warnings(
            self._enforced,
            ours=self._by_own_id, verify=self._verify, visits=self._visits, counters=counters, clock=clock,
        )  # fmt: skip

    def routes(self) -> list[web.RouteDef]:
        """A plain path for each account known now, found without a pattern; a pattern for those that come later."""
        known = [web.route("*", f"/hooks/{kind}/{account}", self._door(kind, account)) for kind, account in self._channels]
        return [*known, web.route("*", "/hooks/{channel}/{account}", self._any), web.route("*", "/hooks/{rest:.*}", self._any)]

    def doors(self) -> dict[str, Door]:
        """The short way to the accounts known now; none without a public address, for then a request must tell where it came to."""
        if not self._origin.public_url:
            return {}
        return {f"/hooks/{kind}/{account}": partial(self._by_door, (kind, account)) for kind, account in self._channels}

    async def _by_door(self, place: Place, path: str, headers: Mapping[str, str], body: bytes) -> web.Response | None:
        if (channel := self._channels.get(place)) is None:
            return self._nobodys(place)
        kind = place[0]
        url = self._origin.public_url + path
        return await self._answered(kind, channel, Inbound(method="POST", url=url, path_query=path, headers=headers, body=body))

    def _door(self, kind: str, account: str) -> Route:
        async def door(request: web.Request) -> web.StreamResponse:
            return await self.receive(request, kind, account)

        return door

    async def _any(self, request: web.Request) -> web.StreamResponse:
        return await self.receive(request, request.match_info.get("channel", ""), request.match_info.get("account", ""))

    async def receive(self, request: web.Request, kind: str, account: str) -> web.StreamResponse:
        """Answer one request of a provider. 200 means: durable. 403, 404, 405, 413 and 503 say why in a sentence."""
        channel = self._channels.get((kind, account))
        if channel is None:
            return self._nobodys((kind, account))
        if request.method not in {"POST", "GET"}:
            return self._refused(kind, "method", _text(405, GREETING, Allow="GET, POST"))
        path = request.raw_path
        url = self._origin.base(request) + path
        empty = Inbound(method=request.method, url=url, path_query=path, headers=request.headers, body=b"")
        try:
            inbound = replace(empty, body=await self._body(request, channel, empty))
        except web.HTTPRequestEntityTooLarge as error:
            return self._refused(kind, "large", _text(413, error.text or f"A webhook may have {BODY_BYTES} bytes."))
        except BadSignature:
            return self._refused(kind, "forged", _text(403, _FORGED))
        answer = await self._answered(kind, channel, inbound)
        if answer is None:
            return self._taken if Taken.fits(request) else web.Response()
        return answer

    def _nobodys(self, place: Place) -> web.Response:
        """Of no account at work. One that may be ours all the same is told to come again, so that nothing of it is lost."""
        if self.awaits(place):
            return self._refused("?", "awaited", _text(503, _AWAITED, **{"Retry-After": str(RETRY_AFTER_S)}))
        return self._refused(
            "?", "unknown", _text(404, "There is no such channel account: check the webhook address, or connect it first.")
        )

    async def _body(self, request: web.Request, channel: Channel, empty: Inbound) -> bytes:
        """The raw body. A large one is read only where its headers alone have shown who sends it; raises BadSignature."""
        told = request.content_length or 0
        most = max(channel.capabilities.webhook_bytes, BODY_BYTES)
        if told > most:
            raise web.HTTPRequestEntityTooLarge(most, told, text=f"A webhook may have {most} bytes.")
        if told <= BODY_BYTES:
            return await read_body(request, at_most=BODY_BYTES)
        self._verify(channel, empty)
        body = bytearray()
        async for piece in request.content.iter_chunked(_PIECE):
            body += piece
        return bytes(body)

    async def _answered(self, kind: str, channel: Channel, inbound: Inbound) -> web.Response | None:
        """Take one request of a known account, and tell the channel's log of it; None: a plain 200."""
        at, began, seen = self._clock.now(), self._clock.boottime(), list[Incoming | Unparsed]()
        answer = await self._outcome(kind, channel, inbound, seen)
        self._visits.note((kind, channel.account), inbound, seen, at=at, began=began, status=answer.status if answer else 200)
        return answer

    async def _outcome(self, kind: str, channel: Channel, inbound: Inbound, seen: list[Incoming | Unparsed]) -> web.Response | None:
        try:
            self._verify(channel, inbound)
            reply = await self._take(channel, inbound, seen)
            await self._warnings.take(channel, inbound)
        except BadSignature:
            return self._refused(kind, "forged", _text(403, _FORGED))
        except (StoreAway, StoreFull):
            # Not durable, so not 200: every provider comes again on a 5xx.
            return self._refused(kind, "full", _text(503, "Not taken: come again.", **{"Retry-After": str(RETRY_AFTER_S)}))
        self._counters.webhooks[kind, "taken"] += 1
        return None if reply is None else web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)

    def _verify(self, channel: Channel, inbound: Inbound) -> None:
        """Raise BadSignature; a check that itself breaks on strange bytes has not shown who wrote them either."""
        try:
            channel.verify(inbound)
        except BadSignature:
            raise
        except Exception as error:
            log.exception("signature check broke", channel=channel.kind, account=channel.account)
            raise BadSignature(type(error).__name__) from error

    async def _take(self, channel: Channel, inbound: Inbound, seen: list[Incoming | Unparsed]) -> Reply | None:
        """Parse and make durable; what is not understood is kept as it came. `seen` gets what was made of it."""
        try:
            events = self._with_siblings(channel, inbound, channel.parse(inbound))
            seen += events
        except Unparseable as error:
            await self._keep(channel, inbound, Unparsed(fields=(), reason=str(error)))
            return None
        except Exception as error:  # noqa: BLE001 - whatever breaks a parser must not cost the message: it is kept and can be replayed
            await self._keep(channel, inbound, Unparsed(fields=(), reason=f"the parser broke: {type(error).__name__}"))
            return None
        understood = [event for event in events if isinstance(event, Incoming)]
        odd = [event for event in events if isinstance(event, Unparsed)]
        if len(understood) > 1:
            # One alone is tried as it is; among others it must not stop those behind it.
            fit = [event for event in understood if _fits(event)]
            odd += [NOWHERE] * (len(understood) - len(fit))
            understood = fit
        if understood:
            try:
                await self._intake.accept(understood, days=channel.capabilities.retry_horizon_days)
            except UNSTORABLE:
                await self._keep(channel, inbound, NOWHERE)
                return None
        if odd:
            await self._keep(channel, inbound, *odd)
        return channel.answer(inbound, events)

    async def _enforced(self, account: str, told: Enforced) -> None:
        await self.enforce(account, told)

    def _with_siblings(self, channel: Channel, inbound: Inbound, events: list[Incoming | Unparsed]) -> list[Incoming | Unparsed]:
        """The events; in place of what is for other accounts of this hub, what those make of it."""
        own = getattr(channel, "own_id", "")
        others = dict.fromkeys(event.recipient for event in events if event.recipient and event.recipient != own) if own else {}
        if not others:
            return events
        ours = self._by_own_id(channel.kind)
        read = {other: found for other in others if (found := self._by_sibling(ours, other, inbound)) is not None}
        return [*(event for event in events if event.recipient not in read), *(event for found in read.values() for event in found)]

    def _by_own_id(self, kind: str) -> dict[str, Channel]:
        """The accounts of this kind by what their provider calls them, as far as they say."""
        return {own: one for (its, _), one in self._channels.items() if its == kind and (own := getattr(one, "own_id", ""))}

    def _by_sibling(self, ours: Mapping[str, Channel], recipient: str, inbound: Inbound) -> list[Incoming | Unparsed] | None:
        """Its own part of a request, if it is signed for it too, else nobody's; None where nobody here is that account."""
        sibling = ours.get(recipient)
        if sibling is None:
            return None
        try:
            self._verify(sibling, inbound)
        except BadSignature:
            return [Unparsed(fields=(), reason="for another account, and not signed by its app", recipient=recipient)]
        # It reads the whole request too: what is for a third account is that one's.
        others = ours.keys() - {recipient}
        return [
            event
            for event in sibling.parse(inbound)
            if event.recipient not in others and (isinstance(event, Incoming) or not event.recipient)
        ]

    async def _keep(self, channel: Channel, inbound: Inbound, *odd: Unparsed) -> None:
        case = new_id("ca", now=self._clock.now(), entropy=self._entropy())
        await self._keeping.keep((channel.kind, channel.account), inbound, odd, id=case)

    def _refused(self, kind: str, outcome: str, answer: web.Response) -> web.Response:
        self._counters.webhooks[kind, outcome] += 1
        return answer


def _fits(event: Incoming) -> bool:
    """Whether the event can be stored."""
    try:
        encode(event)
    except UNSTORABLE:
        return False
    return True


def _text(status: int, sentence: str, **headers: str) -> web.Response:
    return web.Response(status=status, text=sentence + "\n", headers=headers)
