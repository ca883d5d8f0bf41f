"""What the routes about setting up channel accounts are asked and answer. No secret ever comes out: only that one is set."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.model.channels.look import Phrase, Seen
from hub.web.api.shapes.customers import Body

MOST_FIELDS = 60
Value = Annotated[str, Meta(max_length=8_192)]
Values = Annotated[dict[str, Value], Meta(max_length=MOST_FIELDS)]


Words = Mapping[str, str]
"""A sentence by language: vi, en, zh-TW."""


class KindField(Struct, frozen=True):
    """One thing an account of a kind is asked for. `what`: one sentence by language, with where it is found.

    `secret`: it is never shown again; `chosen`: ours to choose, a new random text does; `rare`: most shops leave it alone.
    """

    key: str
    what: Words
    secret: bool = False
    required: bool = False
    chosen: bool = False
    rare: bool = False
    example: str = ""
    default: str = ""


class Kind(Struct, frozen=True):
    """A kind of channel that can be set up; `ours`: it comes with the hub, else with a package beside it."""

    kind: str
    title: str
    fields: tuple[KindField, ...]
    ours: bool = True


class KindList(Struct, frozen=True):
    """All kinds. `public_url`: under which providers reach this hub; empty: none is set, so webhooks cannot come in."""

    kinds: tuple[Kind, ...]
    public_url: str = ""


class Account(Struct, frozen=True):
    """An account as it is set up. `values`: what was entered and is no secret; `set`: the secrets that are entered.

    `source`: `file` (in `file`, where alone it is changed) or `console`; `active`: it takes in and sends; `at_work`: this process has it;
    `trouble`: why not, with the remedy, by language; `hook`: the webhook's whole address, empty without a public one.
    `changed` in ms since 1970, `by` whom; `revision`: another one with each change; `marks`: of each secret something that changes with it
    and tells nothing of it.
    """

    channel: str
    name: str
    source: Literal["file", "console"]
    values: Mapping[str, str]
    set: tuple[str, ...]
    active: bool = True
    at_work: bool = True
    trouble: Words = {}
    hook: str = ""
    file: str = ""
    changed: int = 0
    by: str = ""
    revision: str = ""
    marks: Mapping[str, str] = {}


class AccountList(Struct, frozen=True):
    """All accounts, by kind and name. `key`: what the key is called that seals those of the console, `key_file`: where it lies."""

    accounts: tuple[Account, ...]
    key: str = ""
    key_file: str = ""


class NewAccount(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An account to be added, or only tried."""

    channel: Annotated[str, Meta(max_length=32)]
    name: Annotated[str, Meta(max_length=64)]
    values: Values = {}


class AccountChange(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What shall be another: `values` in place of all that was entered (a secret left out stays), `active`; null: it stays.

    `revision`: of the account as it was read; refused (409, code `changed`) where it is another one by now. '': changed whatever it is.
    """

    values: Values | None = None
    active: bool | None = None
    revision: Annotated[str, Meta(max_length=64)] = ""


class RemovedQuery(Struct, frozen=True):
    """`revision`: of the account as it was read; refused where it is another one by now. '': removed whatever it is."""

    revision: Annotated[str, Meta(max_length=64)] = ""


class SeenPoint(Struct, frozen=True):
    """One thing found. `words`: a sentence with the remedy in it, by language; `values`: what it was filled with."""

    code: str
    grade: Literal["good", "untold", "doubtful", "wrong"]
    words: Words
    values: Mapping[str, str] = {}


class SeenAccount(Struct, frozen=True):
    """What a look proved. `clicks`: what a person does at the provider, in order; `copies`: what they enter there, by what it is."""

    channel: str
    account: str
    at: int
    grade: str
    points: tuple[SeenPoint, ...]
    name: str = ""
    hook: str = ""
    until: int = 0
    clicks: tuple[Words, ...] = ()
    copies: Mapping[str, str] = {}


class Removed(Struct, frozen=True):
    """It is gone; what was said through it stays."""


def seen_account(seen: Seen, copies: Mapping[str, str], say: Callable[[Phrase], Words]) -> SeenAccount:
    """A look as it is shown; `say` words it."""
    points = (SeenPoint(code=one.code.value, grade=one.grade.value, words=say(one.said), values=one.values) for one in seen.points)
    return SeenAccount(
        channel=seen.channel,
        account=seen.account,
        at=seen.at,
        grade=seen.grade.value,
        points=tuple(points),
        name=seen.name,
        hook=seen.hook,
        until=seen.until,
        clicks=tuple(say(click) for click in seen.clicks),
        copies=copies,
    )
