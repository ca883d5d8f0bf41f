"""Cards: side by side where WhatsApp can, else one below the other, each with its picture and what it offers.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-media-carousel-messages
"""

from collections.abc import Iterator, Sequence

from channels.whatsapp_cloud.offers import BUTTON_ID, BUTTON_TITLE, LINK_TITLE, MOST_BUTTONS, WORDS, control_ids
from hub.model.base import Value
from hub.model.messaging.message import Button, ButtonKind, Card, Row

FEWEST_CARDS, MOST_CARDS = 2, 10
CARD_WORDS, CARD_BREAKS = 160, 2

_BODY = 1024
"""Of a message with something to press."""

Step = dict[str, object]


class _Sheet(Value, frozen=True):
    """One card as it can be shown: its words, its answers with what they send back, its link."""

    image: str
    words: str
    answers: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] = ("", "")


def card_steps(cards: Sequence[Card], text: str, language: str, warnings: list[str]) -> Iterator[Step]:
    """The messages that show the cards, the words above them; `text` is empty or fits beside a control."""
    sheets = _sheets(cards, language, warnings)
    if _alike(sheets):
        body = text or WORDS.choose(language)
        action = {"cards": [_side_by_side(n, sheet) for n, sheet in enumerate(sheets)]}
        yield {"type": "interactive", "interactive": {"type": "carousel", "body": {"text": body}, "action": action}}
        return
    if text:
        yield {"type": "text", "text": {"body": text, "preview_url": "://" in text}}
    for sheet in sheets:
        yield _alone(sheet)


def _sheets(cards: Sequence[Card], language: str, warnings: list[str]) -> list[_Sheet]:
    """The cards with ids that differ over all of them; what has no room on one is told in its words."""
    rows = [Row(title=b.title, payload=b.value) for card in cards for b in card.buttons if b.kind is ButtonKind.REPLY]
    ids = iter(control_ids(rows, BUTTON_ID))
    return [_sheet(card, [next(ids) for b in card.buttons if b.kind is ButtonKind.REPLY], language, warnings) for card in cards]


def _sheet(card: Card, ids: list[str], language: str, warnings: list[str]) -> _Sheet:
    replies = [button for button in card.buttons if button.kind is ButtonKind.REPLY]
    links = [button for button in card.buttons if button.kind is ButtonKind.URL]
    if card.url and all(link.value != card.url for link in links):
        links.append(Button(title=WORDS.link(language), kind=ButtonKind.URL, value=card.url))
    told = links if replies else links[1:]
    warnings += ["a card's link is told in words"] * bool(told)
    parts = (card.title, card.subtitle, *(f"{link.title}: {link.value}" for link in told))
    return _Sheet(
        image=card.image,
        words="\n".join(part for part in parts if part)[:_BODY] or WORDS.choose(language),
        answers=tuple((id_, reply.title[:BUTTON_TITLE]) for id_, reply in zip(ids, replies, strict=True))[:MOST_BUTTONS],
        link=(links[0].title[:LINK_TITLE], links[0].value) if links and not replies else ("", ""),
    )


def _alike(sheets: Sequence[_Sheet]) -> bool:
    """Whether they can stand side by side: enough of them, each with a picture and short words, and all with the same controls."""
    shapes = {(len(sheet.answers), bool(sheet.link[1])) for sheet in sheets}
    return (
        FEWEST_CARDS <= len(sheets) <= MOST_CARDS
        and len(shapes) == 1
        and shapes != {(0, False)}
        and all(sheet.image and len(sheet.words) <= CARD_WORDS and sheet.words.count("\n") <= CARD_BREAKS for sheet in sheets)
    )


def _side_by_side(n: int, sheet: _Sheet) -> Step:
    card: Step = {"card_index": n, "header": _picture(sheet)}
    if sheet.words:
        card["body"] = {"text": sheet.words}
    if sheet.answers:
        buttons = [{"type": "quick_reply", "quick_reply": {"id": id_, "title": title}} for id_, title in sheet.answers]
        return card | {"action": {"buttons": buttons}}
    return card | {"type": "cta_url", "action": _link(sheet)}


def _alone(sheet: _Sheet) -> Step:
    if not sheet.answers and not sheet.link[1]:
        if sheet.image:
            return {"type": "image", "image": {**_file(sheet.image), "caption": sheet.words}}
        return {"type": "text", "text": {"body": sheet.words, "preview_url": False}}
    interactive: Step = {"body": {"text": sheet.words}}
    if sheet.image:
        interactive["header"] = _picture(sheet)
    if sheet.answers:
        buttons = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in sheet.answers]
        interactive |= {"type": "button", "action": {"buttons": buttons}}
    else:
        interactive |= {"type": "cta_url", "action": _link(sheet)}
    return {"type": "interactive", "interactive": interactive}


def _picture(sheet: _Sheet) -> Step:
    return {"type": "image", "image": _file(sheet.image)}


def _file(told: str) -> dict[str, str]:
    """A picture by its public address, else by WhatsApp's name of it."""
    return {"link": told} if "://" in told else {"id": told}


def _link(sheet: _Sheet) -> Step:
    title, url = sheet.link
    return {"name": "cta_url", "parameters": {"display_text": title, "url": url}}
