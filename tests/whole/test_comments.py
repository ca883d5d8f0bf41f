"""Comments under posts through a whole hub: from Meta's webhook to the inbox, to rules, and back to Meta over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
import pytest_asyncio

from hub.model.messaging.comments import RULE
from hub.model.words import DeliveryState, OwnerKind
from sandbox.faults import FaultKind
from sandbox.messaging import INSTAGRAM, MESSENGER, SEND
from tests.commands import told_alone
from tests.erasure.searching import where
from tests.processes import eventually
from tests.whole.comment_world import Shop, answers, of, settled, shop_with_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")
both = pytest.mark.parametrize("kind", [MESSENGER, INSTAGRAM])
MINUTES_OF_8_DAYS = 8 * 24 * 60


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Shop]:
    """One for all tests here."""
    async with shop_with_posts() as running:
        yield running


@both
async def test_comment_waits_in_the_inbox_with_a_preview_of_its_post(shop: Shop, kind: str) -> None:
    who = shop.house.somebody()

    made = shop.meta(kind).wall.write(who, "Áo này có size M không shop?")

    line = await shop.there(kind, who, lambda one: one.entry.kind == "comment")
    preview = await shop.there(kind, who, lambda one: one.entry.kind == "post")
    waits = await shop.card(kind, who, "queue")
    assert waits.post is not None
    assert ("Áo này có size M không shop?", made.id, waits.conversation) == (
        line.entry.text,
        line.entry.external_id,
        line.entry.conversation,
    )
    assert "Áo dài linen" in preview.entry.text
    assert "Áo dài linen" in waits.post.text
    assert preview.entry.detail["url"].startswith("https://www.")
    assert waits.last.text == line.entry.text
    assert 1 == waits.unanswered
    # The picture is fetched as a customer's own would be.
    await shop.there(kind, who, lambda one: one.entry.kind == "file" and one.entry.detail.get("state") == "stored")


@both
async def test_what_is_said_in_private_is_another_conversation(shop: Shop, kind: str) -> None:
    who = shop.house.somebody()
    shop.meta(kind).wall.write(who, "Shop ở đâu vậy?")
    await shop.there(kind, who, lambda one: one.entry.kind == "comment")

    shop.desk(kind).desk.say(who, "shop mo cua luc may gio vay")

    said = await shop.there(kind, who, lambda one: one.entry.kind == "message" and one.entry.who == "bot")
    conversations = (await shop.house.caller.record(await shop.house.customer(kind, "shop", who))).conversations
    (public,), (private,) = [[c for c in conversations if bool(c.post) is wanted] for wanted in (True, False)]
    assert OwnerKind.QUEUE is public.owner.kind
    assert OwnerKind.BOT is private.owner.kind
    assert private.id == said.entry.conversation


@both
async def test_rule_answers_in_private_and_in_public_in_the_language_of_the_comment(shop: Shop, kind: str) -> None:
    who, other = shop.house.somebody(), shop.house.somebody()

    made = shop.meta(kind).wall.write(who, "Shop ơi GIA bao nhiêu ạ")
    chinese = shop.meta(kind).wall.write(other, "請問價錢")

    for comment, private, public in ((made, "Dạ áo 350.000đ ạ", "Shop đã nhắn riêng ạ"), (chinese, "這件 NT$ 490", "已私訊您")):
        line = await shop.there(kind, comment.author, settled("private", comment))
        await shop.there(kind, comment.author, settled("answer", comment))
        assert (private, "bot", "price") == (line.entry.text, line.entry.who, line.entry.detail[RULE])
        assert [private] == shop.desk(kind).desk.texts_of(comment.author)
        assert [public] == answers(shop, kind, comment)
        assert OwnerKind.BOT is await shop.owner(kind, comment.author)


async def test_answer_of_a_rule_goes_out_though_the_next_comment_waits_for_a_person(shop: Shop) -> None:
    """Guard: waiting is no takeover, so the epoch stays."""
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    shop.desk(MESSENGER).fault(FaultKind.HANG_BEFORE, method=SEND, chat=who, seconds=0.5, times=1)

    asked = wall.write(who, "ib giá")
    wall.write(who, "Áo này có màu đen không?")

    await shop.there(MESSENGER, who, settled("answer", asked))
    assert OwnerKind.QUEUE is await shop.owner(MESSENGER, who)
    assert ["Shop đã nhắn riêng ạ"] == answers(shop, MESSENGER, asked)


@both
async def test_the_same_comment_told_again_is_answered_once(shop: Shop, kind: str) -> None:
    who, wall = shop.house.somebody(), shop.meta(kind).wall
    made = wall.write(who, "ib giá")
    await shop.there(kind, who, settled("answer", made))

    wall.again(made)
    after = wall.write(who, "còn màu trắng không ạ")

    await shop.there(kind, who, lambda one: one.entry.external_id == after.id)
    lines = await shop.lines(kind, who)
    assert 1 == len([one for one in lines if one.entry.external_id == made.id])
    assert ["Dạ áo 350.000đ ạ"] == shop.desk(kind).desk.texts_of(who)
    assert ["Shop đã nhắn riêng ạ"] == answers(shop, kind, made)


async def test_rule_once_a_post_answers_the_first_only(shop: Shop) -> None:
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    first = wall.write(who, "+1 ạ")
    await shop.there(MESSENGER, who, settled("private", first))

    second = wall.write(who, "+1 màu xanh nữa")

    await shop.there(MESSENGER, who, lambda one: one.entry.external_id == second.id)
    assert ["Shop giữ áo cho mình rồi ạ"] == shop.desk(MESSENGER).desk.texts_of(who)


async def test_kill_switch_leaves_a_comment_to_people(shop: Shop) -> None:
    who, caller = shop.house.somebody(), shop.house.caller
    assert HTTPStatus.OK == (await caller.ask("POST", "/api/stop", {"state": "on", "by": "lan", "reason": "test"})).status

    made = shop.meta(MESSENGER).wall.write(who, "giá?")

    await shop.there(MESSENGER, who, lambda one: one.entry.external_id == made.id)
    assert HTTPStatus.OK == (await caller.ask("POST", "/api/stop", {"state": "off", "by": "lan", "reason": "test"})).status
    assert OwnerKind.QUEUE is await shop.owner(MESSENGER, who)
    assert [] == shop.desk(MESSENGER).desk.texts_of(who)


@both
async def test_number_in_public_is_hidden_and_still_read_by_agents(shop: Shop, kind: str) -> None:
    who, wall = shop.house.somebody(), shop.meta(kind).wall

    made = wall.write(who, "Gọi em số o912 345.678 nhé")

    hidden = await shop.there(kind, who, settled("hide", made))
    line = await shop.there(kind, who, lambda one: one.entry.kind == "comment")
    assert ("system", "phone") == (hidden.entry.who, hidden.entry.detail[RULE])
    assert "o912 345.678" in line.entry.text
    assert wall.comments[made.id].hidden


async def test_number_that_comes_with_an_edit_is_hidden_too(shop: Shop) -> None:
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    made = wall.write(who, "Cho em xin địa chỉ shop")
    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "comment")

    wall.reword(who, made.id, "Cho em xin địa chỉ, 0912345678")

    await shop.there(MESSENGER, who, settled("hide", made))
    edited = await shop.there(MESSENGER, who, lambda one: one.entry.kind == "edit")
    assert ("Cho em xin địa chỉ, 0912345678", made.id) == (edited.entry.text, edited.entry.external_id)


@both
async def test_agent_answers_in_public_and_once_in_private(shop: Shop, kind: str) -> None:
    who = shop.house.somebody()
    made = shop.meta(kind).wall.write(who, "Có ship Đà Nẵng không?")
    await shop.there(kind, who, lambda one: one.entry.kind == "comment")

    public = await shop.act(kind, made, "answer", text="Dạ có ạ")
    private = await shop.act(kind, made, "private", text="Dạ phí 25.000đ ạ")
    again = await shop.act(kind, made, "private", text="Và nhanh nữa")

    await shop.there(kind, who, settled("answer", made))
    await shop.there(kind, who, settled("private", made))
    assert [HTTPStatus.OK, HTTPStatus.OK, HTTPStatus.CONFLICT] == [public.status, private.status, again.status]
    assert "comment_answered" == again.body["code"]
    assert ["Dạ có ạ"] == answers(shop, kind, made)
    assert ["Dạ phí 25.000đ ạ"] == shop.desk(kind).desk.texts_of(who)
    assert 0 == (await shop.card(kind, who, "mine")).unanswered


@both
async def test_agent_hides_and_shows_again(shop: Shop, kind: str) -> None:
    who, wall = shop.house.somebody(), shop.meta(kind).wall
    made = wall.write(who, "Hàng xấu quá")
    await shop.there(kind, who, lambda one: one.entry.kind == "comment")

    assert HTTPStatus.OK == (await shop.act(kind, made, "hide")).status
    await eventually(lambda: wall.comments[made.id].hidden, what="the comment hidden")
    assert HTTPStatus.OK == (await shop.act(kind, made, "show")).status

    await eventually(lambda: not wall.comments[made.id].hidden, what="the comment shown")


async def test_agent_likes_on_facebook_and_takes_it_back_and_is_told_that_instagram_has_none(shop: Shop) -> None:
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    made = wall.write(who, "Đẹp quá")
    other = shop.meta(INSTAGRAM).wall.write(who, "Đẹp quá")
    for kind in (MESSENGER, INSTAGRAM):
        await shop.there(kind, who, lambda one: one.entry.kind == "comment")

    assert HTTPStatus.OK == (await shop.act(MESSENGER, made, "like")).status
    await eventually(lambda: wall.comments[made.id].liked, what="the like")
    assert HTTPStatus.OK == (await shop.act(MESSENGER, made, "unlike")).status
    await eventually(lambda: not wall.comments[made.id].liked, what="the like taken back")

    refused = await shop.act(INSTAGRAM, other, "like")
    assert (HTTPStatus.CONFLICT, "comment_unsupported") == (refused.status, refused.body["code"])


async def test_act_that_fails_is_told_and_succeeds_when_asked_again(shop: Shop) -> None:
    who, wall, caller = shop.house.somebody(), shop.meta(MESSENGER).wall, shop.house.caller
    made = wall.write(who, "Có mấy màu vậy shop?")
    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "comment")
    shop.desk(MESSENGER).fault(FaultKind.ERROR, method=SEND, chat=who, status=400, description="100/0 no", times=1)

    await shop.act(MESSENGER, made, "private", text="Dạ 3 màu ạ")
    failed = await shop.there(MESSENGER, who, lambda one: of("private", made)(one) and one.state is DeliveryState.FAILED)
    customer = await shop.house.customer(MESSENGER, "shop", who)
    again = await caller.ask("POST", f"/api/customers/{customer}/retry", {"agent": "lan", "delivery": failed.entry.delivery})

    assert HTTPStatus.OK == again.status
    assert failed.failure
    await shop.there(MESSENGER, who, settled("private", made))
    assert ["Dạ 3 màu ạ"] == shop.desk(MESSENGER).desk.texts_of(who)


async def test_public_answer_whose_end_is_unknown_is_not_given_twice(shop: Shop) -> None:
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    made = wall.write(who, "Bao lâu có hàng?")
    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "comment")
    shop.desk(MESSENGER).fault(FaultKind.RESET_AFTER, method="comment/comments", chat=made.id, times=1)

    await shop.act(MESSENGER, made, "answer", text="Dạ 2 ngày ạ")

    await shop.there(MESSENGER, who, lambda one: of("answer", made)(one) and one.state is DeliveryState.UNKNOWN)
    assert ["Dạ 2 ngày ạ"] == answers(shop, MESSENGER, made)


async def test_private_answer_that_had_arrived_before_its_answer_was_lost_counts_as_sent(shop: Shop) -> None:
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    made = wall.write(who, "Còn hàng không shop?")
    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "comment")
    shop.desk(MESSENGER).fault(FaultKind.RESET_AFTER, method=SEND, chat=who, times=1)

    await shop.act(MESSENGER, made, "private", text="Dạ còn ạ")

    await shop.there(MESSENGER, who, settled("private", made))
    assert 1 == len([one for one in shop.desk(MESSENGER).desk.phone(who).bubbles if one.text == "Dạ còn ạ"])


async def test_comment_taken_back_is_told_and_takes_no_answer(shop: Shop) -> None:
    who, wall = shop.house.somebody(), shop.meta(MESSENGER).wall
    made = wall.write(who, "Shop làm ăn chán")
    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "comment")

    wall.take_back(who, made.id)

    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "delete" and one.entry.external_id == made.id)
    refused = await shop.act(MESSENGER, made, "answer", text="Dạ shop xin lỗi")
    assert "comment_removed" == refused.body["code"]


async def test_erasure_takes_the_words_of_comments_and_what_was_answered(shop: Shop) -> None:
    who = shop.house.somebody()
    words = f"only {who} has said this under a post"
    made = shop.meta(MESSENGER).wall.write(who, f"{words}, giá?")
    await shop.there(MESSENGER, who, settled("answer", made))
    customer = await shop.house.customer(MESSENGER, "shop", who)
    data = shop.house.settings.data
    await eventually(lambda: bool(where(words, data)), what="the words on the disk")

    await asyncio.to_thread(told_alone, data, "customer", "erase", customer, "--yes")

    assert ([], []) == (where(words, data), where(who, data))


async def test_private_answer_is_refused_after_seven_days_and_says_so(shop: Shop) -> None:
    who = shop.house.somebody()
    made = shop.meta(MESSENGER).wall.write(who, "Có size L không?")
    await shop.there(MESSENGER, who, lambda one: one.entry.kind == "comment")
    shop.house.clock.forward(minutes=MINUTES_OF_8_DAYS)

    late = await shop.act(MESSENGER, made, "private", text="Dạ còn ạ")

    assert (HTTPStatus.CONFLICT, "comment_closed") == (late.status, late.body["code"])
    assert "seven days" in str(late.body["detail"])
    assert HTTPStatus.OK == (await shop.act(MESSENGER, made, "answer", text="Dạ còn ạ")).status
