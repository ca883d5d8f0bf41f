"""Lists of words as they are matched: a whole message, or a phrase inside one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from hub.model.text.folding import marked, plain

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

    phrases: "_Phrases"
    unless: "_Phrases"

    @classmethod
    def of(cls, phrases: Iterable[str], *, unless: Iterable[str] = ()) -> Self:
        """The list ready to be asked."""
        return cls(_Phrases.of(phrases), _Phrases.of(unless))

    def stand_in(self, bare: str) -> bool:
        """Whether one of the phrases stands in text that is `plain` already."""
        return self.phrases.stand_in(bare) and not self.unless.stand_in(bare)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Latin phrases end at spaces and are looked for by their first word; Chinese ones stand inside a run of signs."""

    latin: dict[str, tuple[str, ...]]
    signs: tuple[str, ...]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Self:
        folded = sorted({plain(phrase) for phrase in phrases})
        latin: dict[str, tuple[str, ...]] = {}
        for phrase in folded:
            if phrase.isascii():
                first = phrase.partition(" ")[0]
                latin[first] = (*latin.get(first, ()), f" {phrase} ")
        return cls(latin, tuple(phrase for phrase in folded if not phrase.isascii()))

    def stand_in(self, bare: str) -> bool:
        latin = self.latin
        for word in bare.split(" "):
            if word in latin:
                spaced = f" {bare} "
                if any(phrase in spaced for phrase in latin[word]):
                    return True
        return not bare.isascii() and any(phrase in bare for phrase in self.signs)
