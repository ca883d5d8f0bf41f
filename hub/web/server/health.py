"""Is the process alive, can it serve: for load balancers, containers and people."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from msgspec import Struct, json

from hub.model.errors import HubError
from hub.web.http.headers import JSON_HEADERS

DEADLINE_S = 1.0
TIME_HEADER = "X-Hub-Time"
"""The hub's clock in ms since 1970, by which the console reckons how long ago something was."""

log = structlog.get_logger(__name__)


Check = Callable[[], Awaitable[None]]
"""Returns where all is well, raises NotReady with a sentence where it is not."""


class Readiness(Struct, frozen=True):
    """`reasons`: which part is not ready → why."""

    ready: bool
    reasons: dict[str, str]


class Health:
    """`/healthz` says that the process answers, and what time it has; `/readyz` asks every part, each for at most a second."""

    def __init__(self, checks: Mapping[str, Check], *, deadline: float = DEADLINE_S, now: Callable[[], int] | None = None) -> None:
        self._checks = checks
        self._now = now
        self._deadline = deadline

    def routes(self) -> list[web.RouteDef]:
        """Both pages; they need no token, for they tell nothing of customers."""
        return [web.get("/healthz", self._alive), web.get("/readyz", self._ready)]

    async def readiness(self) -> Readiness:
        """What every part says now."""
        reasons = await asyncio.gather(*(self._reason(check) for check in self._checks.values()))
        found = {name: reason for name, reason in zip(self._checks, reasons, strict=True) if reason}
        return Readiness(ready=not found, reasons=found)

    async def _reason(self, check: Check) -> str:
        """Why not; '' where all is well. A check that breaks is a reason too."""
        try:
            async with asyncio.timeout(self._deadline):
                await check()
        except TimeoutError:
            return f"No answer within {self._deadline:g} s."
        except HubError as error:
            return str(error) or type(error).__name__
        except Exception as error:
            log.exception("readiness check broke")
            return f"The check itself broke ({type(error).__name__}): see the log."
        return ""

    async def _alive(self, request: web.Request) -> web.Response:
        told = {TIME_HEADER: str(self._now())} if self._now else {}
        return web.Response(text="alive\n", headers={**JSON_HEADERS, **told})

    async def _ready(self, request: web.Request) -> web.Response:
        readiness = await self.readiness()
        status = 200 if readiness.ready else 503
        return web.Response(status=status, body=json.encode(readiness), content_type="application/json", headers=dict(JSON_HEADERS))
