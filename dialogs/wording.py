"""The texts: ours per language and the shop's answers, read and checked before anything starts."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from dialogs.language import Languages
from dialogs.match import Index
from dialogs.phrases import Whole, Within
from dialogs.shapes import Hours, Labels, OurTexts, Sentences, Shop, ShopAnswer, ShopAnswers, SpecialDays, Times
from dialogs.telling import told_week
from hub.model.errors import SettingsError
from hub.model.shop.calendar import Calendar, Days, spans_of

_T = TypeVar("_T")

OUR_TEXTS = Path(__file__).parent / "texts"
"""Where this package keeps its own sentences, one file per language."""

ORDER, DELIVERY, PERSON, ANSWER = "order", "delivery", "person", "faq:"
"""Payloads of quick replies: ask for an order, a person, and `faq:<id>` for an answer of the shop's file."""

PICKED, SCORED = "order:", "csat:"
"""Payloads that carry more: `order:<number>`, and `csat:<conversation>:<score>`."""

SIZE, STOCK = "size", "stock"
"""Answers of the shop's file that are offered to who asks about a cart, where the shop has them."""

HOURS = "hours"
"""The answer of the shop's file to which the calendar adds how it is now."""


@dataclass(frozen=True, slots=True)
class Wording:
    """All of one language, ready to be said; `{shop}` is filled in."""

    language: str
    say: Sentences
    status: dict[str, str]
    label: Labels
    time: Times
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
    waiting: Whole
    waiting_within: Within
    questions: Within
    scores: tuple[Whole, ...]
    calendar: Calendar


def load_shop(folder: Path, *, time_zone: str = "UTC") -> ShopTexts:
    """Read our texts, the shop's answers and its hours (in `time_zone` unless they name one); raises SettingsError naming file and key."""
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
    return _assembled(shop, ours=ours, answers=answers, calendar=_calendar(shop_file, shop.hours, time_zone=time_zone))


def _assembled(shop: Shop, *, ours: dict[str, OurTexts], answers: dict[str, dict[str, ShopAnswer]], calendar: Calendar) -> ShopTexts:
    words = [texts.words for texts in ours.values()]  # STOP counts in each language, also in one the shop does not write.
    return ShopTexts(
        languages=Languages.of(
            shop.language,
            letters={language: ours[language].detect.letters for language in shop.name},
            words={language: ours[language].detect.words for language in shop.name},
        ),
        wordings={
            language: _wording((language, name), ours[language], answers=answers[language], calendar=calendar)
            for language, name in shop.name.items()
        },
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
        waiting=Whole.of(_each(w.waiting for w in words)),
        waiting_within=Within.of(_each(w.waiting_within for w in words)),
        questions=Within.of(_each(w.questions for w in words)),
        scores=tuple(Whole.of(_each(listed)) for listed in zip(*(w.scores for w in words), strict=True)),
        calendar=calendar,
    )


def _wording(named: tuple[str, str], ours: OurTexts, *, answers: dict[str, ShopAnswer], calendar: Calendar) -> Wording:
    language, shop = named
    hours = told_week(ours.time, calendar)
    say = {key: text.replace("{shop}", shop) for key, text in msgspec.structs.asdict(ours.say).items()}
    asks = {id_: answer.asks for id_, answer in answers.items()}
    return Wording(
        language=language,
        say=Sentences(**say),
        status=msgspec.structs.asdict(ours.status),
        label=ours.label,
        time=ours.time,
        answers={id_: answer.text.replace("{hours}", hours) for id_, answer in answers.items()},
        index=Index.of({**asks, ORDER: ours.words.order_asks}, courtesy=ours.words.courtesy),
    )


def _each(lists: Iterable[tuple[str, ...]]) -> list[str]:
    return [word for words in lists for word in words]


def _our_texts(path: Path) -> OurTexts:
    texts = _read(path, OurTexts)
    for table in (texts.say, texts.status, texts.label, texts.time):
        for key, text in msgspec.structs.asdict(table).items():
            if isinstance(text, str):
                _check_text(path, key, text=text)
    if (len(texts.time.weekdays), len(texts.time.months)) != (7, 12):
        raise SettingsError(f"{path}: `weekdays` has seven names from Monday, `months` twelve from January.")
    return texts


def _calendar(path: Path, hours: Hours | None, *, time_zone: str) -> Calendar:
    if hours is None:
        return Calendar(zone=time_zone)
    zone = hours.time_zone or time_zone
    try:
        ZoneInfo(zone)
        week = tuple(spans_of(day) for day in hours.week)
        special = tuple(_special(days) for days in hours.special)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise SettingsError(f"{path}: `hours`: {error}.") from error
    if not any(week):
        raise SettingsError(f"{path}: `hours` names no day on which the shop is open; leave the table out if it always is.")
    return Calendar(zone=zone, week=week, special=special)


def _special(days: SpecialDays) -> Days:
    last = days.last or days.first
    if last < days.first:
        raise ValueError(f"the special days from {days.first} end on {last}, before they begin")
    return Days(first=days.first, last=last, name=days.name, spans=spans_of(days.hours))


_PLACES = {
    "greeting": {"shop"},
    "stopped": {"shop"},
    "started": {"shop"},
    "help": {"shop"},
    "order_phone": {"order"},
    "order_wrong": {"order"},
    "order_pending": {"order"},
    "order_found": {"order", "status"},
    "queued_place": {"place"},
    "queued_later": {"when"},
    "waits_place": {"place"},
    "waits_later": {"when"},
    "hours_now": {"time"},
    "hours_later": {"when"},
    "hours_special": {"name", "dates"},
    "order_items": {"quantity", "title"},
    "order_shipment": {"carrier", "tracking"},
    "order_expected": {"day"},
    "order_total": {"amount"},
    "cart_finish": {"items", "link"},
    "cart_question": {"items"},
    "cart_about": {"items"},
    "cart_in_stock": {"item"},
    "cart_few_left": {"item", "left"},
    "cart_sold_out": {"item"},
    "cart_tonight": {"when"},
    "today": {"time"},
    "tomorrow": {"time"},
    "weekday": {"weekday", "time"},
    "later": {"date", "time"},
    "day": {"weekday", "date"},
    "date": {"day", "month"},
    "between": {"first", "last"},
    "every_day": {"hours"},
    "days": {"days", "hours"},
    "closed": {"days"},
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
        if answer.id == HOURS and "{hours}" not in answer.text:
            raise SettingsError(f"{path}: the answer `{HOURS}` must hold {{hours}}: the calendar of shop.toml is told there.")
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
