"""A notice as its readers get it: one message in the shop's language, or one JSON document for a web address."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.model.alerts.alert import Alert, Change, News, Notice
from hub.model.alerts.words import HEADS, MORE, NEWS, SPOKEN, Words
from hub.model.base import Value
from hub.model.messaging.message import Message

INSTANTS = frozenset({"until", "after"})
LINES_AT_MOST = 8
_ORDER = (News.OPENED, News.WORSE, News.ENDED)


class Reader(Value, frozen=True):
    """How those who are told read: language (en, vi, zh-TW; others read English), time zone, and what their shop is called."""

    shop: str
    language: str = "en"
    time_zone: str = "UTC"


def message_of(notice: Notice, reader: Reader) -> Message:
    """The notice in words, what is wrong before what is over; its subject for letters."""
    head, lines = _head(notice, reader), lines_of(notice, reader)
    return Message(text="\n\n".join((head, *lines)), subject=head)


def lines_of(notice: Notice, reader: Reader) -> tuple[str, ...]:
    """One line for each change, at most eight."""
    changes = sorted(notice.changes, key=lambda change: _ORDER.index(change.news))
    lines = [_line(change, reader) for change in changes[:LINES_AT_MOST]]
    if more := len(changes) - len(lines):
        lines.append(_said(MORE, reader, {"n": str(more)}))
    return tuple(lines)


def posted_form(notice: Notice, reader: Reader) -> dict[str, object]:
    """The notice for programs; `text` is what Slack, Mattermost and Google Chat show of such a document."""
    return {
        "id": notice.id,
        "at": notice.at,
        "shop": reader.shop,
        "text": message_of(notice, reader).text,
        "changes": [
            {
                "news": change.news.value,
                "at": change.at,
                "kind": change.alert.kind.value,
                "subject": change.alert.subject,
                "severity": change.alert.severity.value,
                "since": change.alert.since,
                "values": change.alert.values,
                "failure": change.alert.failure,
            }
            for change in notice.changes
        ],
    }


def sentence_of(alert: Alert, reader: Reader) -> str:
    """What is wrong, in one sentence."""
    return _said(SPOKEN[alert.word].sentence, reader, _values(alert, reader))


def _head(notice: Notice, reader: Reader) -> str:
    over = all(change.news is News.ENDED for change in notice.changes)
    return _said(HEADS["ended" if over else "opened"], reader, {"shop": reader.shop})


def _line(change: Change, reader: Reader) -> str:
    spoken, values = SPOKEN[change.alert.word], _values(change.alert, reader)
    parts = {
        name: _said(words, reader, values)
        for name, words in (("sentence", spoken.sentence), ("remedy", spoken.remedy), ("title", spoken.title))
    }
    return _said(NEWS[change.news], reader, parts)


def _values(alert: Alert, reader: Reader) -> dict[str, str]:
    told = {name: _instant(value, reader) if name in INSTANTS else str(value) for name, value in alert.values.items()}
    return {**told, "subject": alert.subject}


def _instant(at: int, reader: Reader) -> str:
    form = "%Y/%m/%d %H:%M" if reader.language.startswith("zh") else "%d/%m/%Y %H:%M"
    return datetime.fromtimestamp(at / 1000, ZoneInfo(reader.time_zone)).strftime(form)


def _said(words: Words, reader: Reader, values: Mapping[str, str]) -> str:
    text = words.get(reader.language, words["en"])
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
