"""Which language a customer writes: by letters that leave no doubt, by what is known, by words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from hub.model.text.folding import OPENING, plain


@dataclass(frozen=True, slots=True)
class Languages:
    """The shop's languages, and what tells them apart."""

    default: str
    all: tuple[str, ...]
    letters: tuple[tuple[str, re.Pattern[str]], ...]
    words: tuple[tuple[str, frozenset[str]], ...]

    @classmethod
    def of(cls, default: str, *, letters: Mapping[str, str], words: Mapping[str, tuple[str, ...]]) -> Self:
        """`letters`: by language, the inside of a regular expression's class; `words`: by language, short common words."""
        return cls(
            default,
            tuple(words),
            # Chinese before Vietnamese: a Chinese sentence may quote a Vietnamese name, hardly the other way round.
            tuple((language, re.compile(f"[{inside}]")) for language, inside in sorted(letters.items(), reverse=True) if inside),
            tuple((language, frozenset(plain(w) for w in listed)) for language, listed in words.items() if listed),
        )

    def by_letters(self, text: str) -> str:
        """The language whose own letters stand in the text, else empty."""
        if text.isascii():
            return ""
        return next((language for language, pattern in self.letters if pattern.search(text, 0, OPENING)), "")

    def by_words(self, text: str) -> str:
        """The language most of whose common words stand in the text, else empty (none, or a draw)."""
        said = set(plain(text).split())
        counts = sorted(((len(said & listed), language) for language, listed in self.words), reverse=True)
        if not counts or not counts[0][0] or (len(counts) > 1 and counts[0][0] == counts[1][0]):
            return ""
        return counts[0][1]

    def known(self, tag: str) -> str:
        """The shop's language for a language tag (`zh-hant`, `en-US`, `vi_VN`), else empty."""
        base = tag.lower().replace("_", "-").partition("-")[0]
        return next((language for language in self.all if language.lower().partition("-")[0] == base), "")
