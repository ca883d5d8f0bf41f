"""The API's routes by which an agent corrects or takes back what an agent wrote."""

from typing import Annotated

from msgspec import Meta

from hub.model.messaging.amending import AmendAsked, AmendVerb
from hub.model.shop.people import Right
from hub.web.api.routes.customers import between, deed, told
from hub.web.api.shapes.customers import Agent, Body, Name
from hub.web.api.table import Answer, Ask, Rooms, Route


class CorrectBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Put other words in the place of a message an agent wrote; its files stay."""

    delivery: Name
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    agent: Agent = ""


class RecallBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take back a message an agent wrote: its channel shows it no more."""

    delivery: Name
    agent: Agent = ""


async def _correct(rooms: Rooms, ask: Ask) -> Answer:
    body: CorrectBody = ask.body
    return await _amended(rooms, ask, AmendVerb.CORRECT, delivery=body.delivery, text=body.text)


async def _recall(rooms: Rooms, ask: Ask) -> Answer:
    body: RecallBody = ask.body
    return await _amended(rooms, ask, AmendVerb.RECALL, delivery=body.delivery)


async def _amended(rooms: Rooms, ask: Ask, verb: AmendVerb, *, delivery: str, text: str = "") -> Answer:
    customer, agent = await between(rooms, ask)
    # Who may say which customers are one may also put a colleague's words right; a program acts as the agent it names.
    lead = ask.caller.signed is not None and Right.JOIN in ask.caller.rights
    asked = AmendAsked(agent=agent, verb=verb, delivery=delivery, text=text, lead=lead)
    return told(await rooms.desk.amend(customer, asked, event_id=ask.event), ask)


AMEND_ROUTES: tuple[Route, ...] = (
    deed(
        "correct", "correct", _correct, body=CorrectBody,
        summary="Put other words in the place of a message an agent wrote, where its channel can, or before it goes out.",
    ),
    deed(
        "recall", "recall", _recall, body=RecallBody,
        summary="Take back a message an agent wrote, where its channel can, or before it goes out.",
    ),
)  # fmt: skip
