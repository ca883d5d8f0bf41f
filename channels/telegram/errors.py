"""What the answers of Telegram mean; https://core.telegram.org/bots/api#making-requests tells their shape."""

from http import HTTPStatus

import msgspec

from channels import http
from hub.model.errors import Misconfigured, OutcomeUnknown, RecipientGone, Rejected, SendError, TemporaryFailure, Throttled, WindowClosed
from hub.model.failure import Failure

_GONE = (
    "bot was blocked",
    "user is deactivated",
    "bot was kicked",
    "bot is not a member",
    "bot can't initiate conversation",
    "bot can't send messages to the user",
    "group chat was deleted",
    "group chat was deactivated",
    "user_is_blocked",
    "input_user_deactivated",
)
"""The words of a 403 that speak of this customer."""

_SAID: tuple[tuple[str, Failure], ...] = (
    ("chat not found", Failure.RECIPIENT),
    ("user not found", Failure.RECIPIENT),
    ("peer_id_invalid", Failure.RECIPIENT),
    ("chat_id is empty", Failure.RECIPIENT),
    ("upgraded to a supergroup", Failure.RECIPIENT),
    ("can't send messages to bots", Failure.RECIPIENT),
    ("message thread not found", Failure.RECIPIENT),
    ("topic_deleted", Failure.RECIPIENT),
    ("topic_id_invalid", Failure.RECIPIENT),
    ("channel_private", Failure.RECIPIENT),
    ("user_id_invalid", Failure.RECIPIENT),
    ("business_peer_usage_missing", Failure.WINDOW),
    ("business_", Failure.RECIPIENT),
    ("peer_flood", Failure.QUALITY),
    ("premium_required", Failure.POLICY),
    ("restricted receiving of", Failure.POLICY),
    ("rights to send", Failure.POLICY),
    ("need administrator rights", Failure.POLICY),
    ("_forbidden", Failure.POLICY),
    ("chat_admin_required", Failure.POLICY),
    ("chat_restricted", Failure.POLICY),
    ("topic_closed", Failure.POLICY),
    ("payment_required", Failure.PAYMENT),
    ("wrong file identifier", Failure.MEDIA),
    ("invalid file", Failure.MEDIA),
    ("file_reference_", Failure.MEDIA),
    ("document_invalid", Failure.MEDIA),
    ("sticker_", Failure.MEDIA),
    ("wrong remote file", Failure.MEDIA),
    ("wrong http url", Failure.MEDIA),
    ("http url content", Failure.MEDIA),
    ("upload file by url", Failure.MEDIA),
    ("web page content", Failure.MEDIA),
    ("type of file", Failure.MEDIA),
    ("file is too big", Failure.MEDIA),
    ("too big for a", Failure.MEDIA),
    ("file must be non-empty", Failure.MEDIA),
    ("file_parts_invalid", Failure.MEDIA),
    ("photo_", Failure.MEDIA),
    ("image_process_failed", Failure.MEDIA),
    ("media_", Failure.MEDIA),
    ("webpage_", Failure.MEDIA),
    ("is empty", Failure.INVALID),
    ("too long", Failure.INVALID),
    ("too_long", Failure.INVALID),
    ("parse entities", Failure.INVALID),
    ("button", Failure.INVALID),
    ("reply markup", Failure.INVALID),
    ("message to edit not found", Failure.UNCHANGEABLE),
    ("not found", Failure.INVALID),
    ("not modified", Failure.INVALID),
    ("can't be edited", Failure.UNCHANGEABLE),
    ("can't be deleted", Failure.UNCHANGEABLE),
    ("query is too old", Failure.EXPIRED),
)
"""What a refusal says, in small letters, the first that fits; none of it is documented.

The words are those of Telegram's own server: https://github.com/tdlib/telegram-bot-api
"""


class _Parameters(msgspec.Struct, frozen=True):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Told(msgspec.Struct, frozen=True):
    ok: bool = False
    error_code: int = 0
    description: str = ""
    parameters: _Parameters = _Parameters()


_TOLD = msgspec.json.Decoder(_Told)


def decide(answer: http.Answer) -> SendError | None:
    """What Telegram's answer means: None where it took the call. Its body counts, for `error_code` may differ from the HTTP status.

    https://core.telegram.org/bots/api#making-requests, https://core.telegram.org/bots/api#responseparameters
    """
    try:
        told = _TOLD.decode(answer.body)
    except (ValueError, RecursionError):
        return _unreadable(answer)
    if told.ok:
        return None
    code, words = str(told.error_code or answer.status), told.description
    if told.parameters.migrate_to_chat_id is not None:
        now = told.parameters.migrate_to_chat_id
        return Rejected(f"{words} (the group is now {now})", code=code, failure=Failure.RECIPIENT)
    if told.parameters.retry_after is not None or told.error_code == HTTPStatus.TOO_MANY_REQUESTS:
        return _throttled(told, answer, code)
    match told.error_code:
        case HTTPStatus.BAD_REQUEST:
            failure = _failure(words)
            return WindowClosed(words, code=code) if failure is Failure.WINDOW else Rejected(words, code=code, failure=failure)
        case HTTPStatus.FORBIDDEN:
            gone = any(each in words.casefold() for each in _GONE)
            return RecipientGone(words, code=code) if gone else Rejected(words, code=code, failure=_failure(words))
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Rejected(words, code=code, failure=Failure.MEDIA)
        case HTTPStatus.CONFLICT:
            return _conflict(words, code)
    return http.decide(told.error_code or answer.status, reason=words, code=code) or OutcomeUnknown(words, code=code)


def _failure(words: str) -> Failure:
    small = words.casefold()
    return next((failure for said, failure in _SAID if said in small), Failure.REJECTED)


def _unreadable(answer: http.Answer) -> SendError:
    """An answer that is not Telegram's own comes from something in between; a 2xx of that sort proves nothing."""
    found = http.decide(answer.status, retry_after=answer.retry_after)
    return found or OutcomeUnknown("the answer is not Telegram's", code=str(answer.status), failure=Failure.UNPARSEABLE)


def _throttled(told: _Told, answer: http.Answer, code: str) -> Throttled:
    """This chat waits, and the whole account once another chat is told to wait as well.

    Telegram has limits of a chat, of a group and of the bot, and does not tell which was met: `retry_after` is for "the request". Who halts
    all for one chat stands still for nothing, who goes on everywhere is made to wait longer.
    https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, https://core.telegram.org/bots/api#responseparameters,
    https://github.com/alexei-led/ccgram/pull/171, https://github.com/python-telegram-bot/python-telegram-bot/issues/3772
    """
    wait = told.parameters.retry_after
    wait = answer.retry_after if wait is None else wait
    return Throttled(told.description, retry_after=http.UNTOLD_WAIT_SECONDS if wait is None else wait, code=code, untold=True)


def _conflict(words: str, code: str) -> SendError:
    """409 comes to getUpdates alone: a webhook is set (a setting), or somebody else polls (passes)."""
    return Misconfigured(words, code=code) if "webhook" in words else TemporaryFailure(words, code=code)
