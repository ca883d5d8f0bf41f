"""Web chat, where we are the provider: what page and hub say to each other, what is kept, and whose session it is."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.model.address import Address
from hub.model.base import Value
from hub.model.errors import BadSignature, Unparseable
from hub.model.events.event import Incoming, Receipt, Said
from hub.model.messaging.message import Attachment, QuickReply
from hub.model.webchat.login import TOKEN_LENGTH
from hub.model.words import DeliveryState

KIND = "webchat"
FRAME_BYTES = 32 * 1024
TEXT_UNITS = 8000
"""Characters of one message: ours to choose; a UTF-8 text of that length fits a frame."""

FILES_AT_ONCE = 10

_Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+\Z")]
_Cursor = Annotated[str, Meta(max_length=40, pattern=r"^(\d{1,16}(-\d{1,16})?)?\Z")]
_Text = Annotated[str, Meta(max_length=TEXT_UNITS)]
_Short = Annotated[str, Meta(max_length=256)]


class Frame(Value, frozen=True, tag_field="type"):
    """One JSON text of the WebSocket; `type` tells which."""


class Hello(Frame, frozen=True, tag="hello"):
    """The page's first word: its session's token, where it has one; entries behind `cursor` follow; up to `read` all is noted as read."""

    session: Annotated[str, Meta(max_length=256)] = ""
    cursor: _Cursor = ""
    read: _Cursor = ""


class Say(Frame, frozen=True, tag="say"):
    """The customer wrote or pressed an answer. `id` is the page's own and the same whenever it is sent again."""

    id: _Id
    text: _Text = ""
    payload: _Short = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    files: Annotated[tuple[_Id, ...], Meta(max_length=FILES_AT_ONCE)] = ()


class Seen(Frame, frozen=True, tag="read"):
    """Everything up to that cursor was on the screen of a page in front. `since`: up to where the page knows it was noted before."""

    upto: _Cursor
    since: _Cursor = ""


class Typing(Frame, frozen=True, tag="typing"):
    """The customer is typing: shown to agents who look, never kept."""


class LoginAsked(Frame, frozen=True, tag="login"):
    """The shop's server says who the customer is, in a signed token."""

    token: Annotated[str, Meta(max_length=TOKEN_LENGTH)]


class LogoutAsked(Frame, frozen=True, tag="logout"):
    """The customer signed out of the shop: from here on it may be somebody else."""


class LinkAsked(Frame, frozen=True, tag="link"):
    """A signed-in customer wants to go on in that channel: a link that makes them known there."""

    channel: Annotated[str, Meta(max_length=32)] = "telegram"


PageFrame = Hello | Say | Seen | Typing | LoginAsked | LogoutAsked | LinkAsked


class Welcome(Frame, frozen=True, tag="welcome"):
    """Whose session it is from now on, and from which cursor entries follow. `user`: the shop's id of who is signed in.

    Where the session is another than the page's own, what it shows is another's: it begins anew. `channels`: where a link may lead on;
    `file_size`: bytes of one file at most.
    """

    session: str
    cursor: str
    user: str = ""
    channels: tuple[str, ...] = ()
    file_size: int = 0


class Ack(Frame, frozen=True, tag="ack"):
    """The message of that id is durable: the page need not keep it."""

    id: str


class Noted(Frame, frozen=True, tag="noted"):
    """That everything up to that cursor was read is durable: the page need not tell it again."""

    upto: str


class Refusal(Frame, frozen=True, tag="error"):
    """Something was not taken. `later`: the message `id` was not, send it again; `frame`: not understood; `hello`: say hello first.

    `file`: the message `id` names a file that is not there; `login`: the token does not hold; `link`: there is no way there.
    """

    code: str
    text: str
    id: str = ""


class AgentTyping(Frame, frozen=True, tag="typing"):
    """Somebody of ours is typing, for the next few seconds."""

    who: str = "agent"


class Linked(Frame, frozen=True, tag="linked"):
    """The link that was asked for: good once, until that time (ms since 1970)."""

    channel: str
    url: str
    until: int


HubFrame = Welcome | Ack | Noted | Refusal | AgentTyping | Linked
"""What is said beside entries."""


class ChatLink(Value, frozen=True):
    """A piece of media as the page shows it: a name that leads to an address; its bytes and media type where known."""

    kind: str
    url: str
    name: str = ""
    mime: str = ""
    size: int = 0


class ChatEntry(Value, frozen=True):
    """One line of a session's log. `who`: customer, bot, agent, nudge, system; `id`: the page's for a customer's line, else the delivery's.

    `at` in ms since 1970: when it was said, by which a page puts the lines in order. `amended`: the delivery that put this in the place of
    an earlier entry of the same id; `gone`: that was taken back, and nothing of it is left.
    """

    id: str
    who: str
    at: int
    text: str = ""
    quick_replies: tuple[QuickReply, ...] = ()
    links: tuple[ChatLink, ...] = ()
    delivery: str = ""
    amended: str = ""
    gone: bool = False
    v: int = 1


class Shown(Frame, frozen=True, tag="entry"):
    """A line of the log on its way to the page; `cursor` is where to read on behind it.

    `edited`: it stands in the place of what was told under its id before; `gone`: so does nothing.
    """

    cursor: str
    id: str
    who: str
    at: int
    text: str = ""
    quick_replies: tuple[QuickReply, ...] = ()
    links: tuple[ChatLink, ...] = ()
    delivery: str = ""
    edited: bool = False
    gone: bool = False


_page_frames: msgspec.json.Decoder[PageFrame] = msgspec.json.Decoder(PageFrame)
_entries = msgspec.msgpack.Decoder(ChatEntry)


def frame_of(raw: str | bytes) -> PageFrame:
    """The page's frame; raises Unparseable naming the field, never its value."""
    try:
        frame = _page_frames.decode(raw)
        # JSON may name half a character (`\ud800`), which no UTF-8 can hold: not stored, so not taken.
        msgspec.json.encode(frame)
    except msgspec.ValidationError as error:
        words = str(error)
        # "Invalid value 'x' - at `$.type`" quotes what was sent.
        raise Unparseable(words if not words.startswith("Invalid value") else f"unknown{words[words.rfind(' - at ') :]}") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Unparseable(type(error).__name__) from error
    if isinstance(frame, Say) and "\0" in frame.text + frame.payload:
        # Nobody types a NUL, and PostgreSQL's text cannot hold one.
        return msgspec.structs.replace(frame, text=frame.text.replace("\0", ""), payload=frame.payload.replace("\0", ""))
    return frame


def said(frame: Say, *, address: Address, at: int, files: Sequence[Attachment] = ()) -> Incoming:
    """What the customer said, to be de-duplicated on the page's own id within the session."""
    body = Said(text=frame.text, payload=frame.payload, external_id=frame.id, language=frame.language, attachments=tuple(files))
    return Incoming(address=address, body=body, dedupe_id=f"{address.id}:{frame.id}", at=at)


def link_of(piece: Attachment) -> ChatLink:
    """A piece of media as an entry has it."""
    return ChatLink(kind=piece.kind.value, url=piece.url, name=piece.name or piece.filename, mime=piece.mime_type, size=piece.size)


def later(cursor: str, than: str) -> bool:
    """Whether a cursor lies behind another: `<ms>-<n>`, compared as numbers; the empty one lies before all."""
    return place_of(cursor) > place_of(than)


def place_of(cursor: str) -> tuple[int, int]:
    """The cursor as numbers; the empty one before all."""
    ms, _, n = cursor.partition("-")
    return (int(ms or -1), int(n or 0))


def seen(deliveries: tuple[str, ...], *, address: Address, at: int) -> Incoming:
    """What the customer has read, as a receipt of our own."""
    body = Receipt(external_ids=deliveries, state=DeliveryState.READ)
    return Incoming(address=address, body=body, dedupe_id=f"{address.id}:read:{deliveries[-1]}", at=at)


def packed(entry: ChatEntry) -> bytes:
    """The line as the log keeps it."""
    return msgspec.msgpack.encode(entry)


def unpacked(raw: bytes) -> ChatEntry:
    """A kept line."""
    return _entries.decode(raw)


def shown(cursor: str, raw: bytes) -> Shown:
    """A kept line as the page is told it."""
    entry = unpacked(raw)
    return Shown(
        cursor=cursor,
        id=entry.id,
        who=entry.who,
        at=entry.at,
        text=entry.text,
        quick_replies=entry.quick_replies,
        links=entry.links,
        delivery=entry.delivery,
        edited=bool(entry.amended) and not entry.gone,
        gone=entry.gone,
    )


def session_token(address: Address, key: bytes) -> str:
    """`<session>.<HMAC-SHA256 of account and session>`: whoever holds it is that session; nobody else can make it."""
    return f"{address.id}.{_proof(address.account, address.id, key=key)}"


def session_address(token: str, *, account: str, key: bytes) -> Address:
    """Whose session a token is; raises BadSignature for any that is not ours, or of another account."""
    session, _, proof = token.partition(".")
    if not session or not hmac.compare_digest(proof.encode(), _proof(account, session, key=key).encode()):
        raise BadSignature("the session's token is not ours")
    return Address(channel=KIND, account=account, id=session)


def _proof(account: str, session: str, *, key: bytes) -> str:
    digest = hmac.new(key, f"{KIND}\n{account}\n{session}".encode("utf-8", "surrogatepass"), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
