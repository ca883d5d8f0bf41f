"""A look at one channel account: what its provider says of credentials, webhook, events and expiry, and what its clock tells of ours."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, TraceConfig, TraceRequestEndParams
from msgspec.structs import replace

from hub.model.channels.abilities import Connection, Connects
from hub.model.channels.look import By, Code, Grade, Point, Seen, phrase
from hub.model.channels.ports import Channel, Clock
from hub.model.errors import HubError, Misconfigured, OutcomeUnknown, SendError, TemporaryFailure, Throttled

log = structlog.get_logger()

SECONDS = 10.0
"""The longest a look takes by itself; whoever looks at many gives each so long, all at once."""
LEARNING_TRIES, LEARNING_S = 4, 0.7

SOON_MS = 7 * 24 * 3600 * 1000
"""Credentials that nobody renews are told of from so long before their end."""

SKEW_DOUBTFUL_S, SKEW_WRONG_S = 5.0, 60.0
"""Signatures bear times: most providers' are good for five minutes, and what is timed comes at the wrong moment long before."""

GREETING = "A webhook is a GET or a POST."
"""What this hub answers to another method at the hook of an account that it has (hub/web/webhooks/door.py)."""

HUB_RENEWS = "hub_renews"
"""Code of a failure: whoever only looks may not use a refresh token, which works once; the running hub renews it."""

_NO_SUCH = "There is no such channel account"
_METHOD_NOT_ALLOWED, _NOT_FOUND = 405, 404

LookAt = Callable[[tuple[str, str]], Awaitable[Seen]]
"""Looks at one account (kind, name); never raises for what it finds."""


class Watch:
    """Compares the Date header of each answer with our clock; its `traces` go into the session that asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skew: float | None = None

    def traces(self) -> TraceConfig:
        """What has a session tell us of its answers."""
        traces = TraceConfig()
        traces.on_request_end.append(self._ended)
        return traces

    async def _ended(self, _session: ClientSession, _context: SimpleNamespace, params: TraceRequestEndParams) -> None:
        told = params.response.headers.get("Date", "")
        try:
            theirs = parsedate_to_datetime(told).timestamp()
        except (ValueError, TypeError, IndexError):
            return
        # The header has whole seconds: theirs is at some moment within the one it names, and ours a trip later.
        apart = self._clock.now() / 1000 - theirs
        apart = apart if apart < 0 else max(0.0, apart - 1.0)
        self.skew = apart if self.skew is None or abs(apart) < abs(self.skew) else self.skew


def connects(channel: object) -> Connects | None:
    """The channel as one that can be looked at and connected; None where it cannot."""
    both = callable(getattr(channel, "look", None)) and callable(getattr(channel, "connect", None))
    return channel if both else None  # type: ignore[return-value]  # seen by its methods


class Looking:
    """One look. `hook_url`: where events shall go, empty: this hub has no public address."""

    def __init__(self, channel: Channel, hook_url: str, *, clock: Clock, watch: Watch, by: By = By.WEBHOOK) -> None:
        self._channel = channel
        self._hook_url = hook_url
        self._clock = clock
        self._watch = watch
        self._by = by

    async def look(self, *, seconds: float = SECONDS) -> Seen:
        """Ask the provider, changing nothing; what is wrong is a point, whatever it is."""
        asked = connects(self._channel)
        if asked is None:
            return self._seen((Point(code=Code.LOOKS_NOT, grade=Grade.UNTOLD),))
        return await self._asked(asked.look, seconds)

    async def connect(self, *, seconds: float = SECONDS) -> Seen:
        """Have events brought to the hook where an API exists; else the clicks are told."""
        asked = connects(self._channel)
        return await (self.look() if asked is None else self._asked(asked.connect, seconds))

    async def _asked(self, ask: Callable[[str], Awaitable[Connection]], seconds: float) -> Seen:
        try:
            async with asyncio.timeout(seconds):
                found = await ask(self._hook_url)
        except TimeoutError:
            return self._seen((Point(code=Code.SLOW, grade=Grade.DOUBTFUL, values={"seconds": f"{seconds:g}"}),))
        except HubError as error:
            return self._seen((self._refused(error),))
        except Exception as error:
            # A channel is foreign code: what breaks it here must not end the round over all accounts.
            log.exception("look broke", channel=self._channel.kind, account=self._channel.account)
            broken = phrase("look.broke", error=type(error).__name__)
            return self._seen((Point(code=Code.PROBLEM, grade=Grade.WRONG, phrase=broken),))
        return self._seen(self._points(found), found)

    def _seen(self, points: tuple[Point, ...], found: Connection | None = None) -> Seen:
        found = found or Connection()
        if self._watch.skew is not None:
            points = (*points, _of_clock(self._watch.skew))
        return Seen(
            channel=self._channel.kind,
            account=self._channel.account,
            at=self._clock.now(),
            points=points,
            name=found.name,
            hook=found.hook,
            until=found.until,
            renews=found.renews,
            clicks=found.clicks,
            skew=self._watch.skew,
        )

    def _points(self, found: Connection) -> tuple[Point, ...]:
        return (
            *_of_credentials(found),
            self._of_hook(found),
            *_of_events(found),
            *_of_expiry(found, self._clock.now()),
            *(Point(code=Code.PROBLEM, grade=Grade.WRONG, phrase=each) for each in found.problems),
            *(Point(code=Code.REMARK, grade=Grade.DOUBTFUL, phrase=each) for each in found.remarks),
        )

    def _of_hook(self, found: Connection) -> Point:
        if self._by is By.POLLING:
            return Point(code=Code.POLLED, grade=Grade.GOOD)
        if not self._hook_url:
            return Point(code=Code.HOOK_NO_ADDRESS, grade=Grade.DOUBTFUL)
        values = {"hook": found.hook, "wanted": self._hook_url}
        if not found.tells_hook:
            return Point(code=Code.HOOK_UNTOLD, grade=Grade.UNTOLD, values=values)
        if not found.hook:
            return Point(code=Code.HOOK_NONE, grade=Grade.WRONG, values=values)
        if found.hook != self._hook_url:
            return Point(code=Code.HOOK_ELSEWHERE, grade=Grade.WRONG, values=values)
        return Point(code=Code.HOOK_HERE, grade=Grade.GOOD, values=values)

    def _refused(self, error: HubError) -> Point:
        match error:
            case Misconfigured(reason=reason, code=code):
                return Point(code=Code.REFUSED, grade=Grade.WRONG, values={"reason": _told(reason, code)})
            case Throttled():
                return Point(code=Code.THROTTLED, grade=Grade.DOUBTFUL)
            case TemporaryFailure(code=code) if code == HUB_RENEWS:
                return Point(code=Code.AWAY, grade=Grade.DOUBTFUL, phrase=phrase("look.hub_renews"))
            case TemporaryFailure(reason=reason, code=code) | OutcomeUnknown(reason=reason, code=code):
                return Point(code=Code.AWAY, grade=Grade.DOUBTFUL, values={"reason": _told(reason, code)})
            case SendError(reason=reason, code=code):
                return Point(code=Code.DECLINED, grade=Grade.WRONG, values={"reason": _told(reason, code)})
            case _:
                away = phrase("look.store_away", error=type(error).__name__)
                return Point(code=Code.AWAY, grade=Grade.DOUBTFUL, phrase=away)


def before_it_is_kept(seen: Seen) -> Seen:
    """What a look at an account says that nobody has saved yet: what only saving and connecting bring is not wrong, and no click is due."""
    return replace(seen, points=tuple(_early(point) for point in seen.points), clicks=())


def _early(point: Point) -> Point:
    match point.code:
        case Code.HOOK_NONE:
            return replace(point, grade=Grade.UNTOLD, phrase=phrase("look.hook_later"))
        case Code.HOOK_ELSEWHERE:
            return replace(point, grade=Grade.DOUBTFUL, phrase=phrase("look.hook_moves", hook=point.values.get("hook", "")))
        case Code.EVENTS_MISSING:
            return replace(point, grade=Grade.UNTOLD, phrase=phrase("look.events_later", events=point.values.get("events", "")))
        case Code.NOT_KNOWN_THERE:
            return replace(point, grade=Grade.GOOD, phrase=phrase("look.reached_early"))
        case _:
            return point


async def reach(session: ClientSession, hook_url: str, *, seconds: float = SECONDS, tries: int = LEARNING_TRIES) -> Point:
    """Whether the public address leads to a hub that has this account: asked as anybody would, by a method no webhook has.

    A hub that does not know the account is asked again: each of its processes learns of a new one within a second or two.
    """
    point = await _reach(session, hook_url, seconds=seconds)
    for _ in range(tries):
        if point.code is not Code.NOT_KNOWN_THERE:
            break
        await asyncio.sleep(LEARNING_S)
        point = await _reach(session, hook_url, seconds=seconds)
    return point


async def _reach(session: ClientSession, hook_url: str, *, seconds: float) -> Point:
    values = {"wanted": hook_url}
    try:
        async with session.options(hook_url, timeout=ClientTimeout(total=seconds), allow_redirects=False) as response:
            status, body = response.status, (await response.content.read(200)).decode(errors="replace")
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        return Point(code=Code.UNREACHED, grade=Grade.DOUBTFUL, values={**values, "reason": type(error).__name__})
    if status == _METHOD_NOT_ALLOWED and body.startswith(GREETING):
        return Point(code=Code.REACHED, grade=Grade.GOOD, values=values)
    if status == _NOT_FOUND and body.startswith(_NO_SUCH):
        return Point(code=Code.NOT_KNOWN_THERE, grade=Grade.WRONG, values=values)
    return Point(code=Code.OTHER_HOUSE, grade=Grade.DOUBTFUL, values={**values, "status": str(status)})


def _told(reason: str, code: str) -> str:
    reason = reason.rstrip(". ")
    return f"{reason}, {code}" if reason and code and code not in reason else reason or code or "no reason told"


def _of_credentials(found: Connection) -> Iterator[Point]:
    if found.proven:
        named = phrase("look.taken_of", name=found.name) if found.name else None
        yield Point(code=Code.TAKEN, grade=Grade.GOOD, phrase=named)


def _of_events(found: Connection) -> Iterator[Point]:
    if found.missing:
        yield Point(code=Code.EVENTS_MISSING, grade=Grade.WRONG, values={"events": ", ".join(found.missing)})
    elif found.tells_events:
        yield Point(code=Code.EVENTS_ALL, grade=Grade.GOOD)


def _of_expiry(found: Connection, now: int) -> Iterator[Point]:
    if not found.until:
        return
    day = datetime.fromtimestamp(found.until / 1000, UTC).strftime("%Y-%m-%d")
    values, left = {"until": str(found.until), "day": day}, found.until - now
    if found.renews and left > 0:
        yield Point(code=Code.RENEWED, grade=Grade.GOOD, values=values)
    elif left <= 0:
        yield Point(code=Code.ENDED, grade=Grade.WRONG, values=values)
    elif left < SOON_MS:
        yield Point(code=Code.ENDS_SOON, grade=Grade.DOUBTFUL, values=values)
    else:
        yield Point(code=Code.ENDS, grade=Grade.GOOD, values=values)


def _of_clock(skew: float) -> Point:
    apart = abs(skew)
    if apart < SKEW_DOUBTFUL_S:
        return Point(code=Code.CLOCK, grade=Grade.GOOD)
    seconds = f"{apart:.0f}"
    way = phrase("look.clock_ahead", seconds=seconds) if skew > 0 else phrase("look.clock_behind", seconds=seconds)
    grade = Grade.WRONG if apart >= SKEW_WRONG_S else Grade.DOUBTFUL
    return Point(code=Code.CLOCK_OFF, grade=grade, values={"seconds": seconds}, phrase=way)
