"""What of an exchange may be kept: structure, never a secret and never a customer's words, names or numbers. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import msgspec

KEPT_CHARACTERS = 4_000
"""Of one body, redacted."""
ITEMS_SHOWN, DEEPEST = 20, 12
SHORTEST_SECRET = 4
"""What is shorter would blacken every other word; it is still never shown, for no value of a body is."""

_GONE = "…"
_SEGMENT = re.compile(r"[A-Za-z*_.-]{1,40}|v\d{1,3}(\.\d+)?|\d{4}-\d{2}-\d{2}(\.json)?")
_NAME = re.compile(r"[A-Za-z_][\w.\-\[\]]{0,60}")
_NUMBERS = re.compile(r"\d(?:[\d .()-]{3,}\d)")
_WORDS = re.compile(r"\w{3,}")
_CODE = re.compile(r"[A-Za-z_][\w./-]{0,40}|-?\d{1,7}")
_SMALL = 100
"""Below this a number is a count; above it may be somebody's."""

_HARMLESS = frozenset((
    "action", "category", "code", "error", "error_code", "error_subcode", "errorcode", "event", "event_name", "fbtrace_id", "is_transient",
    "message_status", "messaging_product", "messaging_type", "method", "object", "ok", "parse_mode", "policy", "recipient_type",
    "sender_action", "smsstatus", "status", "tag", "type",
))  # fmt: skip
"""Fields whose value is one of the provider's own few words or a code of its own, where it looks like one."""

_TOLD = frozenset((
    "description", "detail", "details", "error", "error_message", "error_user_msg", "error_user_title", "message", "more_info",
    "status_message", "title",
))  # fmt: skip
"""Fields in which a provider says what is wrong; kept for answers that are errors, at their top or below an `error`."""

_ERRORS = frozenset(("error", "errors", "error_data"))


class Redactor:
    """Redacts for one account. `secrets`: values that are never shown; `known`: the account's own ids, which an address may show."""

    def __init__(self, secrets: Iterable[str], known: Iterable[str] = ()) -> None:
        bare = {one for one in secrets if len(one) >= SHORTEST_SECRET}
        forms = {form for one in bare for form in (one, quote(one, safe=""), quote_plus(one))}
        self._secrets = sorted(forms, key=len, reverse=True)
        self._known = frozenset(known) - bare

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def code(self, code: str) -> str:
        """A provider's code, where it looks like one: some tell a whole sentence there."""
        return self.clean(code) if _CODE.fullmatch(code) else ""

    def url(self, url: str) -> str:
        """The address: host, the words of its path, the names of its parameters."""
        parts = urlsplit(self.clean(url))
        path = "/".join(one if not one or one in self._known or _SEGMENT.fullmatch(one) else _GONE for one in parts.path.split("/"))
        names = "&".join(f"{name}={_GONE}" for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _NAME.fullmatch(name))
        host = parts.netloc.rpartition("@")[2]
        whole = f"{parts.scheme}://{host}{path}" if host else path
        return f"{whole}?{names}" if names else whole

    def asked(self, body: bytes) -> str:
        """The structure of what was sent."""
        return self._shown(body, lambda value: _leaf(value, "", told=False))

    def answered(self, body: bytes, *, failed: bool, asked: bytes = b"") -> str:
        """The structure of what came back; of an error the provider's words, but none of those that were sent to it."""
        said = frozenset(word.casefold() for text in _leaves(_read(asked)) for word in _WORDS.findall(text)) if failed else None

        def show(value: object) -> object:
            return _leaf(value, "", told=failed, said=said or frozenset())

        return self._shown(body, show)

    def _shown(self, body: bytes, show: Callable[[object], object]) -> str:
        if not body:
            return ""
        found = _read(body)
        if found is None:
            return f"<{len(body)} bytes>"
        text = self.clean(msgspec.json.encode(show(found)).decode())
        return text if len(text) <= KEPT_CHARACTERS else f"{text[:KEPT_CHARACTERS]}{_GONE}"


def _read(body: bytes) -> object:
    """JSON or a form's fields; None for anything else."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    fields = parse_qsl(text, keep_blank_values=True) if re.match(r"[\w.\[\]%-]+=", text) else []
    return dict(fields) or None


def _leaves(value: object) -> Iterable[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for one in value.values():
                yield from _leaves(one)
        case list():
            for one in value:
                yield from _leaves(one)
        case _:
            pass


def _leaf(value: object, name: str, *, told: bool, said: frozenset[str] = frozenset(), depth: int = 0) -> object:
    """A value in its redacted form. `told`: the provider's words about an error may stand here; `said`: words that may not."""
    if depth > DEEPEST:
        return _GONE
    match value:
        case bool() | None:
            return value
        case int() | float():
            return value if abs(value) < _SMALL or _is_code(name, str(value)) else f"<{len(str(value))} digits>"
        case str():
            return _text(value, name, told=told, said=said)
        case Mapping():
            return {
                (key if _NAME.fullmatch(key) else _GONE): _leaf(
                    one, key.casefold(), told=told and _may_tell(key), said=said, depth=depth + 1
                )
                for key, one in value.items()
            }
        case list():
            shown = [_leaf(one, name, told=told, said=said, depth=depth + 1) for one in value[:ITEMS_SHOWN]]
            return shown if len(value) <= ITEMS_SHOWN else [*shown, f"<{len(value) - ITEMS_SHOWN} more>"]
        case _:
            return _GONE


def _may_tell(key: str) -> bool:
    return key.casefold() in _TOLD or key.casefold() in _ERRORS


def _is_code(name: str, value: str) -> bool:
    return name in _HARMLESS and _CODE.fullmatch(value) is not None


def _text(value: str, name: str, *, told: bool, said: frozenset[str]) -> str:
    if told and name in _TOLD:
        kept = _WORDS.sub(lambda found: _GONE if found[0].casefold() in said else found[0], value)
        return _NUMBERS.sub(_GONE, kept)[:400]
    if _is_code(name, value):
        return value
    return f"<{len(value)}>"
