"""The demo shop's server side as the hub sees it: logins it signs, orders it tells, and what became of its reminders."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import json

from config.serving.process import Process
from config.wiring.chat import login_secret
from hub.model.address import Address, shop_address
from hub.model.customers.cart import CART_TIMER
from hub.model.customers.record import Live
from hub.model.customers.runs import RunState
from hub.model.errors import BadSignature
from hub.model.webchat.chat import session_address
from hub.model.webchat.login import write_login
from hub.nudges.explain import explain
from hub.nudges.reasons import REASONS
from hub.nudges.rules import Rules, Switches
from hub.nudges.verdict import Outcome
from hub.store.customers.records import Customers
from sandbox.store.accounts import Account
from sandbox.store.server import Clock

log = structlog.get_logger()
LOGIN_S = 3600
TRACK_S = 5.0
WEB = "web"
MOST = 4
"""Lines the demo's bar has room for."""


def signed_login(process: Process, clock: Clock) -> Callable[[Account], str]:
    """The token with which the shop vouches for an account, good for an hour of the demo's clock."""
    key = login_secret(process.settings, process.secrets).encode()

    def token(account: Account) -> str:
        now = clock.now() // 1000
        traits = {"name": account.name, "email": account.email, "phone": account.phone, "language": account.language}
        return write_login(account.id, key=key, iat=now, exp=now + LOGIN_S, **traits)

    return token


def server_track(process: Process, http: ClientSession) -> Callable[[Mapping[str, object]], Awaitable[None]]:
    """Calls of the Segment spec from the shop's server; an order stands, whether or not the hub could be told of it."""
    url = f"http://127.0.0.1:{process.port}/v1/track"
    headers = {"Authorization": f"Bearer {process.secrets.api_token}", "Content-Type": "application/json"}

    async def track(call: Mapping[str, object]) -> None:
        try:
            async with http.post(url, data=json.encode(call), headers=headers, timeout=ClientTimeout(total=TRACK_S)) as answer:
                if answer.status >= 300:  # noqa: PLR2004 - any answer but success
                    log.warning("the hub did not take the shop's event", status=answer.status)
        except (ClientError, TimeoutError) as error:
            log.warning("the hub could not be told of an order", error=type(error).__name__)

    return track


def reminders(process: Process, clock: Clock) -> Callable[[str, str], Awaitable[Sequence[Mapping[str, object]]]]:
    """What became of the reminders to who holds a chat session's token, or is signed in, and what the gate would say now."""
    customers = Customers(process.store.links, process.store.keys)
    rules = process.rules

    async def told(session: str, user: str) -> Sequence[Mapping[str, object]]:
        for address in _addresses(process, session, user):
            customer = await customers.at(address)
            record = await customers.find(customer) if customer else None
            if isinstance(record, Live) and (record.runs or record.cart):
                return _lines(record, rules, now=clock.now())
        return ()

    return told


def _addresses(process: Process, session: str, user: str) -> tuple[Address, ...]:
    mine = (shop_address(user),) if user else ()
    if not session:
        return mine
    try:
        return (session_address(session, account=WEB, key=process.secrets.session_key), *mine)
    except BadSignature:
        return mine


def _lines(record: Live, rules: Rules, *, now: int) -> tuple[Mapping[str, object], ...]:
    """The newest run's last steps; what is waited for; and while nothing went, the gate's verdict as it stands now."""
    run = record.runs[-1] if record.runs else None
    lines = [
        _line(one.outcome, at=one.at, reason=one.reason, step=one.step) for one in (run.told if run else ()) if one.outcome != "waited"
    ]
    if run and run.ended:
        lines.append(_line("ended", at=run.ended, reason=run.end))
    elif run and run.due > now and run.state is RunState.WAITING:
        lines.append(_line("waiting", at=run.due, step=run.step))
    if CART_TIMER in record.timers and record.cart and record.cart.open:
        lines.append(_line("watched", at=record.timers[CART_TIMER].due))
    journey = next((one for one in rules.book.values() if one.entry == "Cart Abandoned"), None)
    if journey and record.cart and record.cart.open and not (run and (run.ended or run.told)):
        found = explain(record, journey, step="", now=now, rules=rules, switches=Switches())
        if found.verdict == Outcome.REFUSE.value:
            lines.append(_line("now", at=now, reason=found.reason, step=found.step))
    return tuple(lines[-MOST:])


def _line(outcome: str, *, at: int, reason: str = "", step: str = "") -> Mapping[str, object]:
    return {"outcome": outcome, "at": at, "step": step, "reason": reason, "words": dict(REASONS.get(reason, {}))}
