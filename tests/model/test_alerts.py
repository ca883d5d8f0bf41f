"""From facts to alerts and from looks to notices: pure, so every order of looks can be tried."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model.alerts.alert import Alert, AlertKind, Book, Change, Looked, News, Notice, Severity, Step
from hub.model.alerts.book import CALM, GATHER, PATIENCE, REMEMBERED, SPACING, observe
from hub.model.alerts.message import LINES_AT_MOST, Reader, lines_of, message_of, posted_form
from hub.model.alerts.rules import DAY_MS, MEBIBYTE, AccountFacts, Disk, Facts, Memory, wrong
from hub.model.alerts.words import SPOKEN

NOW = 1_800_000_000_000
PLACE = "telegram/main"
LANGUAGES = ("en", "vi", "zh-TW")
ACCESS = Alert(kind=AlertKind.ACCESS, subject=PLACE, severity=Severity.CRITICAL, failure="auth", level=2)


def looked_at(
    looks: Sequence[Sequence[Alert]], *, unknown: frozenset[str] = frozenset(), book: Book | None = None
) -> tuple[Book, list[Notice]]:
    """The book after these looks, and all notices that were made; each is handed on at once."""
    book, notices = book or Book(), list[Notice]()
    for n, seen in enumerate(looks):
        book = observe(book, seen, unknown, now=NOW + n * 15_000)
        notices += book.notices
        book = replace(book, notices=())
    return book, notices


def news_of(notices: Sequence[Notice]) -> list[tuple[str, str]]:
    return [(change.news.value, change.alert.key) for notice in notices for change in notice.changes]


def kinds(facts: Facts, *standing: Alert) -> set[str]:
    return {alert.kind.value for alert in wrong(facts, {alert.key: alert for alert in standing})}


def of_account(**more: object) -> Facts:
    return Facts(now=NOW, accounts=(AccountFacts(place=PLACE, **more),))  # type: ignore[arg-type]


def test_what_stays_is_told_once_and_its_end_once() -> None:
    _, notices = looked_at([[ACCESS]] * 50 + [[]] * 50)

    assert [("opened", ACCESS.key), ("ended", ACCESS.key)] == news_of(notices)


def test_what_was_there_for_a_moment_is_told_to_nobody() -> None:
    assert [] == looked_at([[ACCESS]] * (PATIENCE[AlertKind.ACCESS] - 1) + [[]] * 50)[1]


def test_what_ended_before_anybody_heard_of_it_is_told_to_nobody() -> None:
    first = Alert(kind=AlertKind.DEAD, values={"n": 1})
    book, notices = looked_at([[first]] * (GATHER + 1))
    assert 1 == len(notices)

    # Within the rest after a notice something opens and ends.
    _, notices = looked_at([[first, ACCESS]] * 3 + [[first]] * 40, book=book)

    assert [] == notices


def test_a_provider_that_is_down_breaks_many_accounts_and_is_one_message() -> None:
    many = [replace(ACCESS, subject=f"telegram/shop{n}") for n in range(30)]

    _, notices = looked_at([many[: n + 1] for n in range(30)] + [many] * 30)

    assert 3 >= len(notices)
    assert 30 == len(news_of(notices))
    assert LINES_AT_MOST + 1 >= max(len(lines_of(one, Reader(shop="S"))) for one in notices)


def test_what_nobody_could_see_stays_as_it_was() -> None:
    book, _ = looked_at([[ACCESS]] * 10)

    unseen, notices = looked_at([[]] * 50, unknown=frozenset({AlertKind.ACCESS.value}), book=book)

    assert ([], book.open) == (notices, unseen.open)


def test_worse_is_told_and_better_is_not() -> None:
    low = Alert(kind=AlertKind.DISK, subject="m1", values={"mib": 900})
    least = replace(low, severity=Severity.CRITICAL, level=2, values={"mib": 100})

    book, notices = looked_at([[low]] * 30 + [[least]] * 30 + [[low]] * 30)

    assert [("opened", low.key), ("worse", low.key)] == news_of(notices)
    assert [(Severity.CRITICAL, 2, {"mib": 900})] == [(one.severity, one.level, one.values) for one in book.open]


def test_worse_has_another_mark_and_the_same_id() -> None:
    worse = replace(ACCESS, level=3)

    assert (ACCESS.id, True) == (worse.id, ACCESS.mark != worse.mark)


def test_what_comes_and_goes_needs_ever_longer_to_have_ended() -> None:
    calm = CALM[AlertKind.ACCESS]
    flapping = ([[ACCESS]] * 3 + [[]] * calm) * 30

    _, notices = looked_at(flapping)

    ends = [news for news, _ in news_of(notices) if news == "ended"]
    assert 3 >= len(ends)


@given(st.lists(st.lists(st.sampled_from(AlertKind), unique=True, max_size=4), max_size=400))
def test_however_looks_follow_each_opening_is_told_before_its_end_and_messages_are_rare(looks: list[list[AlertKind]]) -> None:
    book, notices = looked_at([[Alert(kind=kind) for kind in look] for look in looks])

    standing: Counter[str] = Counter()
    for news, key in news_of(notices):
        standing[key] += 1 if news == "opened" else -1 if news == "ended" else 0
        assert standing[key] in {0, 1}
    assert len(notices) <= len(looks) // SPACING + 1
    assert len({notice.id for notice in notices}) == len(notices)
    # What people believe is so, but for what is still to be told.
    told = {key for key, n in standing.items() if n}
    for change in book.pending:
        told = told | {change.alert.key} if change.news is not News.ENDED else told - {change.alert.key}
    assert {alert.key for alert in book.open} == told


@given(st.lists(st.booleans(), max_size=300))
def test_the_book_forgets_what_has_long_ended(pattern: list[bool]) -> None:
    looks = [[ACCESS] if one else [] for one in pattern]

    book, _ = looked_at([*looks, *([[]] * (REMEMBERED + (CALM[AlertKind.ACCESS] << 5) + 1))])

    assert () == book.entries


@given(st.lists(st.integers(min_value=-(10**12), max_value=10**12), min_size=1, max_size=60))
def test_a_clock_that_jumps_opens_and_ends_nothing(jumps: list[int]) -> None:
    book, _ = looked_at([[ACCESS]] * 30)

    for jump in jumps:
        book = observe(book, [ACCESS], frozenset(), now=max(0, NOW + jump))

    assert ([Step.OPEN], ()) == ([entry.step for entry in book.entries], book.pending)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (of_account(), set()),
        (of_account(failed=NOW, failure="auth"), {"access"}),
        (of_account(failed=NOW, failure="payment"), {"access"}),
        (of_account(failed=NOW, failure="auth", well=NOW + 1), set()),
        (of_account(failed=NOW, failure="provider_5xx"), set()),
        (of_account(failed=NOW, failure="auth", looked=Looked(at=NOW + 1, taken=True)), set()),
        (of_account(well=NOW, looked=Looked(at=NOW + 1, refused=True)), {"access"}),
        (of_account(failed=NOW, failure="auth", calls=20, failures=20), {"access"}),
        (of_account(calls=50, failures=10), {"failing"}),
        (of_account(calls=51, failures=10), set()),
        (of_account(calls=9, failures=9), set()),
        (of_account(looked=Looked(at=NOW, until=NOW + 6 * DAY_MS)), {"token"}),
        (of_account(looked=Looked(at=NOW, until=NOW + 8 * DAY_MS)), set()),
        (of_account(looked=Looked(at=NOW, elsewhere=True)), {"hook"}),
        (of_account(enforced={AlertKind.RESTRICTED: 1, AlertKind.QUALITY: 1}), {"restricted"}),
        (of_account(enforced={AlertKind.QUALITY: 2}), {"quality"}),
        (of_account(enforced={AlertKind.TEMPLATE: 2, AlertKind.QUALITY: 1}), {"template", "quality"}),
        (Facts(now=NOW, dead=0), set()),
        (Facts(now=NOW, dead=1), {"dead"}),
        (Facts(now=NOW, disks=(Disk(machine="m1", free=1023 * MEBIBYTE), Disk(machine="m2", free=1025 * MEBIBYTE))), {"disk"}),
        (Facts(now=NOW, memory=Memory(used=70, most=100)), {"memory"}),
        (Facts(now=NOW, memory=Memory(used=69, most=100)), set()),
        (Facts(now=NOW, memory=Memory(used=69, most=0)), set()),
        (Facts(now=NOW, behind=2_001), {"archive"}),
        (Facts(now=NOW, behind=2_000), set()),
        (Facts(now=NOW, spooled=1), {"spool"}),
        (Facts(now=NOW), set()),
    ],
)
def test_what_is_wrong(facts: Facts, expected: set[str]) -> None:
    assert expected == kinds(facts)


@pytest.mark.parametrize(
    ("kind", "subject", "facts"),
    [
        (AlertKind.ACCESS, PLACE, of_account(failed=NOW - 299_999, failure="auth", looked=Looked(at=NOW, taken=True))),
        (AlertKind.FAILING, PLACE, of_account(calls=50, failures=5)),
        (AlertKind.TOKEN, PLACE, of_account(looked=Looked(until=NOW + 7 * DAY_MS + 1))),
        (AlertKind.DISK, "m1", Facts(now=NOW, disks=(Disk(machine="m1", free=1200 * MEBIBYTE),))),
        (AlertKind.MEMORY, "", Facts(now=NOW, memory=Memory(used=61, most=100))),
        (AlertKind.ARCHIVE, "", Facts(now=NOW, behind=501)),
    ],
)
def test_what_stands_needs_more_to_end_than_it_needed_not_to_open(kind: AlertKind, subject: str, facts: Facts) -> None:
    assert (set(), {kind.value}) == (kinds(facts), kinds(facts, Alert(kind=kind, subject=subject)))


def test_access_that_was_refused_five_minutes_ago_and_given_since_is_no_matter_any_more() -> None:
    facts = of_account(failed=NOW - 300_000, failure="auth", well=NOW)

    assert set() == kinds(facts, ACCESS)


@pytest.mark.parametrize(("n", "level"), [(1, 1), (9, 1), (10, 2), (99, 2), (100, 3)])
def test_letters_given_up_are_news_again_at_ten_and_a_hundred(n: int, level: int) -> None:
    (alert,) = wrong(Facts(now=NOW, dead=n), {})

    assert level == alert.level


@pytest.mark.parametrize("n", [1, 2, 7])
def test_each_further_template_is_news(n: int) -> None:
    (alert,) = wrong(of_account(enforced={AlertKind.TEMPLATE: n}), {})

    assert (n, {"n": n}) == (alert.level, alert.values)


def test_what_was_not_seen_is_unknown_by_its_kinds() -> None:
    assert frozenset(kind.value for kind in AlertKind) == Facts(now=NOW).unknown
    assert frozenset() == Facts(now=NOW, accounts=(), dead=0, disks=(), memory=Memory(used=0, most=0), behind=0, spooled=0).unknown


def test_every_alert_has_its_words_in_every_language_and_no_value_is_left_open() -> None:
    alerts = [
        *wrong(Facts(now=NOW, dead=3, disks=(Disk(machine="m1", free=1),), memory=Memory(used=9, most=10), behind=9_999, spooled=4), {}),
        *wrong(of_account(calls=50, failures=10, looked=Looked(until=NOW + DAY_MS, elsewhere=True)), {}),
        ACCESS,
        replace(ACCESS, failure="payment"),
        Alert(kind=AlertKind.SILENT, subject=PLACE, values={"after": NOW}),
        *wrong(of_account(enforced={AlertKind.RESTRICTED: 1, AlertKind.TEMPLATE: 3}), {}),
        *wrong(of_account(enforced={AlertKind.QUALITY: 1}), {}),
    ]
    assert {alert.word for alert in alerts} == set(SPOKEN) == {*AlertKind, "payment"}

    for language in LANGUAGES:
        for news in News:
            for part in (alerts[:8], alerts[8:]):
                notice = Notice(id="no-1", at=NOW, changes=tuple(Change(news=news, alert=alert) for alert in part))
                text = message_of(notice, Reader(shop="Trà & Co", language=language, time_zone="Asia/Ho_Chi_Minh")).text
                assert "{" not in text
                assert "Trà & Co" in text


def test_instants_are_told_in_the_shop_s_own_time() -> None:
    silent = Notice(id="no-1", at=NOW, changes=(Change(news=News.OPENED, alert=Alert(kind=AlertKind.SILENT, values={"after": NOW})),))

    assert "15/01/2027 15:00" in message_of(silent, Reader(shop="S", language="vi", time_zone="Asia/Ho_Chi_Minh")).text
    assert "2027/01/15 16:00" in message_of(silent, Reader(shop="S", language="zh-TW", time_zone="Asia/Taipei")).text


def test_programs_get_what_changed_and_what_people_read() -> None:
    notice = Notice(id="no-1", at=NOW, changes=(Change(news=News.OPENED, alert=ACCESS, at=NOW),))

    form = posted_form(notice, Reader(shop="S"))

    assert ("no-1", message_of(notice, Reader(shop="S")).text) == (form["id"], form["text"])
    assert [{"news": "opened", "kind": "access", "subject": PLACE}] == [
        {name: change[name] for name in ("news", "kind", "subject")}
        for change in form["changes"]  # type: ignore[attr-defined]
    ]
