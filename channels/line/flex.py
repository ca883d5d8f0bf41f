"""Buttons, lists and cards as LINE's flex messages: https://developers.line.biz/en/docs/messaging-api/flex-message-elements/."""

from collections.abc import Iterable, Iterator

import msgspec

from channels.fields import Json
from channels.line.actions import FLEX_LABEL, action_of, row_action
from hub.model.messaging.message import Button, Card, Choices, Row

MOST_BUTTONS = 12
MOST_ROWS = 24
"""Ours: more would not be read in one bubble; LINE counts bytes (30 kB a bubble)."""

MOST_CARDS = 12
"""Bubbles of a carousel: https://developers.line.biz/en/reference/messaging-api/#f-carousel"""

CARD_BUTTONS = 4

_CAROUSEL_BYTES = 50_000
"""https://developers.line.biz/en/reference/messaging-api/#f-carousel"""


def button_bubble(buttons: tuple[Button, ...]) -> Json:
    """One bubble of buttons, the first of them in the shop's colour."""
    return _bubble(_column([_button(button, n) for n, button in enumerate(buttons, 1)], spacing="sm"))


def choices_bubble(choices: Choices) -> Json:
    """A list, open from the beginning: LINE has none that opens at a press."""
    rows: list[Json] = []
    line: Json = {"type": "separator"}
    for section in choices.sections:
        if section.title:
            rows.append(_text(section.title, size="sm", weight="bold", color="#888888", margin="lg" if rows else "none"))
        for row in section.rows:
            rows += [*([line] if rows else []), _row(row)]
    return _bubble(_column(rows, spacing="md"))


def cards_carousel(cards: tuple[Card, ...]) -> Iterator[Json]:
    """The cards side by side, in as many carousels as their bytes need; a single one stands alone."""
    held: list[Json] = []
    weight = 0
    for card in cards:
        bubble = _card(card)
        heavier = len(msgspec.json.encode(bubble))
        if held and (len(held) == MOST_CARDS or weight + heavier > _CAROUSEL_BYTES):
            yield _side_by_side(held)
            held, weight = [], 0
        held.append(bubble)
        weight += heavier
    if held:
        yield _side_by_side(held)


def _side_by_side(bubbles: list[Json]) -> Json:
    return bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles}


def _card(card: Card) -> Json:
    opening: Json = {"action": {"type": "uri", "uri": card.url}} if card.url else {}
    hero: Json = {"type": "image", "url": card.image, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover", **opening}
    words = [_text(card.title, weight="bold", size="md"), *([_text(card.subtitle, size="sm", color="#666666")] if card.subtitle else [])]
    buttons = [_button(button, n) for n, button in enumerate(card.buttons, 1)]
    return {
        "type": "bubble",
        **({"hero": hero} if card.image.startswith("https://") else {}),
        "body": {**_column(words, spacing="sm"), **opening},
        **({"footer": _column(buttons, spacing="sm")} if buttons else {}),
    }


def _row(row: Row) -> Json:
    words = [_text(row.title, size="md"), *([_text(row.description, size="xs", color="#888888")] if row.description else [])]
    return {**_column(words, spacing="xs"), "action": row_action(row)}


def _button(button: Button, number: int) -> Json:
    style = "primary" if number == 1 else "secondary"
    return {"type": "button", "style": style, "height": "sm", "action": action_of(button, FLEX_LABEL)}


def _text(words: str, **look: str) -> Json:
    return {"type": "text", "text": words, "wrap": True, **look}


def _column(contents: Iterable[Json], *, spacing: str) -> Json:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": list(contents)}


def _bubble(body: Json) -> Json:
    return {"type": "bubble", "body": body}
