"""Logs are events with keys; whatever writes them, no token, number, address or word of a customer gets out."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Literal, TextIO

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, Processor, WrappedLogger

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_TOKENS = re.compile(
    r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"  # user:password@ of a URL
    r"|(?<=bearer )\S+|(?<=basic )[\w+/=-]{8,}"
    r"|(?<!\d)\d{6,12}:[\w-]{30,}"  # Telegram
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JWT
    r"|\bxox[a-z]-[\w-]+|\bEAA\w{20,}"  # Slack, Meta
    r"|(?<=[?&])(?P<name>[\w.-]*(?:token|secret|key|password|signature|hmac|code)[\w.-]*)=[^\s&#'\"]+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.:-])\+?\(?\d(?:[ .()/-]{0,2}\d){8,14}(?![\w-])")
_HARMLESS = re.compile(
    r"1[6-9]\d{11}(?:-\d+)?"  # ms since 1970; a stream's entry id
    r"|20\d\d-\d\d-\d\d.*"  # a date
    r"|(?:\d{1,3}\.){3}\d{1,3}"  # an IP address
    r"|\d+\.\d+"  # a measured value
)
_SECRET_KEY = re.compile(r"token|secret|passw|authorization|cookie|signature|credential|api_?key", re.IGNORECASE)
_WORDS_KEYS = frozenset({"text", "body", "content", "words", "payload"})
_OURS = frozenset({"timestamp", "level", "logger", "entry", "port", "pid", "size", "seed"})
_MEASURES = ("_bytes", "_ms", "_s", "_at")
_SHORTEST_SECRET = 6
_DEEPEST = 6
_LEAST_NUMBER, _MOST_NUMBER = 10**8, 10**15


class Scrubber:
    """A structlog processor that takes out what must not be read: after it, every value may be rendered. `secrets`: known ones, exactly."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Take these out too, from now on: accounts come while the hub runs."""
        self._secrets |= {s for s in secrets if len(s) >= _SHORTEST_SECRET}
        known = sorted(self._secrets, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """The event with every value made safe."""
        return {self.text(str(key)): self._value(str(key), value, _DEEPEST) for key, value in event.items()}

    def text(self, text: str) -> str:
        """A text without secrets, e-mail addresses and telephone numbers."""
        if self._known is not None:
            text = self._known.sub("[secret]", text)
        text = _TOKENS.sub(lambda found: f"{found['name']}=[secret]" if found["name"] else "[secret]", text)
        return _NUMBER.sub(_numbered, _EMAIL.sub("[e-mail]", text))

    def _value(self, key: str, value: object, deep: int) -> object:
        if _SECRET_KEY.search(key):
            return "[secret]"
        if key in _WORDS_KEYS:
            return "[words]"
        if key in _OURS or value is None or isinstance(value, (bool, float)):
            return value
        if isinstance(value, int):
            harmless = key.endswith(_MEASURES) or not _LEAST_NUMBER <= value < _MOST_NUMBER or _HARMLESS.fullmatch(str(value))
            return value if harmless else "[number]"
        if isinstance(value, Mapping) and deep:
            return {self.text(str(k)): self._value(str(k), v, deep - 1) for k, v in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)) and deep:
            return [self._value(key, part, deep - 1) for part in value]
        return self.text(value if isinstance(value, str) else repr(value))


def _numbered(found: re.Match[str]) -> str:
    return found[0] if _HARMLESS.fullmatch(found[0]) else "[number]"


def _briefly(record: logging.LogRecord) -> bool:
    """Whoever sends what is no HTTP, or goes in the middle of it, is no error of ours; aiohttp would quote their headers, tokens too."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, HttpProcessingError | web.RequestPayloadError | ConnectionError):
        return True
    record.msg, record.args = "request ended early", ()
    record.exc_info, record.exc_text = None, None
    record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)


def configure(level: str, form: Literal["json", "console"], *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> Scrubber:
    """Send everything, ours and every library's, through one scrubber to one stream (standard error). Called once, by the command."""
    out = stream or sys.stderr
    scrub = Scrubber(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)
    if form == "console":
        render = structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, scrub, render]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logging.getLogger("aiohttp.server").addFilter(_briefly)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return scrub
