"""What the hub calls by a code, the screens call by a word: no code is without one, and both say the same of the gate."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from config.outcomes import markdown
from hub.model.alerts.words import SPOKEN
from hub.model.failure import Failure
from hub.model.messaging.message import MediaKind
from hub.model.messaging.outcomes import OUTCOMES
from hub.model.shop.people import Role
from hub.model.words import DeliveryState, Purpose
from hub.nudges.reasons import REASONS
from hub.nudges.verdict import Check, Outcome

ROWS = Path(__file__).parents[2] / "console/src/words/rows"
KEYS = frozenset(re.findall(r'^  "([^"]+)": ', "".join(path.read_text() for path in sorted(ROWS.glob("*.ts"))), re.MULTILINE))


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("state", [state.value for state in DeliveryState if state is not DeliveryState.DRAFT]),
        ("role", list(Role)),
        ("purpose", list(Purpose)),
        ("media", list(MediaKind)),
        ("check", list(Check)),
        ("verdict", list(Outcome)),
        ("gate", list(REASONS)),
        ("outcome", list(Failure)),
    ],
)
def test_every_code_has_a_word(prefix: str, codes: Iterable[str]) -> None:
    assert [] == [code for code in codes if f"{prefix}.{code}" not in KEYS]


def test_the_gate_speaks_the_same_words_on_both_sides() -> None:
    rows = re.findall(r'"gate\.(\w+)": (\[[^\]]*\])', (ROWS / "gate.ts").read_text())
    told = {code: json.loads(re.sub(r",\s*\]", "]", row)) for code, row in rows}

    assert {code: [words["en"], words["vi"], words["zh-TW"]] for code, words in REASONS.items()} == told


def test_every_failure_has_its_sentence_and_both_sides_say_the_same() -> None:
    rows = re.findall(r'"outcome\.(\w+)": (\[[^\]]*\])', (ROWS / "outcomes.ts").read_text())
    told = {code: json.loads(re.sub(r",\s*\]", "]", row)) for code, row in rows}

    assert set(Failure) == set(OUTCOMES)
    assert {failure: [one.words["en"], one.words["vi"], one.words["zh-TW"]] for failure, one in OUTCOMES.items()} == told


def test_every_alert_has_its_sentence_and_its_remedy_and_both_sides_say_the_same() -> None:
    rows = re.findall(r'"alert\.([\w.]+)": (\[[^\]]*\])', (ROWS / "alerts.ts").read_text())
    told = {code: json.loads(re.sub(r",\s*\]", "]", row)) for code, row in rows}

    sentences = {word: spoken.sentence for word, spoken in SPOKEN.items()}
    remedies = {f"{word}.remedy": spoken.remedy for word, spoken in SPOKEN.items()}
    assert {code: [words["en"], words["vi"], words["zh-TW"]] for code, words in {**sentences, **remedies}.items()} == told


def test_what_providers_note_in_their_own_words_is_told_in_ours() -> None:
    cases = (Path(__file__).parents[1] / "channels/cases").glob("*/in_*.json")
    events = (event for case in cases for event in json.loads(case.read_bytes())["expect"].get("events", ()))
    noted = {event["note"] for event in events if "note" in event}

    assert noted
    assert [] == sorted(name for name in noted if not any(key.startswith(f"noted.{name}") for key in KEYS))


def test_the_page_of_outcomes_is_what_the_code_says() -> None:
    page = Path(__file__).parents[2] / "docs/outcomes.md"

    assert markdown() == page.read_text()
