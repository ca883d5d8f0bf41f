"""The feature matrix of channels/README.md, made of what channels declare: `python -m config.matrix` writes it there."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from aiohttp import ClientSession

from channels.webchat import CAPABILITIES as WEB_CHAT
from channels.windows import RULES
from config.accounts.kinds import MODULES, kind_of
from config.accounts.outside import alone
from config.preview.cases import setup_of_case
from hub.model.channels.window import WindowRule
from hub.model.messaging.message import Capabilities, MediaKind

PAGE = Path(__file__).parent.parent / "channels" / "README.md"
BEGIN, END = "<!-- matrix: made by `python -m config.matrix` -->", "<!-- end of the matrix -->"

ANYWHERE = {"config": {"api_base": "https://provider.example"}}
"""An account of nobody's: what a channel can show does not hang on it."""

_UNITS = {"characters": "characters", "utf16": "UTF-16 units", "bytes": "bytes", "gsm7": "GSM-7 or UCS-2"}
_MEDIA = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE, MediaKind.LOCATION, MediaKind.CONTACT)


def _text(can: Capabilities) -> str:
    return f"{can.text_units:,} {_UNITS.get(can.unit, can.unit)}"


def _limited(count: int, title: int) -> str:
    return f"{count} × {title}" if count and title else str(count) if count else "–"


def _media(can: Capabilities) -> str:
    shown = [kind.value for kind in _MEDIA if kind in can.media]
    return "all" if len(shown) == len(_MEDIA) else ", ".join(shown) or "–"


def _told(can: Capabilities) -> str:
    words = [word for word, is_so in (("delivered", can.receipts), ("read", can.read_receipts)) if is_so]
    return ", ".join(words) or "–"


def _shows(can: Capabilities) -> str:
    signs = {"typing": can.typing, "read": can.marks_read, "reply": can.reply_to, "edit": can.edits, "reaction": can.reactions}
    signs |= {_within("correct", can.corrects_s): can.corrects, _within("recall", can.recalls_s): can.recalls}
    return ", ".join(word for word, is_so in signs.items() if is_so) or "–"


def _within(word: str, seconds: int) -> str:
    return f"{word} within {seconds // 3600} h" if seconds else word


COLUMNS: dict[str, Callable[[Capabilities], str]] = {
    "text": _text,
    "quick replies": lambda can: _limited(can.quick_replies, can.quick_reply_title),
    "buttons": lambda can: _limited(can.buttons, can.button_title),
    "list": lambda can: _limited(can.rows, can.row_title),
    "cards": lambda can: _limited(can.cards, can.card_title),
    "templates": lambda can: "yes" if can.templates else "–",
    "words under media": lambda can: f"{can.caption_units:,}" if can.caption_units else "–",
    "media": _media,
    "receipts": _told,
    "besides": _shows,
}
"""What the matrix says of each channel; `12 × 20`: twelve of them, each with a title of twenty characters."""


def window_of(rule: WindowRule) -> str:
    """A provider's window in a few words."""
    parts = [f"{rule.hours} h" if rule.hours else "", f"{rule.most} messages" if rule.most else ""]
    parts += [
        f"{rule.ad_hours} h from an ad" if rule.ad_hours else "",
        f"{rule.human_hours // 24} d by a person" if rule.human_hours else "",
    ]
    parts.append(f"then paid ({rule.paid})" if rule.paid else "")
    return ", ".join(part for part in parts if part) or "any time"


async def matrix() -> str:
    """The table, one line a channel."""
    async with ClientSession() as session:
        kinds = {kind: kind_of(kind) for kind in sorted(MODULES)}
        channels = {kind: it.build(setup_of_case(it, ANYWHERE), alone(session)) for kind, it in kinds.items()}
        known = {"Web chat": ("webchat", WEB_CHAT)} | {it.title: (kind, channels[kind].capabilities) for kind, it in kinds.items()}
    lines = [f"| {title} | {' | '.join(tell(can) for tell in COLUMNS.values())} | {window_of(RULES.get(kind, WindowRule()))} |"
             for title, (kind, can) in known.items()]  # fmt: skip
    head = f"| | {' | '.join(COLUMNS)} | free replies |\n|{'---|' * (len(COLUMNS) + 2)}"
    return "\n".join((head, *lines))


def with_matrix(page: str, table: str) -> str:
    """The page with this table between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(with_matrix(PAGE.read_text(), asyncio.run(matrix())))


if __name__ == "__main__":
    main()
