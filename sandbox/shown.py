"""What stands on a customer's phone, and what a customer does with it: the same for every provider's stand-in."""

from dataclasses import dataclass, field

from hub.model.base import Value

Json = dict[str, object]


class Media(Value, frozen=True):
    """A picture, sound, film, file, place or card in a bubble. `kind` as in the hub's model; `url` is where the phone gets it."""

    kind: str
    url: str = ""
    name: str = ""
    mime_type: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Offer(Value, frozen=True):
    """Something to press: `id` is what comes back. `kind`: reply, quick, row, url, call, location; `value`: an address or number.

    `group`: the section or card it belongs to; `description`: the small print of a list's row.
    """

    title: str
    id: str = ""
    kind: str = "reply"
    value: str = ""
    group: str = ""
    description: str = ""


@dataclass
class Bubble:
    """One message on the phone: the customer's own where `mine`. `at`: ms since 1970; `state`: sent, delivered, read, deleted, removed.

    `label`: the word on the button that opens the list; `template`: the name of the template it was made of.
    """

    n: int
    text: str = ""
    mine: bool = False
    media: tuple[Media, ...] = ()
    offers: tuple[Offer, ...] = ()
    header: str = ""
    footer: str = ""
    label: str = ""
    template: str = ""
    external_id: str = ""
    reply_to: str = ""
    reaction: str = ""
    state: str = "sent"
    at: int = 0
    edited: bool = False


@dataclass
class Comment:
    """A comment under a post of the shop's: the customer's own, or (then `author` is the shop) an answer to one of theirs.

    `private`: it had its one private answer; `at`: ms since 1970.
    """

    id: str
    post: str
    author: str
    name: str
    text: str
    parent: str = ""
    hidden: bool = False
    liked: bool = False
    private: bool = False
    at: int = 0


class PostShown(Value, frozen=True, omit_defaults=False):
    """A post as one customer sees it: others' hidden comments are not there, the own ones look like any other."""

    id: str
    text: str
    picture: str
    comments: list[Comment]
    own_id: str


@dataclass
class Phone:
    """One customer's phone at one provider. `comments`: what they wrote under the shop's posts, with the shop's answers."""

    id: str
    name: str
    language: str = "vi"
    blocked: bool = False
    typing_until: float = 0.0
    bubbles: list[Bubble] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Received:
    """One call the hub made. `at` and `taken` (0: never) in s of CLOCK_MONOTONIC; `outcome`: accepted, refused, hung, reset."""

    n: int
    method: str
    to: str
    text: str
    at: float
    taken: float = 0.0
    outcome: str = "refused"
    external_id: str = ""
    params: Json = field(default_factory=dict)


class Wrote(Value, frozen=True):
    """The customer wrote, or sent media."""

    phone: Phone
    bubble: Bubble


class Pressed(Value, frozen=True):
    """The customer pressed something under a bubble."""

    phone: Phone
    bubble: Bubble
    offer: Offer


class Came(Value, frozen=True):
    """A bubble of the shop's reached the phone (`delivered`), or was read (`read`), or did not arrive (`failed`, with the code)."""

    phone: Phone
    bubble: Bubble
    state: str
    code: str = ""


class Reacted(Value, frozen=True):
    """The customer put a reaction under a bubble, or took it back (empty)."""

    phone: Phone
    bubble: Bubble
    emoji: str


class TookBack(Value, frozen=True):
    """The customer deleted one of the own bubbles."""

    phone: Phone
    bubble: Bubble


class Blocked(Value, frozen=True):
    """The customer blocked the shop, or left it."""

    phone: Phone


class Followed(Value, frozen=True):
    """The customer began, followed or came back; `ref` is what the link carried."""

    phone: Phone
    ref: str = ""


Act = Wrote | Pressed | Came | Reacted | TookBack | Blocked | Followed


class Webhook(Value, frozen=True):
    """One request of the provider's to the hub. `path`: what stands behind the hook's address, with its `?`."""

    body: bytes
    headers: dict[str, str]
    method: str = "POST"
    path: str = ""
