"""The inbox of a running hub: its views, the live feed, notes and drafts."""

from http import HTTPStatus

import pytest
from aiohttp import ClientSession, CookieJar, WSServerHandshakeError

from hub.model.inbox.feed import ConversationCard, FeedTyping, View
from hub.model.words import OwnerKind
from hub.web.api.shapes.inbox import InboxPage
from tests.processes import eventually
from tests.whole.console import Console, Shown
from tests.whole.world import HOURS_ASKED, PERSON_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def inbox(house: House, view: str, agent: str = "an") -> list[ConversationCard]:
    """A view's first page."""
    told = await house.caller.ask("GET", f"/api/inbox?view={view}&agent={agent}&limit=200")
    return list(told.read(InboxPage).conversations)


def console_headers(house: House) -> dict[str, str]:
    """A program's console."""
    return {"Authorization": f"Bearer {house.process.secrets.api_token}"}


async def opened(house: House, *, customer: str = "", shown: Shown | None = None, views: tuple[View, ...] = (View.QUEUE,)) -> Console:
    """A console of the caller's."""
    return await Console.open(
        house.caller.http, house.caller.base, headers=console_headers(house), customer=customer, shown=shown, views=views
    )


async def waiting(house: House) -> tuple[str, str]:
    """Somebody who waits for a person: their address and their id."""
    who = house.somebody()
    await house.caller.write(who, PERSON_ASKED)
    customer = await house.customer("plain", "app", who)
    await eventually(lambda: _in_view(house, "queue", customer), what="a place in the queue")
    return who, customer


async def _in_view(house: House, view: str, customer: str, agent: str = "an") -> bool:
    return any(card.customer == customer for card in await inbox(house, view, agent))


async def test_a_conversation_goes_from_view_to_view_with_whoever_has_it(house: House) -> None:
    who, customer = await waiting(house)
    path = f"/api/customers/{customer}"

    [card] = [card for card in await inbox(house, "queue") if card.customer == customer]
    await house.caller.ask("POST", f"{path}/claim", {"agent": "an"})
    await eventually(lambda: _in_view(house, "mine", customer), what="a card in mine")
    queued = await _in_view(house, "queue", customer)
    await house.caller.ask("POST", f"{path}/resolve", {"agent": "an"})
    await eventually(lambda: _in_view(house, "resolved", customer), what="a card in resolved")
    mine, opened_ones = await _in_view(house, "mine", customer), await _in_view(house, "open", customer)

    assert (OwnerKind.QUEUE, "plain", PERSON_ASKED) == (card.owner.kind, card.channel, await _first_text(house, customer))
    assert card.waiting_since > 0
    assert card.place > 0
    assert (False, False, False) == (queued, mine, opened_ones)
    assert who


async def _first_text(house: House, customer: str) -> str:
    return next(line.entry.text for line in await house.caller.lines(customer) if line.entry.who == "customer")


async def test_a_console_is_told_of_cards_lines_and_deliveries(house: House) -> None:
    who, customer = await waiting(house)
    console = await opened(house, customer=customer)

    await house.caller.write(who, "con do khong a")
    await house.caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "an", "text": "còn ạ"})
    await eventually(lambda: "còn ạ" in console.shown.texts, what="the agent's line")
    await eventually(lambda: "sent" in console.shown.states.values(), what="its way out")
    await eventually(lambda: bool(_of(console, customer)) and _of(console, customer)[0].owner.agent == "an", what="the card")
    await console.cut()

    assert ["con do khong a", "còn ạ"] == console.shown.texts
    assert _of(console, customer)[0].last.text == "còn ạ"
    assert 0 == _of(console, customer)[0].unanswered


def _of(console: Console, customer: str) -> list[ConversationCard]:
    return [card for card in console.shown.cards.values() if card.customer == customer]


async def test_what_happened_while_a_console_was_cut_off_is_told_once(house: House) -> None:
    who, customer = await waiting(house)
    console = await opened(house, customer=customer)
    await house.caller.write(who, "mot")
    await eventually(lambda: "mot" in console.shown.texts, what="the first line")
    await console.cut()

    await house.caller.write(who, "hai")
    await house.caller.write(who, "ba")
    await eventually(lambda: _has_line(house, customer, "ba"), what="the words")
    again = await opened(house, customer=customer, shown=console.shown)
    await eventually(lambda: "ba" in again.shown.texts, what="what was missed")
    await house.caller.write(who, "bon")
    await eventually(lambda: "bon" in again.shown.texts, what="what came later")
    await again.cut()

    # What was said a moment before the console looked may be told to it as well.
    assert ["mot", "hai", "ba", "bon"] == console.shown.texts[console.shown.texts.index("mot") :]
    assert len(set(console.shown.lines)) == len(console.shown.lines)
    assert not again.welcome.resync


async def _is_known(house: House, customer: str) -> bool:
    return (await house.caller.ask("GET", f"/api/customers/{customer}")).status == HTTPStatus.OK


async def _has_line(house: House, customer: str, text: str) -> bool:
    return any(line.entry.text == text for line in await house.caller.lines(customer))


async def test_a_cursor_that_is_too_old_or_foreign_is_told_to_list_anew(house: House) -> None:
    console = await opened(house, shown=Shown(cursor="AQAAAAAAAAAA"))
    await console.cut()

    assert console.welcome.resync
    assert console.welcome.cursor


async def test_a_note_is_on_the_timeline_and_nobody_is_sent_it(house: House) -> None:
    who, customer = await waiting(house)
    before = len(house.outside.plain.texts_of(who))

    told = await house.caller.ask("POST", f"/api/customers/{customer}/notes", {"agent": "an", "text": "khách quen", "mentions": ["lan"]})
    lines = await house.caller.lines(customer)
    await house.caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "an", "text": "em nghe ạ"})
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == before + 1, what="the words behind the note")

    note = lines[-1].entry
    assert 200 == told.status
    assert ("note", "agent:an", "khách quen", {"mentions": "lan"}) == (note.kind, note.who, note.text, note.detail)
    assert "khách quen" not in house.outside.plain.texts_of(who)


async def test_a_closed_conversation_is_opened_again_by_whoever_asks(house: House) -> None:
    _, customer = await waiting(house)
    path = f"/api/customers/{customer}"
    await house.caller.ask("POST", f"{path}/claim", {"agent": "an"})
    closed = await house.caller.ask("POST", f"{path}/resolve", {"agent": "an"})

    told = await house.caller.ask("POST", f"{path}/reopen", {"agent": "lan", "conversation": str(closed.body["conversation"])})
    again = await house.caller.ask("POST", f"{path}/reopen", {"agent": "an", "conversation": str(closed.body["conversation"])})

    assert (200, "lan") == (told.status, told.body["owner"])
    assert int(str(told.body["epoch"])) == int(str(closed.body["epoch"])) + 1
    assert (409, "open", "lan") == (again.status, again.body["code"], again.body["owner"])


async def test_colleagues_who_look_see_the_customer_and_the_agent_typing(house: House) -> None:
    page = await house.caller.page()
    await page.say("m1", HOURS_ASKED)
    customer = await house.customer("webchat", "web", page.address.id)
    await eventually(lambda: _is_known(house, customer), what="the first turn")
    console = await opened(house, customer=customer)

    await house.process.web.switchboard.signals.customer_types(page.address)  # type: ignore[union-attr]
    await eventually(lambda: (customer, "customer") in console.shown.typed, what="the customer typing")
    await house.process.web.switchboard.signals.agent_types(customer, "lan")  # type: ignore[union-attr]
    await eventually(lambda: (customer, "agent:lan") in console.shown.typed, what="a colleague typing")
    await console.say(FeedTyping(customer=customer))
    await console.cut()


async def test_the_feed_can_be_asked_for_where_no_socket_opens(house: House) -> None:
    who, customer = await waiting(house)
    first = await house.caller.ask("GET", "/api/inbox?view=queue&agent=an")
    cursor = first.read(InboxPage).feed

    await house.caller.write(who, "alo")
    await eventually(lambda: _has_line(house, customer, "alo"), what="the words")
    told = await house.caller.ask("GET", f"/api/feed/since?cursor={cursor}&views=queue,mine&customer={customer}")

    # Whether what was said before had left by then is the outbox's matter.
    kinds = [frame["type"] for frame in told.body["frames"] if frame["type"] != "delivery"]  # type: ignore[attr-defined]
    assert ["welcome", "card", "lines", "cursor", "presence"] == kinds


async def test_who_signs_out_is_told_nothing_more_and_another_site_is_told_nothing(house: House) -> None:
    login, password = f"an{house.somebody()}", "đường về nhà 47"
    await house.caller.ask("POST", "/api/people", {"login": login, "name": "An", "role": "agent", "password": password})
    async with ClientSession(house.caller.base, cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.post("/api/session", json={"login": login, "password": password}) as answer:
            csrf = (await answer.json())["csrf"]
        own, foreign = {"Origin": house.caller.base}, {"Origin": "https://elsewhere.example"}
        with pytest.raises(WSServerHandshakeError) as refused:
            await browser.ws_connect("/api/feed", headers=foreign)
        console = await Console.open(browser, "", headers=own)
        await eventually(lambda: (login, "") in console.shown.here, what="our own presence")
        async with browser.delete("/api/session", headers={"X-CSRF-Token": csrf, **own}) as answer:
            assert answer.status < 300
        await eventually(lambda: console.shown.bye == "signed out", what="a goodbye")
        await console.cut()

    assert 403 == refused.value.status
