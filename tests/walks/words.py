"""The console's words, from its own catalogue: a walk presses what is written, in whichever language."""

import re
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parents[2] / "console/src/words/rows"
LANGUAGES = ("en", "vi", "zh-TW")
_ROW = re.compile(r'"(?P<key>[a-z.0-9_-]+)":\s*\[(?P<words>(?:[^\]\[]|\n)*?)\]', re.IGNORECASE)
_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"')


@cache
def catalogue() -> dict[str, tuple[str, ...]]:
    """Key → its words in English, Vietnamese and Chinese; rows with plurals are left out."""
    found = {}
    for file in sorted(CATALOGUE.glob("*.ts")):
        for row in _ROW.finditer(file.read_text()):
            words = tuple(one.replace('\\"', '"') for one in _WORDS.findall(row["words"]))
            if len(words) == len(LANGUAGES):
                found[row["key"]] = words
    return found


def word(key: str, language: str) -> str:
    """What is written there; KeyError where the catalogue has no such row."""
    return catalogue()[key][LANGUAGES.index(language)]
