"""What is said of channel accounts, in each language: one catalogue a language, in the folder `words` beside this file."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from config.settings.values import Settings
from hub.model.channels.look import Phrase
from hub.model.errors import SettingsError

LANGUAGES = ("en", "vi", "zh-TW")
ENGLISH = LANGUAGES[0]

_WORDS = Path(__file__).parent / "words"
_PLACE = re.compile(r"\{(\w+)\}")


class Catalogue(Struct, frozen=True):
    """The sentences, by language and code."""

    sentences: Mapping[str, Mapping[str, str]]

    def say(self, said: Phrase, language: str) -> str:
        """The sentence, filled in; what no catalogue has is said as it came."""
        sentence = self.sentences[language].get(said.code)
        if sentence is None:
            return said.text or said.code
        # Filled in at once: what a provider says in its own words may have braces too.
        return _PLACE.sub(lambda place: said.values.get(place[1], ""), sentence)

    def in_all(self, said: Phrase) -> dict[str, str]:
        """The sentence by language."""
        return {language: self.say(said, language) for language in self.sentences}

    def of_field(self, kind: str, key: str, *, usual: str) -> dict[str, str]:
        """What is asked for, by language: the kind's own sentence, or the one every kind has; `usual`: where there is neither."""
        code = next((code for code in (f"field.{kind}.{key}", f"field.{key}") if code in self.sentences[ENGLISH]), "")
        return self.in_all(Phrase(code=code, text=usual))


class Worded(SettingsError):
    """A setting is wrong, and there is a phrase for it; the text is its English sentence."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(catalogue().say(said, ENGLISH))
        self.said = said


def phrase_of(error: SettingsError) -> Phrase:
    """What to say of it."""
    return error.said if isinstance(error, Worded) else Phrase(text=str(error))


@cache
def catalogue() -> Catalogue:
    """The catalogue as this version of the hub has it."""
    return Catalogue({language: dict(_flat(tomllib.loads((_WORDS / f"{language}.toml").read_text("utf-8")))) for language in LANGUAGES})


def language_here(settings: Settings, environ: Mapping[str, str]) -> str:
    """The language of a command: the shop's, or where that is English (a shop that says nothing has it) the terminal's, if we speak it."""
    if settings.shop.language in LANGUAGES and settings.shop.language != ENGLISH:
        return settings.shop.language
    told = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name, ""))), "").lower()
    return {"vi": "vi", "zh": "zh-TW"}.get(told[:2], ENGLISH)


def _flat(tree: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
