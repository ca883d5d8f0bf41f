"""The words of Telegram messages that have no text of their own: polls, lists, games, rich messages."""

from collections.abc import Callable, Iterator

from channels.fields import Json, objects, soft, soft_object

_DEEPEST = 20
"""Blocks of a rich message stand in one another no deeper than that; what is deeper was made up to make us dizzy."""


def words_of(message: Json) -> str:
    """What somebody reads who sees it; empty for every other kind of message.

    https://core.telegram.org/bots/api#message (`poll`, `checklist`, `game`, `dice`, `rich_message`)
    """
    return next((read(soft_object(message, key)) for key, read in _READERS.items() if isinstance(message.get(key), dict)), "")


def _lines(*told: str) -> str:
    return "\n".join(filter(None, (each.strip() for each in told)))


def _poll(poll: Json) -> str:
    return _lines(soft(poll, "question"), *(f"- {soft(option, 'text')}" for option in objects(poll, "options")))


def _checklist(checklist: Json) -> str:
    return _lines(soft(checklist, "title"), *(f"- {soft(task, 'text')}" for task in objects(checklist, "tasks")))


def _game(game: Json) -> str:
    return _lines(soft(game, "title"), soft(game, "description"))


def _dice(dice: Json) -> str:
    return soft(dice, "emoji") or "🎲"


def _rich(message: Json) -> str:
    return _lines(*("".join(_told(block, 0)) for block in objects(message, "blocks")))


def _told(part: object, depth: int) -> Iterator[str]:
    """The words of a block or of a text, which is a string, a list of texts, or an object with a text in it; each block its own line."""
    if isinstance(part, str):
        yield part
    elif depth < _DEEPEST and isinstance(part, list):
        for each in part:
            yield from _told(each, depth + 1)
    elif depth < _DEEPEST and isinstance(part, dict):
        yield from _told(part.get("text"), depth + 1)
        for key in _WITHIN:
            for each in objects(part, key):
                yield "\n"
                yield from _told(each, depth + 1)


_WITHIN = ("blocks", "items")

_READERS: dict[str, Callable[[Json], str]] = {
    "poll": _poll,
    "checklist": _checklist,
    "game": _game,
    "dice": _dice,
    "rich_message": _rich,
}
