"""The shapes of the text files: what a language's file and the shop's own files hold; anything missing or misspelt is an error at start."""

from datetime import date

from hub.model.base import Value


class Strict(Value, frozen=True, forbid_unknown_fields=True):
    """A table of a text file: a missing or a misspelt key is an error at start."""


class Sentences(Strict, frozen=True):
    """What the bot says; places like `{shop}` and `{order}` are filled in where the English text has them."""

    greeting: str
    thanks: str
    fallback: str
    offer: str
    media: str
    queued: str
    onward: str
    onward_old: str
    onward_again: str
    queued_next: str
    queued_place: str
    queued_later: str
    queued_away: str
    waits: str
    waits_next: str
    waits_place: str
    waits_later: str
    stopped: str
    started: str
    help: str
    hours_now: str
    hours_later: str
    hours_special: str
    order_number: str
    order_phone: str
    order_wrong: str
    order_locked: str
    order_pending: str
    order_found: str
    order_items: str
    order_shipment: str
    order_expected: str
    order_total: str
    orders_which: str
    orders_none: str
    orders_pending: str
    cart_finish: str
    cart_gone: str
    cart_question: str
    cart_about: str
    cart_in_stock: str
    cart_few_left: str
    cart_sold_out: str
    cart_tonight: str
    cart_later: str
    csat_ask: str
    csat_why: str
    csat_low: str
    csat_thanks: str


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
    size: str
    stock: str


class Times(Strict, frozen=True):
    """How instants, days and hours are told. `weekdays` from Monday, `months` from January."""

    today: str
    tomorrow: str
    weekday: str
    later: str
    day_today: str
    day_tomorrow: str
    day: str
    date: str
    between: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    every_day: str
    days: str
    closed: str
    always: str
    and_: str


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
    waiting: tuple[str, ...]
    waiting_within: tuple[str, ...]
    questions: tuple[str, ...]
    score_1: tuple[str, ...]
    score_2: tuple[str, ...]
    score_3: tuple[str, ...]
    score_4: tuple[str, ...]
    score_5: tuple[str, ...]

    @property
    def scores(self) -> tuple[tuple[str, ...], ...]:
        """What counts as one to five."""
        return (self.score_1, self.score_2, self.score_3, self.score_4, self.score_5)


class Detect(Strict, frozen=True):
    """What tells the language: letters of its own (inside of a regular expression's class) and common words."""

    letters: str
    words: tuple[str, ...]


class OurTexts(Strict, frozen=True):
    """One language's file in `dialogs/texts`."""

    say: Sentences
    status: Statuses
    label: Labels
    time: Times
    words: Words
    detect: Detect


class ShopAnswer(Strict, frozen=True):
    """One answer of the shop: its id, a few ways to ask for it, what is said (`{hours}`: the calendar's week in words)."""

    id: str
    asks: tuple[str, ...]
    text: str


class ShopAnswers(Strict, frozen=True):
    """One language's `faq.<language>.toml`."""

    answer: tuple[ShopAnswer, ...]


class SpecialDays(Strict, frozen=True):
    """Days unlike their weekday: from `first` to `last` (one day without it), closed or open at `hours`; `name` by language."""

    first: date
    last: date | None = None
    name: dict[str, str] = {}
    hours: tuple[str, ...] = ()


class Hours(Strict, frozen=True):
    """`[hours]` of shop.toml: by weekday spans like `9:00-21:00`; without `time_zone` the one of hub.toml counts."""

    time_zone: str = ""
    monday: tuple[str, ...] = ()
    tuesday: tuple[str, ...] = ()
    wednesday: tuple[str, ...] = ()
    thursday: tuple[str, ...] = ()
    friday: tuple[str, ...] = ()
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()
    special: tuple[SpecialDays, ...] = ()

    @property
    def week(self) -> tuple[tuple[str, ...], ...]:
        """Monday to Sunday."""
        return (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)


class Shop(Strict, frozen=True):
    """`shop.toml`: the shop's name by language, the language used when nothing tells the customer's, its hours (none: always open)."""

    language: str
    name: dict[str, str]
    hours: Hours | None = None
