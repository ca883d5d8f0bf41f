"""The words of a letter: bytes of any charset as text, HTML as text, and the newest words without what they quote. Pure, never raises."""

import codecs
import re
import unicodedata
from html.parser import HTMLParser

MOST_CHARACTERS = 100_000
"""A longer letter is read so far."""

_REAL = {
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8",
    "ascii": "utf-8", "ks_c_5601-1987": "cp949", "shift_jis": "cp932", "iso-2022-jp": "iso2022_jp_2", "windows-874": "cp874",
    "iso-8859-8-i": "iso8859_8", "iso-8859-8-e": "iso8859_8", "x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030",
    "x-big5": "big5hkscs", "cp50220": "iso2022_jp_ext", "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8", "utf-8mb4": "utf-8",
}  # fmt: skip
"""What senders write when they name a charset by its smaller sister."""

_NOT_TEXT = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "object"))
_BLOCKS = frozenset((
    "address", "article", "blockquote", "div", "dl", "dt", "dd", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "ol", "p", "pre", "section", "table", "tr", "ul",
))  # fmt: skip
_EMPTY = frozenset(("br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track"))
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d]*[1-9])", re.IGNORECASE)
_UNSEEN = re.compile("[\u034f\u00ad\u200b-\u200f\u2060\ufeff]+")

_WROTE = re.compile(
    r"^\s{0,3}>?\s*(?:"
    r"(?:On|Am|Le|Il|El|Em|Op|Den|W dniu)\b.{4,200}?"
    r"(?:wrote|schrieb.{0,80}|a écrit|ha scritto|escribió|escreveu|schreef.{0,80}|skrev|napisał.{0,20})\s*:"
    r"|(?:Vào|Lúc|Ngày|Vào lúc)\b.{4,200}?(?:đã viết|viết)\s*:"
    r"|.{4,160}?(?:於|在).{4,160}?(?:寫道|写道|寫道|來信)\s*[:：]"
    r"|.{0,60}\d{4}.{4,160}?(?:寫道|写道)\s*[:：]"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
"""The line that mail programs put over what they quote; they break it over two lines."""

_DIVIDERS = re.compile(
    r"^\s*(?:-{2,}\s*(?:Original|Original Message|Original Appointment|Forwarded message|Thư gốc|Tin nhắn gốc|原始郵件|原始邮件|轉寄的郵件"
    r"|Ursprüngliche Nachricht|Message d'origine)\s*-{2,}|_{20,}|-{20,})\s*$",
    re.IGNORECASE,
)
_LEAST_HEADS = 3
_HEADS = re.compile(
    r"^\s*\*{0,2}(From|Sent|To|Subject|Date|Cc|Từ|Người gửi|Đã gửi|Ngày|Tới|Đến|Gửi tới|Người nhận|Chủ đề|Tiêu đề"
    r"|寄件者|寄件人|寄件日期|收件者|收件人|副本|主旨|發件人|日期|发件人|发送时间|发送日期|时间|抄送|主题)\*{0,2}\s*[:：]",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^\s*(?:-- ?|(?:Sent from my .{2,40}|Sent from (?:Outlook|Yahoo|Mail) .{0,40}|Get Outlook for .{2,20}|Tải Outlook .{2,20}"
    r"|Gửi từ .{2,40}|Được gửi từ .{2,40}|從我的 ?.{2,20}傳送|傳送自 ?.{2,30}|寄自我的.{2,20}|取得 .{2,20}版 Outlook"
    r"|发自我的.{2,20}|从我的 ?.{2,20}发送|获取 ?Outlook .{2,20})(?:\s*<https?://\S*>)?)\s*$",
    re.IGNORECASE,
)


def decoded(content: bytes, charset: str) -> str:
    """The text of bytes whose charset is named, wrongly named, unknown or not named."""
    name = charset.strip().strip("\"'").lower().replace("_", "-") if charset else ""
    for candidate in (_REAL.get(name, name), "utf-8"):
        try:
            codec = codecs.lookup(candidate) if candidate else None
            if codec is not None and codec._is_text_encoding:  # noqa: SLF001 - "hex" and "zip" are codecs too
                return _clean(content.decode(candidate))
        except (LookupError, UnicodeError, ValueError):
            continue
    # What is neither what it says nor UTF-8 is most often the West's, and every byte of that is a letter.
    return _clean(content.decode("cp1252", "replace"))


def flowed(text: str, *, joins_words: bool = False) -> str:
    """A text whose lines were broken softly, in whole paragraphs (RFC 3676); `joins_words`: its DelSp is yes."""
    lines: list[str] = []
    soft = False
    for raw in text.split("\n"):
        line = raw.removeprefix(" ")
        if soft and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        soft = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if soft and joins_words:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def text_of_html(html: str) -> str:
    """What a reader would see of it, links with their addresses, quotations with `>` before each line; nothing of it is run or fetched."""
    reader = _Reader()
    try:
        reader.feed(html[: 4 * MOST_CHARACTERS])
        reader.close()
    except (AssertionError, ValueError):
        # The parser gives up on a few malformed declarations; what it had read before them stands.
        pass
    return _tidy("".join(reader.found))[:MOST_CHARACTERS]


def newest(text: str) -> str:
    """The words the writer added: what is quoted below them and the signature are left off; all of it where nothing else is left.

    Answers between quoted lines stay, with the lines they answer.
    """
    return added(text) or _tidy(text)


def added(text: str) -> str:
    """The same, but empty where the writer added no words at all: who only encloses a file says nothing by what is quoted below."""
    lines = text[:MOST_CHARACTERS].split("\n")
    end = _end_of_new(lines)
    kept = lines[:end]
    while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith(">")):
        kept.pop()
    if kept and _is_heading(kept, len(kept) - 1):
        kept = kept[: _heading_begins(kept, len(kept) - 1)]
    signed = next((n for n, line in enumerate(kept) if _SIGNED.match(line) and n >= len(kept) - 12), None)
    kept = kept[:signed] if signed else kept
    return _tidy("\n".join(kept))


def _end_of_new(lines: list[str]) -> int:
    """Where the first quotation begins behind which nothing new follows; the end where there is none."""
    for n, line in enumerate(lines):
        if _DIVIDERS.match(line) and (n + 1 < len(lines)) and any(_HEADS.match(later) for later in lines[n + 1 : n + 6]):
            return n
        if n and _HEADS.match(line) and sum(bool(_HEADS.match(later)) for later in lines[n : n + 6]) >= _LEAST_HEADS:
            return n
        if _is_heading(lines, n) and _only_quoted(lines[n + 1 :]):
            return _heading_begins(lines, n)
    return len(lines)


def _is_heading(lines: list[str], n: int) -> bool:
    if not lines[n].rstrip().endswith((":", "：")):
        return False
    return bool(_WROTE.match(lines[n])) or (
        n > 0 and bool(lines[n - 1].strip()) and bool(_WROTE.match(f"{lines[n - 1]} {lines[n].strip()}"))
    )


def _heading_begins(lines: list[str], n: int) -> int:
    return n if _WROTE.match(lines[n]) and not (n and lines[n - 1].strip() and _begins_heading(lines[n - 1])) else n - 1


def _begins_heading(line: str) -> bool:
    return bool(re.match(r"\s*>?\s*(?:On|Vào|Lúc|Ngày|Am|Le)\b", line)) and ":" in line and not line.rstrip().endswith((".", "!", "?"))


def _only_quoted(lines: list[str]) -> bool:
    """Whether what follows a heading is quoted, marked or not: mail programs that mark nothing quote to the end."""
    quoted = [line.lstrip().startswith(">") for line in lines if line.strip()]
    return True not in quoted or False not in quoted[quoted.index(True) :]


def _clean(text: str) -> str:
    """Letters with their marks as one, lines with one kind of end, nothing that no store takes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", _UNSEEN.sub("", line)).strip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects what is to be read; `found` holds it piece by piece."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen: list[str] = []
        self._quoted = 0
        self._links: list[tuple[str, int]] = []
        self._fresh = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a quotation, a link, or what is not to be read."""
        told = {key: value or "" for key, value in attrs}
        if self._unseen or tag in _NOT_TEXT or _HIDDEN.search(told.get("style", "")) or "hidden" in told:
            if tag not in _EMPTY:
                self._unseen.append(tag)
            return
        if tag == "br" or tag in _BLOCKS:
            self._line()
        if tag == "blockquote":
            self._quoted += 1
        if tag == "a":
            self._links.append((told.get("href", ""), len(self.found)))
        if tag == "img" and (words := told.get("alt", "").strip()):
            self._say(words)

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        if self._unseen:
            if tag in self._unseen:
                while self._unseen and self._unseen.pop() != tag:
                    pass
            return
        if tag == "blockquote":
            self._line()
            self._quoted = max(0, self._quoted - 1)
        elif tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag in _BLOCKS:
            self._line()
            if tag == "p":
                self.found.append("\n")
        elif tag in {"td", "th"}:
            self._say(" ")

    def handle_data(self, data: str) -> None:
        """Words: white space of any kind is one space."""
        if not self._unseen:
            self._say(re.sub(r"\s+", " ", data))

    def _say(self, words: str) -> None:
        if self._fresh and not words.strip():
            return
        if self._fresh and self._quoted:
            self.found.append("> ")
        self.found.append(words)
        self._fresh = False

    def _line(self) -> None:
        if not self._fresh:
            self.found.append("\n")
        self._fresh = True

    def _link(self, href: str, begun: int) -> None:
        """A link says where it leads, where its words do not."""
        words = "".join(self.found[begun:]).strip()
        if (
            href.startswith(("http://", "https://"))
            and href.rstrip("/") not in {words.rstrip("/"), f"https://{words}".rstrip("/")}
            and words
        ):
            self._say(f" ({href})")
