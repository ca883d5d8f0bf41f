"""What SMTP's codes mean, and the enhanced ones above all: https://www.rfc-editor.org/rfc/rfc3463, https://www.iana.org/assignments/smtp-enhanced-status-codes."""

import re
from collections.abc import Mapping

from hub.model.errors import Misconfigured, RecipientGone, Rejected, SendError, TemporaryFailure, Throttled
from hub.model.failure import Failure

UNTOLD_WAIT_SECONDS = 60.0
"""Servers that ask to come later mean minutes (RFC 5321 §4.5.4.1)."""

FAILURES: Mapping[str, Failure] = {
    "1.0": Failure.RECIPIENT,
    "1.1": Failure.RECIPIENT,
    "1.2": Failure.RECIPIENT,
    "1.3": Failure.RECIPIENT,
    "1.6": Failure.RECIPIENT,
    "1.7": Failure.AUTH,
    "1.8": Failure.AUTH,
    "1.10": Failure.RECIPIENT,
    "2.0": Failure.RECIPIENT,
    "2.1": Failure.RECIPIENT,
    "2.2": Failure.QUOTA,
    "2.3": Failure.INVALID,
    "3.4": Failure.INVALID,
    "4.1": Failure.CONNECTION,
    "4.2": Failure.CONNECTION,
    "4.4": Failure.RECIPIENT,
    "4.5": Failure.THROTTLED,
    "4.7": Failure.EXPIRED,
    "5.1": Failure.INVALID,
    "5.2": Failure.INVALID,
    "5.4": Failure.INVALID,
    "6.0": Failure.UNSUPPORTED,
    "7.0": Failure.POLICY,
    "7.1": Failure.POLICY,
    "7.8": Failure.AUTH,
    "7.9": Failure.AUTH,
    "7.23": Failure.POLICY,
    "7.25": Failure.POLICY,
    "7.26": Failure.POLICY,
    "7.28": Failure.THROTTLED,
}
"""Enhanced code without its class → what went wrong."""

_PLAIN: Mapping[int, Failure] = {
    421: Failure.SERVER, 432: Failure.AUTH, 450: Failure.RECIPIENT, 451: Failure.SERVER, 452: Failure.QUOTA, 454: Failure.AUTH,
    530: Failure.AUTH, 534: Failure.AUTH, 535: Failure.AUTH, 538: Failure.AUTH, 550: Failure.RECIPIENT, 551: Failure.RECIPIENT,
    552: Failure.INVALID, 553: Failure.RECIPIENT, 554: Failure.POLICY, 555: Failure.INVALID, 556: Failure.RECIPIENT,
}  # fmt: skip
"""Reply code → what went wrong, where the server tells no enhanced one (RFC 5321 §4.2.3)."""

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_WAIT = re.compile(r"\b(\d{1,5})\s*(second|sec|minute|min)s?\b", re.IGNORECASE)
_FAST = re.compile(r"too (?:many|fast|quick)|rate|limit|thrott|grey ?list|try again (?:later|in)", re.IGNORECASE)
_TEMPORARY, _REFUSED = 400, 500
_MINUTE = 60


def failure_of(code: str) -> Failure:
    """What an enhanced code (5.1.1) or a reply code (550) says went wrong; a refusal with its code as the reason where nothing is known."""
    if found := ENHANCED.search(code):
        return FAILURES.get(f"{found[2]}.{found[3]}", FAILURES.get(f"{found[2]}.0", Failure.REJECTED))
    return _PLAIN.get(int(code), Failure.REJECTED) if code.isdigit() else Failure.REJECTED


def decide(status: int, words: str, *, account: bool) -> SendError:
    """What a refusal means. `account`: it came before there was a recipient, so it speaks of our credentials or our address."""
    found = ENHANCED.search(words)
    code = found[0] if found else str(status)
    failure = failure_of(code)
    reason = f"{status} {words}".strip()[:500]
    if status < _TEMPORARY:
        # What cannot be read (-1), or says neither yes nor no: nothing was taken by it.
        return TemporaryFailure(reason, code=code, failure=Failure.UNPARSEABLE)
    if status < _REFUSED:
        return _later(reason, code, failure, words)
    if account or failure is Failure.AUTH:
        return Misconfigured(reason, code=code, failure=Failure.AUTH)
    if failure is Failure.RECIPIENT and found is not None and found[2] == "1":
        return RecipientGone(reason, code=code, failure=Failure.RECIPIENT)
    return Rejected(reason, code=code, failure=failure)


def _later(reason: str, code: str, failure: Failure, words: str) -> SendError:
    if wait := _WAIT.search(words):
        seconds = float(wait[1]) * (_MINUTE if wait[2].lower().startswith("m") else 1)
        return Throttled(reason, code=code, retry_after=seconds)
    if failure is Failure.THROTTLED or _FAST.search(words):
        return Throttled(reason, code=code, retry_after=UNTOLD_WAIT_SECONDS)
    return TemporaryFailure(reason, code=code, failure=failure if failure.is_passing else Failure.SERVER)
