"""The API's routes about customers: read one, take over, write, give back, close, merge, nudge, note; and the queue."""

import re
from http import HTTPStatus
from typing import assert_never

from msgspec import Struct

from hub.desk.asking import Claimed, Done, Refused, TakingOver
from hub.model.address import Address
from hub.model.customers.record import Asleep, Erased, Live, Record
from hub.model.events.event import Noted, NudgeAsked
from hub.model.events.merging import MergeAsked
from hub.model.files.kinds import ids_of
from hub.model.messaging.message import Message
from hub.model.shop.people import Right
from hub.model.words import OwnerKind, Purpose
from hub.store.customers.timeline import ForeignPlace
from hub.store.inbox.queue import Waiting
from hub.web.api.shapes import customers as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route, Take
from hub.web.http.problems import Problem, Refusal, refusal

_CUSTOMER = re.compile(r"cu-[0-9A-Za-z-]{1,60}")
_CODES = {"no_conversation": HTTPStatus.NOT_FOUND, "unknown": HTTPStatus.NOT_FOUND}


async def known(rooms: Rooms, customer: str) -> Record:
    """The customer's record, followed to where it moved; 404 for nobody, 410 for somebody forgotten."""
    record = await rooms.customers.find(customer) if _CUSTOMER.fullmatch(customer) else None
    if record is None:
        raise refusal(HTTPStatus.NOT_FOUND, "There is no such customer: take the id from a record or the queue.")
    if isinstance(record, Erased):
        raise refusal(HTTPStatus.GONE, "This customer asked to be forgotten: nothing is left to read or to write to.")
    return record


async def between(rooms: Rooms, ask: Ask) -> tuple[str, str]:
    """Whom a deed is about and who does it: the customer's id now, and the agent; raises as `known` and `Ask.acting`."""
    agent = ask.acting(ask.body.agent)
    return (await known(rooms, ask.path["customer"])).id, agent


def deed(word: str, name: str, take: Take, *, body: type[Struct], summary: str) -> Route:
    """The route of what an agent does to a conversation: done at once, or under way and to be asked for again."""
    answers = {HTTPStatus.OK: shapes.Settled, HTTPStatus.ACCEPTED: shapes.UnderWay}
    path = f"/api/customers/{{customer}}/{word}"
    return Route(method="POST", path=path, name=name, right=Right.TALK, take=take, body=body, answers=answers, summary=summary)


def told(outcome: Claimed | Done | Refused | TakingOver, ask: Ask) -> Answer:
    """What came of it, as status and body."""
    match outcome:
        case Claimed() | Done():
            body = shapes.Settled(
                event=ask.event, customer=outcome.customer, conversation=outcome.conversation, owner=outcome.owner, epoch=outcome.epoch
            )
            return Answer(HTTPStatus.OK, body)
        case TakingOver():
            detail = f"Still under way: ask again with the header Idempotency-Key: {ask.key}"
            return Answer(HTTPStatus.ACCEPTED, shapes.UnderWay(event=outcome.event, key=ask.key, detail=detail))
        case Refused():
            status = _CODES.get(outcome.code, HTTPStatus.CONFLICT)
            detail = outcome.text or "The customer's mailbox refused this: read the customer and try again."
            problem = Problem(title=status.phrase, status=status, detail=detail, code=outcome.code, owner=outcome.owner)
            raise Refusal(problem, headers={"Idempotency-Key": ask.key})
        case _:
            assert_never(outcome)


async def _claim(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.ClaimBody = ask.body
    customer, agent = await between(rooms, ask)
    return told(await rooms.desk.claim(customer, conversation=body.conversation, agent=agent, event_id=ask.event), ask)


async def _say(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.SayBody = ask.body
    message = _message(body)
    customer, agent = await between(rooms, ask)
    files = ids_of((piece.url for piece in message.attachments), rooms.base)
    if files and not await rooms.filing.sent(files):
        raise refusal(HTTPStatus.GONE, "A file of this message is not kept any more: attach it again.", field="$.attachments", code="file")
    outcome = await rooms.desk.say(customer, message=message, agent=agent, event_id=ask.event, conversation=body.conversation, to=body.to)
    return told(outcome, ask)


async def _release(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.ReleaseBody = ask.body
    customer, agent = await between(rooms, ask)
    outcome = await rooms.desk.release(
        customer, agent=agent, event_id=ask.event, conversation=body.conversation, summary=body.summary
    )  # fmt: skip
    return told(outcome, ask)


async def _resolve(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.ResolveBody = ask.body
    customer, agent = await between(rooms, ask)
    outcome = await rooms.desk.resolve(
        customer, agent=agent, event_id=ask.event, conversation=body.conversation, reason=body.reason
    )  # fmt: skip
    return told(outcome, ask)


async def _retry(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.RetryBody = ask.body
    customer, agent = await between(rooms, ask)
    return told(await rooms.desk.retry(customer, agent=agent, event_id=ask.event, delivery=body.delivery), ask)


def _message(body: shapes.SayBody | shapes.NudgeBody) -> Message:
    if not body.text and not body.attachments:
        raise refusal(HTTPStatus.BAD_REQUEST, "A message needs a text or an attachment.", field="$.text")
    return body.message()


async def _merge(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.MergeBody = ask.body
    one, other = (await known(rooms, ask.path["customer"])).id, (await known(rooms, body.other)).id
    if one == other:
        raise refusal(HTTPStatus.BAD_REQUEST, "These two are one customer already: nothing is left to merge.", field="$.other")
    new = await rooms.desk.tell(one, MergeAsked(other=other, evidence=body.evidence), event_id=ask.event)
    return Answer(HTTPStatus.ACCEPTED, shapes.Told(event=ask.event, repeated=not new))


async def _nudge(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.NudgeBody = ask.body
    message = _message(body)
    customer = (await known(rooms, ask.path["customer"])).id
    event = NudgeAsked(message=message, purpose=Purpose(body.purpose), not_after=body.not_after, key=body.key)
    new = await rooms.desk.tell(customer, event, event_id=ask.event)
    return Answer(HTTPStatus.ACCEPTED, shapes.Told(event=ask.event, repeated=not new))


async def _note(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.NoteBody = ask.body
    customer = (await known(rooms, ask.path["customer"])).id
    new = await rooms.desk.tell(customer, Noted(name=body.name, detail=body.detail), event_id=ask.event)
    return Answer(HTTPStatus.ACCEPTED, shapes.Told(event=ask.event, repeated=not new))


async def _read(rooms: Rooms, ask: Ask) -> Answer:
    return Answer(HTTPStatus.OK, await known(rooms, ask.path["customer"]))


async def _timeline(rooms: Rooms, ask: Ask) -> Answer:
    record = await known(rooms, ask.path["customer"])
    query: shapes.TimelineQuery = ask.query
    merged = record.merged if isinstance(record, Live) else ()
    try:
        page = await rooms.timeline.page((record.id, *merged), limit=query.limit, before=query.before)
    except ForeignPlace as error:
        raise refusal(HTTPStatus.BAD_REQUEST, "This place is not one of ours: start without one.", field="$.before") from error
    answer = shapes.Timeline(customer=record.id, lines=page.lines, before=page.before, older_away=page.older_away)
    return Answer(HTTPStatus.OK, answer)


async def _find(rooms: Rooms, ask: Ask) -> Answer:
    address = Address(channel=ask.path["channel"], account=ask.path["account"], id=ask.path["address"])
    customer = await rooms.customers.at(address)
    record = await rooms.customers.find(customer) if customer else None
    if record is None or isinstance(record, Erased):
        raise refusal(HTTPStatus.NOT_FOUND, "Nobody has written from this address: look at channel, account and id.")
    return Answer(HTTPStatus.OK, shapes.Found(customer=record.id))


async def _conversations(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.ConversationsQuery = ask.query
    try:
        page, after = await rooms.queue.waiting(query.limit, query.cursor)
    except ValueError as error:
        raise refusal(HTTPStatus.BAD_REQUEST, "This cursor is not one of ours: start without one.", field="$.cursor") from error
    shown = [waiting for waiting in page if await _waits(rooms, waiting)]
    return Answer(HTTPStatus.OK, shapes.Conversations(conversations=tuple(shown), next=after))


async def _waits(rooms: Rooms, waiting: Waiting) -> bool:
    """Whether the record agrees with the index; where it does not, the index is put right."""
    record = await rooms.customers.stored(waiting.customer)
    conversations = record.conversations if isinstance(record, Live) else ()
    if any(c.id == waiting.conversation and c.owner.kind is OwnerKind.QUEUE and c.status == "open" for c in conversations):
        return True
    if not isinstance(record, Asleep):
        await rooms.queue.note(waiting.conversation, waiting.customer, since=None)
    return False


_TOLD = {HTTPStatus.ACCEPTED: shapes.Told}

CUSTOMER_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/customers/{customer}", name="readCustomer", right=Right.LOOK, take=_read, answers={HTTPStatus.OK: Record},
        summary="Read what is known of a customer; a merged one answers with the record it moved to.",
    ),
    Route(
        method="GET", path="/api/customers/{customer}/timeline", name="readTimeline", right=Right.LOOK, take=_timeline,
        query=shapes.TimelineQuery, answers={HTTPStatus.OK: shapes.Timeline},
        summary="Read a customer's timeline over all channels, newest page first, with how far our messages came.",
    ),
    Route(
        method="GET", path="/api/addresses/{channel}/{account}/{address}", name="findCustomer", right=Right.LOOK, take=_find,
        answers={HTTPStatus.OK: shapes.Found}, summary="Find the customer who writes from an address.",
    ),
    Route(
        method="GET", path="/api/conversations", name="listConversations", right=Right.LOOK, take=_conversations,
        query=shapes.ConversationsQuery, answers={HTTPStatus.OK: shapes.Conversations},
        summary="List the conversations that wait for a person, longest waiting first.",
    ),
    deed(
        "claim", "claim", _claim, body=shapes.ClaimBody,
        summary="Take a conversation over; once this says 200, no bot or marketing message begins any more.",
    ),
    deed("say", "say", _say, body=shapes.SayBody, summary="Write to the customer as an agent."),
    deed("release", "release", _release, body=shapes.ReleaseBody, summary="Give a conversation back to the bot."),
    deed("resolve", "resolve", _resolve, body=shapes.ResolveBody, summary="Close a conversation."),
    deed("retry", "retryDelivery", _retry, body=shapes.RetryBody, summary="Send a failed, unknown or draft delivery after all."),
    Route(
        method="POST", path="/api/customers/{customer}/merge", name="merge", right=Right.JOIN,
        take=_merge, body=shapes.MergeBody, answers=_TOLD,
        summary="Say that two customers are one, on what evidence.",
    ),
    Route(
        method="POST", path="/api/customers/{customer}/nudge", name="nudge", right=Right.NUDGE,
        take=_nudge, body=shapes.NudgeBody, answers=_TOLD,
        summary="Ask for an unasked message; the gate decides whether and when it goes.",
    ),
    Route(
        method="POST", path="/api/customers/{customer}/note", name="note", right=Right.TALK,
        take=_note, body=shapes.NoteBody, answers=_TOLD,
        summary="Put a fact on the customer's timeline.",
    ),
)  # fmt: skip
