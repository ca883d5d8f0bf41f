"""What became of LINE's reply tokens: each answers once and soon."""

from collections import OrderedDict

_REMEMBERED = 4096
"""Tokens live a minute; this many a minute is more than an account answers."""


class ReplyTokens:
    """The tokens of one account that were used, or may have been; the oldest are forgotten."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, None] = OrderedDict()
        self._doubtful: OrderedDict[str, None] = OrderedDict()

    def is_good(self, token: str, *, until: int, now: int) -> bool:
        """Whether it may still answer; `until` 0: not known, so LINE shall say."""
        return bool(token) and token not in self._spent and (not until or now < until)

    def spend(self, token: str) -> None:
        """It was used, or is too old."""
        self._doubtful.pop(token, None)
        _remember(self._spent, token)

    def doubt(self, token: str) -> None:
        """It was used, and nobody heard whether LINE took it."""
        _remember(self._doubtful, token)

    def is_doubtful(self, token: str) -> bool:
        """Whether it may have been used."""
        return token in self._doubtful


def _remember(those: OrderedDict[str, None], token: str) -> None:
    those[token] = None
    if len(those) > _REMEMBERED:
        those.popitem(last=False)
