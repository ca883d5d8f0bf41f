"""The event door's lines in the OpenAPI page; they are served by `hub/web/tracking/door.py`, which knows write keys and pages."""

from http import HTTPStatus

from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.auth.callers import Open
from hub.web.http.problems import refusal
from hub.web.tracking.shapes import BatchCall, BatchTaken, IdentifyCall, Success, TrackCall


async def _elsewhere(_rooms: Rooms, _ask: Ask) -> Answer:
    raise refusal(HTTPStatus.NOT_FOUND, "This is served by the event door.")


EVENT_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST", path="/v1/track", name="track", right=Open.EVERYBODY, take=_elsewhere, body=TrackCall,
        answers={HTTPStatus.OK: Success},
        summary="Tell what somebody did in the shop (Segment spec). Write key by HTTP Basic, or a page's chat session.",
    ),
    Route(
        method="POST", path="/v1/identify", name="identify", right=Open.EVERYBODY, take=_elsewhere, body=IdentifyCall,
        answers={HTTPStatus.OK: Success}, summary="Tell who somebody is (Segment spec).",
    ),
    Route(
        method="POST", path="/v1/batch", name="batch", right=Open.EVERYBODY, take=_elsewhere, body=BatchCall,
        answers={HTTPStatus.OK: BatchTaken}, summary="Tell much at once; a bad element spares the rest.",
    ),
)  # fmt: skip
