"""The demo shop's server side as the hub sees it: logins it signs, orders it tells, and what became of its reminders."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import json

from config.chatting import login_secret
from config.serve import Process
from hub.model.address import Address, shop_address
from hub.model.chat import session_address
from hub.model.errors import BadSignature
from hub.model.login import write_login
from hub.model.record import Live
from hub.model.runs import Run, RunState
from hub.store.customers import Customers
from sandbox.store.accounts import Account
from sandbox.store.server import Clock

log = structlog.get_logger()
LOGIN_S = 3600
TRACK_S = 5.0
WEB = "web"


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


def reminders(process: Process) -> Callable[[str, str], Awaitable[Sequence[Mapping[str, object]]]]:
    """What became of the reminders to who holds a chat session's token, or is signed in: the newest run's steps, and its next one."""
    customers = Customers(process.store.links, process.store.keys)

    async def told(session: str, user: str) -> Sequence[Mapping[str, object]]:
        for address in _addresses(process, session, user):
            customer = await customers.at(address)
            record = await customers.find(customer) if customer else None
            if isinstance(record, Live) and record.runs:
                return _steps(record.runs[-1])
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


def _steps(run: Run) -> tuple[Mapping[str, object], ...]:
    told = [{"step": one.step, "outcome": one.outcome, "reason": one.reason, "at": one.at} for one in run.told if one.outcome != "waited"]
    if run.state is RunState.WAITING and run.due:
        told.append({"step": run.step, "outcome": "waiting", "reason": "", "at": run.due})
    if run.ended:
        told.append({"step": "", "outcome": "ended", "reason": run.end, "at": run.ended})
    return tuple(told[-3:])
