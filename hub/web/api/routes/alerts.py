"""The API's routes about what is wrong with the hub itself: what is open, and that somebody knows of it."""

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from hub.model.alerts.alert import Alert, AlertKind, Severity
from hub.model.shop.people import Right
from hub.web.api.table import Answer, Ask, Rooms, Route

_Mark = Annotated[str, Meta(max_length=64, pattern=r"^al-[0-9a-f-]{36}\.\d{1,3}\Z")]


class OpenAlert(Struct, frozen=True):
    """One thing that is wrong. `subject`: of what (`telegram/main`, a machine's name; empty: of the hub); `since`: ms since 1970.

    `word`: by which screens find its sentence, `values`: what stands in it (`until` and `after` are instants, ms since 1970); `failure`:
    why, in the word of docs/outcomes.md; `mark`: says what is known by whoever puts it away, and is another one once it is worse;
    `known`: whoever asks has put it away.
    """

    id: str
    kind: AlertKind
    word: str
    subject: str
    severity: Severity
    since: int
    values: dict[str, int]
    failure: str
    mark: str
    known: bool


class AlertList(Struct, frozen=True):
    """All that is wrong now, the worst first; `checked`: when somebody last looked (ms since 1970; 0: nobody has yet)."""

    alerts: tuple[OpenAlert, ...]
    checked: int


class KnowBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The marks of what is put away."""

    marks: Annotated[tuple[_Mark, ...], Meta(max_length=100)]


class Known(Struct, frozen=True):
    """Put away until it changes."""

    marks: tuple[str, ...]


async def _alerts(rooms: Rooms, ask: Ask) -> Answer:
    book = await rooms.alerts.book()
    known = await rooms.alerts.known(ask.caller.name)
    return Answer(HTTPStatus.OK, AlertList(alerts=tuple(_shown(alert, known) for alert in book.open), checked=book.checked))


def _shown(alert: Alert, known: frozenset[str]) -> OpenAlert:
    return OpenAlert(
        id=alert.id,
        kind=alert.kind,
        word=alert.word,
        subject=alert.subject,
        severity=alert.severity,
        since=alert.since,
        values=alert.values,
        failure=alert.failure,
        mark=alert.mark,
        known=alert.mark in known,
    )


async def _know(rooms: Rooms, ask: Ask) -> Answer:
    body: KnowBody = ask.body
    await rooms.alerts.know(ask.caller.name, body.marks)
    return Answer(HTTPStatus.OK, Known(marks=body.marks))


ALERT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/alerts", name="listAlerts", right=Right.WATCH,
        take=_alerts, answers={HTTPStatus.OK: AlertList},
        summary="List what is wrong with the hub itself: accounts, webhooks, letters given up, disk, memory, archive.",
    ),
    Route(
        method="POST", path="/api/alerts/known", name="knowAlerts", right=Right.WATCH,
        take=_know, body=KnowBody, answers={HTTPStatus.OK: Known},
        summary="Put alerts away for oneself, until they change; everybody else sees them still.",
    ),
)  # fmt: skip
