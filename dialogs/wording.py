"""The texts: ours per language and the shop's answers, read and checked before anything starts."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TypeVar

import msgspec

from dialogs.language import Languages
from dialogs.match import Index
from dialogs.phrases import Whole, Within
from hub.model.base import Value
from hub.model.errors import SettingsError

_T = TypeVar("_T")

OUR_TEXTS = Path(__file__).parent / "texts"
"""Where this package keeps its own sentences, one file per language."""

ORDER, DELIVERY, PERSON, ANSWER = "order", "delivery", "person", "faq:"
"""Payloads of quick replies: ask for an order, a person, and `faq:<id>` for an answer of the shop's file."""


class Strict(Value, frozen=True, forbid_unknown_fields=True):
    """A table of a text file: a missing or a misspelt key is an error at start."""


class Sentences(Strict, frozen=True):
    """What the bot says; `{shop}`, `{order}`, `{status}` are filled in where the English text has them."""

    greeting: str
    thanks: str
    fallback: str
    offer: str
    media: str
    queued: str
    stopped: str
    started: str
    help: str
    order_number: str
    order_phone: str
    order_wrong: str
    order_locked: str
    order_pending: str
    order_found: str


class Statuses(Strict, frozen=True):
    """How the state of an order is told; `other` where the shop's word is not one of these."""

    placed: str
    paid: str
    packed: str
    shipped: str
    out_for_delivery: str
    delivered: str
    delivery_failed: str
    returned: str
    cancelled: str
    refunded: str
    other: str


class Labels(Strict, frozen=True):
    """The quick replies' titles."""

    order: str
    delivery: str
    person: str


class Words(Strict, frozen=True):
    """What is understood, as lists; see the files for what each holds."""

    stop: tuple[str, ...]
    start: tuple[str, ...]
    help: tuple[str, ...]
    greeting: tuple[str, ...]
    thanks: tuple[str, ...]
    fine: tuple[str, ...]
    yes: tuple[str, ...]
    order_asks: tuple[str, ...]
    order_words: tuple[str, ...]
    person_whole: tuple[str, ...]
    person_within: tuple[str, ...]
    person_unless: tuple[str, ...]
    courtesy: tuple[str, ...]


class Detect(Strict, frozen=True):
    """What tells the language: letters of its own (inside of a regular expression's class) and common words."""

    letters: str
    words: tuple[str, ...]


class OurTexts(Strict, frozen=True):
    """One language's file in `dialogs/texts`."""

    say: Sentences
    status: Statuses
    label: Labels
    words: Words
    detect: Detect


class ShopAnswer(Strict, frozen=True):
    """One answer of the shop: its id, a few ways to ask for it, what is said."""

    id: str
    asks: tuple[str, ...]
    text: str


class ShopAnswers(Strict, frozen=True):
    """One language's `faq.<language>.toml`."""

    answer: tuple[ShopAnswer, ...]


class Shop(Strict, frozen=True):
    """`shop.toml`: the shop's name in each of its languages, and the one used when nothing tells the customer's."""

    language: str
    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """All of one language, ready to be said; `{shop}` is filled in."""

    say: Sentences
    status: dict[str, str]
    label: Labels
    answers: dict[str, str]
    index: Index


@dataclass(frozen=True, slots=True)
class ShopTexts:
    """Everything the dialogs say and understand, in all languages; immutable, made once by `load_shop`."""

    languages: Languages
    wordings: dict[str, Wording]
    stop: Whole
    start: Whole
    help: Whole
    greeting: Whole
    thanks: Whole
    fine: Whole
    yes: Whole
    person: Whole
    person_within: Within
    order_words: tuple[str, ...]


def load_shop(folder: Path) -> ShopTexts:
    """Read our texts and the shop's answers; raises SettingsError naming the file and the key."""
    shop_file = folder / "shop.toml"
    shop = _read(shop_file, Shop)
    if shop.language not in shop.name:
        raise SettingsError(f"{shop_file}: `language` is {shop.language!r}, which has no `name`: add name.{shop.language}.")
    ours = {path.stem: _our_texts(path) for path in sorted(OUR_TEXTS.glob("*.toml"))}
    strange = sorted(set(shop.name) - set(ours))
    if strange:
        raise SettingsError(f"{shop_file}: `name` has {strange[0]!r}; texts exist for {', '.join(ours)}.")
    answers = {language: _answers(folder / f"faq.{language}.toml") for language in shop.name}
    _check_same_answers(folder, answers)
    return _assembled(shop, ours=ours, answers=answers)


def _assembled(shop: Shop, *, ours: dict[str, OurTexts], answers: dict[str, dict[str, ShopAnswer]]) -> ShopTexts:
    words = [texts.words for texts in ours.values()]  # STOP counts in each language, also in one the shop does not write.
    return ShopTexts(
        languages=Languages.of(
            shop.language,
            letters={language: ours[language].detect.letters for language in shop.name},
            words={language: ours[language].detect.words for language in shop.name},
        ),
        wordings={language: _wording(name, ours[language], answers=answers[language]) for language, name in shop.name.items()},
        stop=Whole.of(_each(w.stop for w in words)),
        start=Whole.of(_each(w.start for w in words)),
        help=Whole.of(_each(w.help for w in words)),
        greeting=Whole.of(_each(w.greeting for w in words)),
        thanks=Whole.of(_each(w.thanks for w in words)),
        fine=Whole.of(_each(w.fine for w in words)),
        yes=Whole.of(_each(w.yes for w in words)),
        person=Whole.of([*_each(w.person_whole for w in words), *(texts.label.person for texts in ours.values())]),
        person_within=Within.of(_each(w.person_within for w in words), unless=_each(w.person_unless for w in words)),
        order_words=tuple(_each(w.order_words for w in words)),
    )


def _wording(shop: str, ours: OurTexts, *, answers: dict[str, ShopAnswer]) -> Wording:
    say = {key: text.replace("{shop}", shop) for key, text in msgspec.structs.asdict(ours.say).items()}
    asks = {id_: answer.asks for id_, answer in answers.items()}
    return Wording(
        say=Sentences(**say),
        status=msgspec.structs.asdict(ours.status),
        label=ours.label,
        answers={id_: answer.text for id_, answer in answers.items()},
        index=Index.of({**asks, ORDER: ours.words.order_asks}, courtesy=ours.words.courtesy),
    )


def _each(lists: Iterable[tuple[str, ...]]) -> list[str]:
    return [word for words in lists for word in words]


def _our_texts(path: Path) -> OurTexts:
    texts = _read(path, OurTexts)
    for table in (texts.say, texts.status, texts.label):
        for key, text in msgspec.structs.asdict(table).items():
            _check_text(path, key, text=text)
    return texts


_PLACES = {
    "greeting": {"shop"},
    "stopped": {"shop"},
    "started": {"shop"},
    "help": {"shop"},
    "order_phone": {"order"},
    "order_wrong": {"order"},
    "order_pending": {"order"},
    "order_found": {"order", "status"},
}
"""What must be filled in, by sentence; a place no one fills would be read by a customer."""


def _check_text(path: Path, key: str, *, text: str) -> None:
    if not text.strip():
        raise SettingsError(f"{path}: `{key}` is empty.")
    try:
        places = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise SettingsError(f"{path}: `{key}` has a brace that does not close.") from error
    wanted = _PLACES.get(key, set())
    if places != wanted:
        raise SettingsError(f"{path}: `{key}` must hold {sorted(wanted) or 'no place'} to fill in, and holds {sorted(places) or 'none'}.")


def _answers(path: Path) -> dict[str, ShopAnswer]:
    listed = _read(path, ShopAnswers).answer
    found: dict[str, ShopAnswer] = {}
    for answer in listed:
        if answer.id in found or answer.id in (ORDER, PERSON):
            raise SettingsError(f"{path}: the answer id `{answer.id}` stands twice or is one of ours: choose another.")
        if not answer.asks or not answer.text.strip():
            raise SettingsError(f"{path}: the answer `{answer.id}` needs `asks` and `text`.")
        found[answer.id] = answer
    if DELIVERY not in found:
        raise SettingsError(f"{path}: the answer `{DELIVERY}` is missing; the quick reply under the fallback leads there.")
    return found


def _check_same_answers(folder: Path, answers: dict[str, dict[str, ShopAnswer]]) -> None:
    for language, found in answers.items():
        for other, theirs in answers.items():
            lacking = sorted(set(theirs) - set(found))
            if lacking:
                raise SettingsError(f"{folder / f'faq.{language}.toml'}: the answer `{lacking[0]}` of faq.{other}.toml is missing.")


def _read(path: Path, shape: type[_T]) -> _T:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=shape)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}.") from error
