"""Finding the answer: which entry's questions share the most telling words with what was said."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Self

from hub.model.text.folding import plain

ENOUGH = 0.55
"""The score from which an entry is the answer; set by the questions of tests/dialogs/test_faq_questions.py."""

_MISSING_ASK = 0.35
"""What a word of the question counts that was not said."""
_MISSING_SAID = 0.3
"""What a word counts that was said and is not in the question: people wrap questions in stories."""
_UNKNOWN = 0.6
"""The weight of a said word no entry knows, in parts of the rarest word's weight."""
_PAIR = 0.5
"""The weight of two words side by side, beside their own: order tells, but less."""

_TOKENS = re.compile(r"[a-z0-9]+|[^\sa-z0-9]+")


@dataclass(frozen=True, slots=True)
class Found:
    """The entry that fits, and how well (0 to 1)."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Index:
    """The questions of one language, by word. Built once; asking touches only entries that share a word."""

    entries: tuple[str, ...]
    asked: tuple[str, ...]
    weights: tuple[float, ...]
    postings: dict[str, tuple[tuple[int, ...], float]]
    unknown: float
    dropped: frozenset[str]
    cut: re.Pattern[str] | None

    @classmethod
    def of(cls, asks: Mapping[str, Iterable[str]], *, courtesy: Iterable[str] = ()) -> Self:
        """`asks`: by entry, the ways to ask it; `courtesy`: words that say nothing of the matter."""
        courteous = {plain(word) for word in courtesy}
        dropped = frozenset(w for w in courteous if w.isascii())
        signs = sorted((w for w in courteous if w and not w.isascii()), key=len, reverse=True)
        cut = re.compile("|".join(signs)) if signs else None
        listed = [(entry, ask, _tokens(ask, dropped=dropped, cut=cut)) for entry, ways in asks.items() for ask in ways]
        questions = [(entry, tokens) for entry, _, tokens in listed if tokens]
        idf = _idf(questions)
        postings: dict[str, list[int]] = {}
        for number, (_, tokens) in enumerate(questions):
            for token in tokens:
                postings.setdefault(token, []).append(number)
        return cls(
            entries=tuple(entry for entry, _ in questions),
            asked=tuple(ask for _, ask, tokens in listed if tokens),
            weights=tuple(sum(idf[t] for t in tokens) for _, tokens in questions),
            postings={token: (tuple(numbers), idf[token]) for token, numbers in postings.items()},
            unknown=_UNKNOWN * max(idf.values(), default=0.0),
            dropped=dropped,
            cut=cut,
        )

    def best(self, text: str) -> Found | None:
        """The entry that fits the words best, if one fits well enough."""
        shared: dict[int, float] = {}
        said = 0.0
        for token in _tokens(text, dropped=self.dropped, cut=self.cut):
            posting = self.postings.get(token)
            if posting is None:
                said += 0.0 if " " in token else self.unknown
                continue
            numbers, weight = posting
            said += weight
            for number in numbers:
                shared[number] = shared.get(number, 0.0) + weight
        if not shared:
            return None
        weights, best, found = self.weights, 0.0, -1
        for number, both in shared.items():
            score = both / (both + _MISSING_ASK * (weights[number] - both) + _MISSING_SAID * (said - both))
            if score > best or (score == best and number < found):
                best, found = score, number
        return Found(self.entries[found], best) if best >= ENOUGH else None


def _idf(questions: list[tuple[str, frozenset[str]]]) -> dict[str, float]:
    """By token, how much it tells: the fewer entries know it, the more."""
    entries = {entry for entry, _ in questions}
    known = Counter(token for token, _ in {(token, entry) for entry, tokens in questions for token in tokens})
    return {token: (_PAIR if " " in token else 1.0) * log(1 + len(entries) / count) for token, count in known.items()}


def _tokens(text: str, *, dropped: frozenset[str], cut: re.Pattern[str] | None) -> frozenset[str]:
    """Words and pairs of words; in Chinese, which has no spaces, pairs of signs."""
    bare = plain(text)
    if cut is not None and not bare.isascii():
        bare = cut.sub(" ", bare)
    words: list[str] = []
    for run in _TOKENS.findall(bare):
        if run.isascii():
            if run not in dropped:
                words.append(run)
        elif len(run) == 1:
            words.append(run)
        else:
            words.extend(run[i : i + 2] for i in range(len(run) - 1))
    pairs = [f"{a} {b}" for a, b in pairwise(words) if a.isascii() and b.isascii()]
    return frozenset(words + pairs)
