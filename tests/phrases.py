"""What channels say by a code, in English: for tests that read sentences."""

from collections.abc import Iterable

from config.accounts.phrasing import ENGLISH, catalogue
from hub.model.channels.look import Phrase


def english(said: Iterable[Phrase]) -> tuple[str, ...]:
    """The sentences."""
    return tuple(catalogue().say(one, ENGLISH) for one in said)
