"""Letters of a preview: noted as a mail server would have got them, answered as the case says, sent nowhere."""

import email
import fnmatch
from collections.abc import Mapping, Sequence
from email.policy import default

Request = dict[str, object]
Reply = tuple[str, int, str]
"""Which servers (a pattern), the SMTP code, and the words behind it."""

_TAKEN = 300


class Posted:
    """Takes letters into `requests`; the first reply that fits the server is its answer, without one it takes all."""

    def __init__(self, requests: list[Request], replies: Sequence[Reply]) -> None:
        self._requests = requests
        self._replies = replies

    async def __call__(self, server: str, mail: bytes, *, sender: str, to: str) -> None:
        """Take one; raises a SendError."""
        self._requests.append({"method": "SMTP", "url": server, **_told(mail), "sender": sender, "to": to})
        for pattern, code, words in self._replies:
            if fnmatch.fnmatch(server, pattern) and code >= _TAKEN:
                from channels.email.smtp_codes import decide

                raise decide(code, words, account=False)


def _told(mail: bytes) -> Mapping[str, object]:
    """A letter in the words of a case: its headers, its text, what stands in its HTML, its files by name."""
    letter = email.message_from_bytes(mail, policy=default)
    parts = [part for part in letter.walk() if not part.is_multipart()]
    texts = {part.get_content_subtype(): part.get_content() for part in parts if part.get_content_maintype() == "text"}
    return {
        "headers": {name: str(value) for name, value in letter.items()},
        "body": _lines(texts.get("plain", "")),
        "html": _lines(texts.get("html", "")),
        "files": [part.get_filename() for part in parts if part.get_filename()],
    }


def _lines(text: object) -> str:
    return str(text).replace("\r\n", "\n").strip()
