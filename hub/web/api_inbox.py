"""The API's routes of the inbox: its views page by page."""

from http import HTTPStatus

from hub.model.people import Right
from hub.web import inbox_shapes as shapes
from hub.web.problems import refusal
from hub.web.routes import Answer, Ask, Rooms, Route


async def _inbox(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.InboxQuery = ask.query
    agent = query.agent or ask.caller.name
    feed = ""
    try:
        page = await rooms.inbox.page(query.view, agent, query.limit, query.cursor)
    except ValueError as error:
        raise refusal(HTTPStatus.BAD_REQUEST, "This cursor is not one of ours: start without one.", field="$.cursor") from error
    counts = await rooms.inbox.index.counts(agent)
    return Answer(HTTPStatus.OK, shapes.InboxPage(conversations=page.cards, next=page.next, counts=counts, feed=feed))


INBOX_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/inbox", name="readInbox", right=Right.LOOK, take=_inbox, query=shapes.InboxQuery,
        answers={HTTPStatus.OK: shapes.InboxPage}, summary="List the conversations of a view of the inbox as cards.",
    ),
)  # fmt: skip
