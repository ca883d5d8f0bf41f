"""Money as customers read it: `1.290.000 ₫` in Vietnamese, `₫1,290,000` in English, `NT$ 1,290` everywhere."""

from decimal import ROUND_HALF_UP, Decimal

from hub.model.customers.cart import amount

_SIGNS = {"VND": "₫", "TWD": "NT$", "USD": "$", "EUR": "€", "JPY": "¥", "SGD": "S$", "HKD": "HK$", "GBP": "£", "CNY": "¥", "KRW": "₩"}
_WHOLE = frozenset({"VND", "TWD", "JPY", "KRW"})
"""Currencies of which people write no smaller part (TWD has one on paper only)."""

_BEHIND = frozenset({("vi", "VND"), ("zh-TW", "VND")})
"""Where the sign stands behind the number, with a space; elsewhere before it."""


def money(text: str, currency: str, language: str) -> str:
    """Decimal text and an ISO 4217 code as words; a code we have no sign for stands before the number."""
    code = currency.upper()
    number = amount(text).quantize(Decimal(1) if code in _WHOLE else Decimal("0.01"), rounding=ROUND_HALF_UP)
    digits = f"{number:,f}"
    if language == "vi":
        digits = digits.translate(str.maketrans(",.", ".,"))
    sign = _SIGNS.get(code, code)
    if (language, code) in _BEHIND or (language == "vi" and len(sign) == 1):
        return f"{digits} {sign}"
    return f"{sign} {digits}".strip() if sign[:1].isalpha() or not sign else f"{sign}{digits}"
