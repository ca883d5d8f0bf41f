"""Where a bot answers beside its own chats: a business account's, and a topic within a group."""

from channels.telegram.amend import corrections, recalls
from channels.telegram.places import TOPIC, chat_of, takes_keys
from channels.telegram.render import calls_of
from hub.model.messaging.message import Message, QuickReply

BUSINESS_CHAT = "business/bc-Xy/12_3/4242"


def test_a_business_chat_is_named_by_its_connection_and_its_person() -> None:
    assert {"business_connection_id": "bc-Xy/12_3", "chat_id": "4242"} == chat_of(BUSINESS_CHAT)
    assert {"chat_id": "4242"} == chat_of("4242")


def test_keys_stand_in_a_persons_own_chat_with_the_bot_alone() -> None:
    assert [True, False, False, False] == [takes_keys(chat) for chat in ("4242", "-100200", "@channel", BUSINESS_CHAT)]


def test_no_keys_are_taken_away_from_a_business_chat() -> None:
    (call,) = calls_of(Message(text="Dạ"), BUSINESS_CHAT)

    assert {"business_connection_id": "bc-Xy/12_3", "chat_id": "4242", "text": "Dạ"} == call.params


def test_all_parts_go_into_the_topic_and_quote_nothing() -> None:
    first, second = calls_of(Message(text="a" * 5000, reply_to=f"{TOPIC}77", quick_replies=(QuickReply(title="Có"),)), "-100200")

    assert [77, 77] == [call.params["message_thread_id"] for call in (first, second)]
    assert "reply_parameters" not in first.params


def test_what_was_written_for_a_business_account_is_corrected_and_taken_back_there() -> None:
    (edit,) = corrections(calls_of(Message(text="Dạ còn"), BUSINESS_CHAT), ("7",))
    (gone,) = recalls(BUSINESS_CHAT, ("7",))

    assert ("editMessageText", "bc-Xy/12_3", 7) == (edit.method, edit.params["business_connection_id"], edit.params["message_id"])
    assert ("deleteBusinessMessages", {"business_connection_id": "bc-Xy/12_3", "message_ids": [7]}) == (gone.method, gone.params)
