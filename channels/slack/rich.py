"""The words of rich text, where Slack tells nothing plainer: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block/."""

from channels.fields import Json, objects, soft

_DEEPEST = 12
"""Lists stand in one another, but no person writes deeper than that."""

_LINES = frozenset(("rich_text_section", "rich_text_preformatted", "rich_text_quote"))
_NAMED = (("text", ""), ("url", ""), ("user_id", "<@{}>"), ("channel_id", "<#{}>"), ("usergroup_id", "<!subteam^{}>"), ("name", ":{}:"))
"""Where a piece of a line says what it is, and how that is written in a plain text."""


def block_words(blocks: list[Json]) -> str:
    """What a message says whose `text` is empty: its blocks of rich text and of plain sections, a line each."""
    return "\n".join(filter(None, (_section(block) if soft(block, "type") == "section" else rich_words(block) for block in blocks)))


def rich_words(rich: Json, depth: int = 0) -> str:
    """The words of one `rich_text` value or of a part of it; empty where it has none."""
    if soft(rich, "type") in _LINES:
        return "".join(map(_word, objects(rich, "elements")))
    parts = objects(rich, "elements") if depth < _DEEPEST else []
    return "\n".join(filter(None, (rich_words(part, depth + 1) for part in parts)))


def _section(block: Json) -> str:
    told = block.get("text")
    return soft(told, "text") if isinstance(told, dict) else ""


def _word(part: Json) -> str:
    for key, written in _NAMED:
        if found := soft(part, key):
            return written.format(found) if written else found
    return ""
