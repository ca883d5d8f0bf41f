"""Where a Telegram message stands: a chat with the bot, a topic within a group, or a chat of a business account the bot answers for.

https://core.telegram.org/bots/api#businessconnection, https://core.telegram.org/bots/api#forumtopic
"""

from channels.fields import Json, id_of, object_of, soft, soft_id

BUSINESS = "business/"
"""Before `<connection>/<chat>`: a chat of the shop's own account, which is another one than the bot's with the same person."""

TOPIC = "topic/"
"""Before a topic's number, where an answer names what it stands under."""


def address_of(message: Json) -> str:
    """The id of the chat a message stands in, as our addresses have it. Raises FieldOdd."""
    chat = id_of(object_of(message, "chat"), "id")
    connection = soft(message, "business_connection_id")
    return f"{BUSINESS}{connection}/{chat}" if connection else chat


def chat_of(address: str) -> dict[str, object]:
    """The parameters of a call that say where it goes."""
    if not address.startswith(BUSINESS):
        return {"chat_id": address}
    connection, _, chat = address.removeprefix(BUSINESS).rpartition("/")
    return {"business_connection_id": connection, "chat_id": chat}


def takes_keys(address: str) -> bool:
    """Whether keys can stand under the text field: in a person's chat with the bot alone.

    Groups have negative ids, channels may go by @name (https://core.telegram.org/bots/api#chat); a business account's chats show none
    (https://core.telegram.org/bots/api#replykeyboardmarkup).
    """
    return not address.startswith(("-", "@", BUSINESS))


def topic_of(message: Json) -> str:
    """The topic's number where a message stands in one; a thread of answers has a number, too, and is none."""
    return soft_id(message, "message_thread_id") if message.get("is_topic_message") is True else ""


def under(reply_to: str) -> dict[str, object]:
    """The parameters that put an answer into a topic; none where it names a message."""
    topic = reply_to.removeprefix(TOPIC)
    return {"message_thread_id": int(topic)} if reply_to.startswith(TOPIC) and topic.isascii() and topic.isdigit() else {}
