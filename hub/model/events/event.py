"""Everything that can happen to a customer: one union, one envelope."""

from hub.model.address import Address
from hub.model.base import Tagged, Value
from hub.model.events.agents import (
    ClaimAsked,
    CommentAsked,
    DismissAsked,
    NoteAsked,
    ReleaseAsked,
    ReopenAsked,
    ResolveAsked,
    RetryAsked,
    SayAsked,
)
from hub.model.events.merging import DeliveryArrived, EraseAsked, MergeArrived, MergeAsked
from hub.model.events.referral import Price, Referral
from hub.model.failure import Failure
from hub.model.files.wanted import Fetched
from hub.model.messaging.amending import AmendAsked
from hub.model.messaging.message import Attachment, Message
from hub.model.words import DeliveryState, Purpose


class Said(Tagged, frozen=True, tag="message"):
    """The customer wrote, pressed a button or sent media.

    `payload` is what a pressed control carries, `source` which kind of control (button, quick_reply, list, web_app, flow, menu; empty:
    none was pressed). `chat_type`: private, group or channel; in a group `author` wrote and `mentioned` tells whether the bot was
    spoken to (a machine's letter does not speak to it either). `letter`: it is one, with a `subject`; `whole`: all its words, where
    `text` has the newest; `conversation`: which one it answers, where what it answers bears our id of it. `thread`: a thread within the
    chat; `reply_token`: the provider's leave to answer this very message, once and soon.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    payload: str = ""
    external_id: str = ""
    in_reply_to: str = ""
    group_key: str = ""
    name: str = ""
    username: str = ""
    language: str = ""
    author: str = ""
    mentioned: bool = True
    source: str = ""
    chat_type: str = "private"
    thread: str = ""
    reply_token: str = ""
    referral: Referral | None = None
    subject: str = ""
    letter: bool = False
    whole: str = ""
    conversation: str = ""


class Started(Tagged, frozen=True, tag="start"):
    """The customer opened the conversation (`/start`, follow, subscribe); `ref` is what the link carried.

    `may_answer`: False where nothing may be sent before they write.
    """

    ref: str = ""
    name: str = ""
    username: str = ""
    language: str = ""
    external_id: str = ""
    author: str = ""
    chat_type: str = "private"
    reply_token: str = ""
    referral: Referral | None = None
    may_answer: bool = True


class Referred(Tagged, frozen=True, tag="referral"):
    """The customer came again by an advertisement or a link, without writing yet."""

    referral: Referral
    external_id: str = ""


class OptedIn(Tagged, frozen=True, tag="optin"):
    """The provider says the customer wants to hear from us. `topic`: of what; `token`: the provider's leave to write, if it gives one.

    `until`: when that leave ends (ms since 1970; 0: not told); `referral`: the button or page they did it from.
    """

    topic: str = ""
    token: str = ""
    name: str = ""
    reply_token: str = ""
    payload: str = ""
    until: int = 0
    referral: Referral | None = None


class OptedOut(Tagged, frozen=True, tag="optout"):
    """The provider says the customer blocked or left us; `marketing`: wants no advertisements, but answers still."""

    reason: str = ""
    marketing: bool = False
    external_id: str = ""


class Edited(Tagged, frozen=True, tag="edit"):
    """An earlier message has new words."""

    target: str
    text: str = ""
    author: str = ""


class Deleted(Tagged, frozen=True, tag="delete"):
    """An earlier message was taken back."""

    target: str


class Reacted(Tagged, frozen=True, tag="reaction"):
    """A reaction was put on or taken from a message."""

    target: str
    emoji: str = ""
    removed: bool = False
    author: str = ""


class Receipt(Tagged, frozen=True, tag="status"):
    """The provider says what became of deliveries: of those named, or of all up to the moment `watermark` (ms since 1970).

    `failure`: what went wrong, where the state is failed.
    """

    external_ids: tuple[str, ...]
    state: DeliveryState
    error_code: str = ""
    reason: str = ""
    tries: int = 0
    failure: Failure | None = None
    watermark: int = 0
    price: Price | None = None


class Echoed(Tagged, frozen=True, tag="echo"):
    """A message went out from our side that the hub may not have sent (a person at the provider's own app).

    `ours`: it bears our own mark (metadata, app id), so no person wrote it.
    """

    text: str = ""
    external_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    ours: bool = False
    app: str = ""


class IdentityChanged(Tagged, frozen=True, tag="identity_change"):
    """The provider says the customer is now reached under another id: a new phone number, a new user id."""

    previous: str
    new: str
    phone: str = ""
    external_id: str = ""


class Called(Tagged, frozen=True, tag="call"):
    """A call came, was missed or ended: a note on the timeline, no turn of the bot. `seconds`: how long it was."""

    state: str
    incoming: bool = True
    seconds: int = 0
    external_id: str = ""


class Commented(Tagged, frozen=True, tag="comment"):
    """Somebody commented under a post or a live of the shop's; `verb`: add, edited, remove, hide, unhide; `parent`: what it answers."""

    post: str
    comment: str
    text: str = ""
    verb: str = "add"
    parent: str = ""
    name: str = ""
    attachments: tuple[Attachment, ...] = ()
    url: str = ""
    live: bool = False


class Noted(Tagged, frozen=True, tag="note"):
    """A fact with no consequence of its own: shown on the timeline."""

    name: str
    detail: str = ""


class Tracked(Tagged, frozen=True, tag="track"):
    """The customer did something in the shop (`Product Added`, `Order Completed`): a `track` call of the Segment spec.

    `properties`: a JSON object as UTF-8; `message_id`: the caller's, on which the call was de-duplicated; `source`: server or browser.
    `context`: what the call tells of the device: time_zone, locale, page.
    """

    name: str
    properties: bytes = b"{}"
    context: dict[str, str] = {}
    message_id: str = ""
    source: str = ""


class Identified(Tagged, frozen=True, tag="identify"):
    """The shop says who the customer is: an `identify` call of the Segment spec, or a signed login on the web chat.

    `user`: the shop's own id of them; `traits`: what it tells (name, email, phone, language, time_zone …), each a text.
    """

    user: str = ""
    traits: dict[str, str] = {}
    message_id: str = ""
    source: str = ""


class TimerFired(Tagged, frozen=True, tag="timer"):
    """A timer came due; an outdated generation is nothing."""

    name: str
    generation: int


class NudgeAsked(Tagged, frozen=True, tag="nudge"):
    """A journey or a campaign wants to write; the gate decides. `key`: `<run>/<step>` for a run's, worded when it is let through.

    While it is deferred: `until` (ms) before which nobody looks again, and `why`, the reason told last.
    """

    message: Message
    purpose: Purpose = Purpose.MARKETING
    not_after: int = 0
    key: str = ""
    until: int = 0
    why: str = ""


class JudgeAgain(Tagged, frozen=True, tag="judge"):
    """A judged message could not be marked, for the facts changed or the kill switch is thrown: it goes through the gate again."""

    message: Message
    purpose: Purpose
    address: Address
    not_after: int = 0
    key: str = ""
    delivery: str = ""
    stopped: bool = False


class DeliveryEnded(Tagged, frozen=True, tag="ended"):
    """A delivery came to an end that somebody must know of: failed, unknown, expired, opted out; sent, with the person's other id."""

    delivery: str
    state: DeliveryState
    reason: str = ""
    opted_out: bool = False
    address: Address | None = None
    failure: str = ""
    code: str = ""


Body = (
    Said | Started | Referred | OptedIn | OptedOut | IdentityChanged | Called | Commented | Edited | Deleted | Reacted | Receipt | Echoed
    | Noted | Tracked | Identified | TimerFired | ClaimAsked | ReleaseAsked | ResolveAsked | ReopenAsked | SayAsked | NoteAsked | RetryAsked
    | CommentAsked | DismissAsked | NudgeAsked | JudgeAgain | DeliveryEnded | MergeAsked | MergeArrived | DeliveryArrived | EraseAsked
    | Fetched | AmendAsked
)  # fmt: skip


class Enclosed(Value, frozen=True):
    """A file that came along in the request itself; an attachment names it by `sha256` (hex) as its `file_id`."""

    content: bytes
    name: str = ""
    mime_type: str = ""
    sha256: str = ""


class Incoming(Value, frozen=True):
    """What a channel made of one element of a webhook: from whom, what, and on what to de-duplicate.

    `at` is the provider's clock in ms since 1970 (0: it gave none); an empty `dedupe_id` is never de-duplicated. `same_as`: where the
    provider tells one thing by several events, what these have in common: then they are de-duplicated on that. `aliases`: further ids
    of the same person at this provider; `recipient`: the provider's id of the account written to; `details`: what else it told.
    `files`: what came along and is nowhere to be fetched.
    """

    address: Address
    body: Body
    dedupe_id: str = ""
    same_as: str = ""
    at: int = 0
    aliases: tuple[str, ...] = ()
    recipient: str = ""
    details: dict[str, str] = {}
    files: tuple[Enclosed, ...] = ()


class Unparsed(Value, frozen=True):
    """One element of a webhook that is not understood: its field names, never its values.

    `recipient`: the provider's id of the account it is for, where that is another account than the one it was brought to.
    """

    fields: tuple[str, ...]
    reason: str = ""
    recipient: str = ""


class Event(Value, frozen=True):
    """One entry of a mailbox. `at` and `received` in ms since 1970; `cause` is the event before, `root` the first of the chain.

    `aliases`: further ids of whoever it came from, at the same account of the same provider.
    """

    id: str
    subject: str
    body: Body
    at: int = 0
    received: int = 0
    address: Address | None = None
    cause: str = ""
    root: str = ""
    late: bool = False
    aliases: tuple[str, ...] = ()
    v: int = 1
