"""What becomes of an error on its way out of the API or the event door: one answer for each, always JSON."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web

from hub.desk.passwords import Busy
from hub.model.errors import StoreAway, StoreFull
from hub.web.http.problems import Refusal, answered, refusal

RETRY_AFTER_S = 2

log = structlog.get_logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(take: Handler, *, name: str, again: str) -> Handler:
    """`take`, but every error is a problem. `name`: what the log calls it; `again`: how to ask anew while the store cannot take it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await take(request)
        except Refusal as refused:
            return answered(refused)
        except (StoreAway, StoreFull) as error:
            log.warning("store cannot serve a request", route=name, error=type(error).__name__)
            return answered(_later(again))
        except Busy:
            return answered(_later("Too many sign in at once: try again in a moment."))
        except Exception:
            log.exception("route broke", route=name)
            return answered(refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "This is our fault and is in the log: report it with the time."))

    return answer


def _later(detail: str) -> Refusal:
    return Refusal(refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail).problem, headers={"Retry-After": str(RETRY_AFTER_S)})
