"""What the hub calls by a code, the screens call by a word: no code is without one, and both say the same of the gate."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from hub.model.message import MediaKind
from hub.model.people import Role
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
    ],
)
def test_every_code_has_a_word(prefix: str, codes: Iterable[str]) -> None:
    assert [] == [code for code in codes if f"{prefix}.{code}" not in KEYS]


def test_the_gate_speaks_the_same_words_on_both_sides() -> None:
    rows = re.findall(r'"gate\.(\w+)": (\[[^\]]*\])', (ROWS / "gate.ts").read_text())
    told = {code: json.loads(re.sub(r",\s*\]", "]", row)) for code, row in rows}

    assert {code: [words["en"], words["vi"], words["zh-TW"]] for code, words in REASONS.items()} == told
