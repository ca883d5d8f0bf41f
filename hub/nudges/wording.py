"""A journey's words for one customer: their language, their cart, and never a sentence with a hole in it."""

import re
from collections.abc import Mapping, Sequence

from hub.model.base import Value
from hub.model.customers.record import Live
from hub.model.messaging.message import Message, QuickReply
from hub.nudges.journey import Send
from hub.nudges.money import money
from hub.nudges.policy import Policy

VARIABLES = frozenset({"name", "items", "first_item", "count", "total", "link", "shop"})
"""What a text may name in braces."""

ITEMS_NAMED = 3
_HOLE = re.compile(r"\{(\w+)\}")
_MORE = {"vi": "và {n} món khác", "en": "and {n} more", "zh-TW": "等另外 {n} 項"}
_COMMA = {"zh-TW": "、"}


class Missing(Value, frozen=True):
    """No text can be made: this variable is known of nobody's cart, or there is no text in any language of theirs."""

    variable: str


def language_of(record: Live, policy: Policy) -> str:
    """The language to write in: as the shop says, as they last wrote, as their device is set, the shop's own."""
    told = [record.profile[key].value for key in ("language",) if key in record.profile]
    told += [c.dialog.get("language", "") for c in reversed(record.conversations)]
    told += [record.profile[key].value for key in ("device_language",) if key in record.profile]
    return next((found for tag in told if (found := _known(tag, policy.languages))), policy.language)


def variables_of(record: Live, policy: Policy, language: str) -> dict[str, str]:
    """What is known, by variable; what is not is left out."""
    cart = record.cart
    named = [line.name for line in cart.shown if line.name] if cart else []
    found = {
        "name": record.profile["name"].value if "name" in record.profile else "",
        "shop": policy.shop,
        "link": ((cart.checkout or cart.url) if cart else "") or policy.link,
    }
    if cart and cart.shown:
        rest = len(cart.shown) + cart.more - min(len(named), ITEMS_NAMED)
        listed = _COMMA.get(language, ", ").join(named[:ITEMS_NAMED])
        found |= {
            "items": f"{listed} {_MORE.get(language, _MORE['en']).format(n=rest)}" if rest and listed else listed,
            "first_item": named[0] if named else "",
            "count": str(sum(line.quantity for line in cart.shown) + cart.more),
            "total": money(cart.total, cart.currency, language) if cart.total and cart.currency else "",
        }
    return {key: value for key, value in found.items() if value}


def worded(step: Send, record: Live, policy: Policy) -> Message | Missing:
    """The step's message for this customer, or what is missing for it."""
    language = language_of(record, policy)
    texts = step.text.get(language) or step.text.get(policy.language) or next(iter(step.text.values()), ())
    known = variables_of(record, policy, language)
    lacking = ""
    for text in texts:
        hole = next((name for name in _HOLE.findall(text) if name not in known), "")
        if not hole:
            return Message(text=_HOLE.sub(lambda found: known[found[1]], text), quick_replies=_offered(step, (language, policy.language)))
        lacking = lacking or hole
    return Missing(variable=lacking or "text")


def filled(text: str, known: Mapping[str, str]) -> str | None:
    """The text with its variables; None where one is not known."""
    if any(name not in known for name in _HOLE.findall(text)):
        return None
    return _HOLE.sub(lambda found: known[found[1]], text)


def holes(text: str) -> tuple[str, ...]:
    """The variables a text names."""
    return tuple(_HOLE.findall(text))


def _offered(step: Send, languages: Sequence[str]) -> tuple[QuickReply, ...]:
    return tuple(QuickReply(title=_said(answer.says, languages), payload=answer.payload) for answer in step.replies)


def _said(says: Mapping[str, str], languages: Sequence[str]) -> str:
    return next((says[language] for language in languages if language in says), next(iter(says.values())))


def _known(tag: str, languages: Sequence[str]) -> str:
    """One of our languages for a language tag (`zh-Hant`, `en_US`), else empty."""
    base = tag.lower().replace("_", "-").partition("-")[0]
    return next((language for language in languages if base and language.lower().partition("-")[0] == base), "")
