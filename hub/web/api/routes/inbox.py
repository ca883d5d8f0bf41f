"""The API's routes of the inbox: its views page by page."""

from http import HTTPStatus

from hub.model.events.agents import CommentAsked
from hub.model.inbox.feed import FeedPresence, Present, View
from hub.model.shop.people import Right
from hub.web.api.routes.customers import between, deed, told
from hub.web.api.shapes import inbox as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.feed.listener import Listener
from hub.web.http.problems import refusal


async def _inbox(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.InboxQuery = ask.query
    agent = query.agent or ask.caller.name
    # Before the page: what changes while it is read is told once more rather than never.
    feed = await rooms.feed.here()
    try:
        page = await rooms.inbox.page(query.view, agent, query.limit, query.cursor)
    except ValueError as error:
        raise refusal(HTTPStatus.BAD_REQUEST, "This cursor is not one of ours: start without one.", field="$.cursor") from error
    counts = await rooms.inbox.index.counts(agent)
    return Answer(HTTPStatus.OK, shapes.InboxPage(conversations=page.cards, next=page.next, counts=counts, feed=feed))


async def _feed(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.FeedQuery = ask.query
    listener = Listener(ask.caller.name)
    listener.answers, listener.away = ask.caller.signed is not None and Right.TALK in ask.caller.rights, query.away
    try:
        listener.views = frozenset(View(name) for name in query.views.split(",") if name)
    except ValueError as error:
        raise refusal(
            HTTPStatus.BAD_REQUEST, "There is no such view: name queue, mine, open, resolved, comments.", field="$.views"
        ) from error
    customer = await rooms.feed.look(listener, query.customer)
    if ask.caller.signed is not None:
        user = ask.caller.signed.user
        rooms.presence.passed(Present(login=user.login, name=user.name, customer="" if query.away else customer))
    frames = [*await rooms.feed.since(listener, query.cursor), FeedPresence(people=rooms.presence.everybody)]
    return Answer(HTTPStatus.OK, shapes.FeedPage(frames=tuple(frames)))


async def _note(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.AgentNoteBody = ask.body
    customer, agent = await between(rooms, ask)
    outcome = await rooms.desk.note(
        customer, text=body.text, agent=agent, event_id=ask.event, conversation=body.conversation, mentions=body.mentions
    )
    return told(outcome, ask)


async def _reopen(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.ReopenBody = ask.body
    customer, agent = await between(rooms, ask)
    return told(await rooms.desk.reopen(customer, conversation=body.conversation, agent=agent, event_id=ask.event), ask)


async def _dismiss(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.DismissBody = ask.body
    customer, agent = await between(rooms, ask)
    return told(await rooms.desk.dismiss(customer, delivery=body.delivery, agent=agent, event_id=ask.event), ask)


async def _comment(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.CommentBody = ask.body
    customer, agent = await between(rooms, ask)
    asked = CommentAsked(agent=agent, verb=body.verb, comment=body.comment, text=body.text, conversation=body.conversation)
    return told(await rooms.desk.comment(customer, asked, event_id=ask.event), ask)


INBOX_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/inbox", name="readInbox", right=Right.LOOK, take=_inbox, query=shapes.InboxQuery,
        answers={HTTPStatus.OK: shapes.InboxPage}, summary="List the conversations of a view of the inbox as cards.",
    ),
    Route(
        method="GET", path="/api/feed/since", name="readFeed", right=Right.LOOK, take=_feed, query=shapes.FeedQuery,
        answers={HTTPStatus.OK: shapes.FeedPage},
        summary="Read what happened behind a cursor: the frames of the WebSocket /api/feed, for where it cannot be opened.",
    ),
    deed(
        "notes", "leaveNote", _note, body=shapes.AgentNoteBody,
        summary="Leave a note for colleagues on the timeline; the customer never sees it.",
    ),
    deed("reopen", "reopen", _reopen, body=shapes.ReopenBody, summary="Take back the closing of a conversation; it is yours then."),
    deed(
        "dismiss", "dismissDraft", _dismiss, body=shapes.DismissBody,
        summary="Say that a suppressed draft is of no use, so that colleagues do not see it again.",
    ),
    deed(
        "comments", "actOnComment", _comment, body=shapes.CommentBody,
        summary="Answer a comment in public, or once in private; hide or show it, like it or take that back.",
    ),
)  # fmt: skip
