"""Phone numbers in what people write: as Vietnam and Taiwan write them, and as nobody should leave them in public."""

import re
import unicodedata
from collections.abc import Iterator

_LONGEST = 2000
"""Characters that are read: a comment may have 8,000, and a number stands at its beginning or nobody finds it."""

_MARKS = re.compile("[\ufe0e\ufe0f\u20e3\u200b-\u200f\u2060\ufeff]")
"""What a keyboard puts around digits without being seen: keycaps (0️⃣), zero widths."""

_OH = re.compile(r"(?<![^\W\d_])o(?=[\s.\-]?[\do])|(?<=\d)o(?![^\W\d_])")
"""The letter that stands for zero: "o912…", "09o…"; not the one that ends a word, nor "ở" before a number of things."""

_DATE = re.compile(r"\b[0-3]?\d[./-][01]?\d[./-](?:19|20)\d\d\b(?![.-]\d)")
_GROUPS = re.compile(r"\+?\(?\d+\)?(?:[ .\-\u2010-\u2015]{1,3}\(?\d+\)?)*")
_MONEY_BEFORE = re.compile(r"(?:nt\$|\$|₫|vnd)\s*$")
_MONEY_BEHIND = re.compile(r"\s*(?:đ|d|₫|vnd|vnđ|k|tr|triệu|ngàn|nghìn|元|塊|usd|\$)(?!\w)")
_NAMED_BEFORE = re.compile(
    r"(?:#|\b(?:mã|ma|mã đơn|ma don|đơn|don|đơn hàng|don hang|vận đơn|van don|số đơn|so don|order|order no\.?|stk|tk)\s*[:#.]?\s*"
    r"|(?:訂單|單號|訂單編號|貨號|編號|帳號)\s*[:：#]?\s*)$"
)
"""What makes a number that of an order, a parcel or a bank account."""

_JOINED = re.compile(r"[a-zđ]+$")
_CALLS = frozenset(("sdt", "sđt", "dt", "đt", "tel", "phone", "zalo", "lh", "call", "ib", "hotline", "so", "em", "me"))
"""Words that stand right before a number without making a code of it (DH0912345678 is one)."""

_MOBILE = re.compile(r"(?:0|84)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
"""https://en.wikipedia.org/wiki/Telephone_numbers_in_Vietnam: ten digits, the first three an operator's."""

_LANDLINE = re.compile(r"(?:0|84)2\d{9}")
_TAIWAN = re.compile(r"(?:0|886)9\d{8}")
"""https://en.wikipedia.org/wiki/Telephone_numbers_in_Taiwan"""

_ABROAD = re.compile(r"[1-9]\d{8,14}")
_PLUS = re.compile(r"(?:00|\+)")
_MOST_GROUPS = 12


def phone_numbers(text: str) -> tuple[str, ...]:
    """The phone numbers a text shows, each as its digits; none of prices, dates, order numbers and bank accounts.

    Found however they are parted (spaces, dots, hyphens), in full width, as keycaps, with the letter o for zero, with or without +84 or
    +886; a number of another country only with its + before it.
    """
    read = unicodedata.normalize("NFKC", _MARKS.sub("", text[:_LONGEST])).casefold()
    read = _DATE.sub(" / ", _OH.sub("0", read))
    return tuple(dict.fromkeys(number for run in _GROUPS.finditer(read) for number in _in_run(read, run)))


def _in_run(text: str, run: re.Match[str]) -> Iterator[str]:
    """The numbers of one run of digits: all of it, else the longest of its neighbouring groups that are one."""
    groups = [(run.start() + one.start(), run.start() + one.end()) for one in re.finditer(r"\+?\(?\d+\)?", run[0])]
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + _MOST_GROUPS), first, -1):
            start, end = groups[first][0], groups[last - 1][1]
            if _is_phone(text[start:end]) and not _is_named(text, start, end):
                yield re.sub(r"\D", "", text[start:end])
                first = last - 1
                break
        first += 1


def _is_phone(written: str) -> bool:
    digits = re.sub(r"\D", "", written)
    if any(form.fullmatch(digits) for form in (_MOBILE, _LANDLINE, _TAIWAN)):
        return True
    return bool(_PLUS.match(written)) and bool(_ABROAD.fullmatch(digits.removeprefix("00")))


def _is_named(text: str, start: int, end: int) -> bool:
    """Whether it says that it is money, an order or an account."""
    before = text[max(0, start - 20) : start]
    joined = _JOINED.search(before)
    if _NAMED_BEFORE.search(before) or (joined and joined[0] not in _CALLS):
        return True
    # No price begins with a zero.
    return text[start] not in "0(+" and bool(_MONEY_BEFORE.search(before) or _MONEY_BEHIND.match(text, end))
