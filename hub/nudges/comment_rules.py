"""Rules that answer comments by their words: what each hears, and what it says."""

from collections.abc import Mapping
from enum import StrEnum

from hub.model.base import Value
from hub.model.text.folding import fold


class Once(StrEnum):
    """How often a rule answers the same customer: each comment, or the first one under a post."""

    COMMENT = "comment"
    POST = "post"


class CommentRule(Value, frozen=True):
    """One rule. `words`, `unless`: as people write them; `private`, `public`: texts by language, either may be empty.

    `accounts`: `channel/name` of those it holds on, `posts`: ids of those it holds under; none: all.
    """

    name: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    private: Mapping[str, str] = {}
    public: Mapping[str, str] = {}
    accounts: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    once: Once = Once.COMMENT

    def hears(self, text: str) -> bool:
        """Whether the comment says one of its words, and none that it leaves alone."""
        return any(says(text, word) for word in self.words) and not any(says(text, word) for word in self.unless)


class CommentBook(Value, frozen=True):
    """All rules in their order, the first that hears answers; `wait`: whether what none answers waits for a person."""

    rules: tuple[CommentRule, ...] = ()
    wait: bool = True

    def rule_for(self, text: str, *, account: str, post: str) -> CommentRule | None:
        """The rule that answers this comment on that account (`channel/name`) under that post; None where none does."""
        for rule in self.rules:
            here = (not rule.accounts or account in rule.accounts) and (not rule.posts or post in rule.posts)
            if here and rule.hears(text):
                return rule
        return None


def says(text: str, word: str) -> bool:
    """Whether a text has a word (or words), whatever its case, width and diacritics; `giá` is not in `giảm`, `+1` not in `+10`.

    Chinese has no spaces between words, so a word that ends in a Chinese letter may stand anywhere.
    """
    heard, wanted = _spaced(text), _spaced(word)
    start = heard.find(wanted) if wanted else -1
    while start >= 0:
        before, behind = heard[:start][-1:], heard[start + len(wanted) :][:1]
        if _parted(before, wanted[0]) and _parted(wanted[-1], behind):
            return True
        start = heard.find(wanted, start + 1)
    return False


def _spaced(text: str) -> str:
    return " ".join(fold(text).split())


def _parted(left: str, right: str) -> bool:
    """Whether a word may end between these two letters; '' is the text's own end."""
    if right == "+":
        return not left.isdigit()  # "1+1" is a sum.
    if not (left.isalnum() and right.isalnum()) or left.isdigit() is not right.isdigit():
        return True
    return not (left.isascii() and right.isascii())
