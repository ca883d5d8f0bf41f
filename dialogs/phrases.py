"""Lists of words as they are matched: a whole message, or a phrase inside one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from dialogs.fold import marked, plain

LONGEST_WHOLE = 60
"""Characters beyond which a message is not one of our words."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Words that count when they are the whole message; `spellings` by their folded form."""

    spellings: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """The list ready to be asked."""
        found: dict[str, tuple[str, ...]] = {}
        for word in words:
            bare = _command(word) + plain(word)
            found[bare] = (*found.get(bare, ()), marked(word))
        return cls(found)

    def has(self, text: str) -> bool:
        """Whether the message is one of these words, typed with its marks, or without any, or with some of them.

        A mark that is typed must be the right one: `đúng` (right) is not `dừng` (stop), though both fold to `dung`.
        """
        if len(text) > LONGEST_WHOLE:
            return False
        bare = plain(text)
        spellings = self.spellings.get(_command(text) + bare)
        if spellings is None:
            return False
        said = marked(text)
        return said == bare or any(_spelt(said.split(), word.split()) for word in spellings)


def _command(text: str) -> str:
    """A slash makes another word of it: `/start` opens a Telegram bot and allows nothing."""
    return "/" if text.lstrip().startswith("/") else ""


def _spelt(said: list[str], word: list[str]) -> bool:
    return len(said) == len(word) and all(s in (w, plain(w)) for s, w in zip(said, word, strict=True))


@dataclass(frozen=True, slots=True)
class Within:
    """Phrases that count wherever they stand in a message, unless one of the others stands there too."""

    phrases: tuple[str, ...]
    unless: tuple[str, ...]

    @classmethod
    def of(cls, phrases: Iterable[str], *, unless: Iterable[str] = ()) -> Self:
        """The list ready to be asked."""
        return cls(tuple(sorted({_bounded(p) for p in phrases})), tuple(sorted({_bounded(p) for p in unless})))

    def stand_in(self, bare: str) -> bool:
        """Whether one of the phrases stands in text that is `plain` already."""
        spaced = f" {bare} "
        return any(p in spaced for p in self.phrases) and not any(p in spaced for p in self.unless)


def _bounded(phrase: str) -> str:
    """Latin words end at spaces; Chinese ones stand inside a run of signs."""
    bare = plain(phrase)
    return f" {bare} " if bare.isascii() else bare
