"""Errors are decisions: each class says what the caller does next."""


class HubError(Exception):
    """The root of all errors the hub raises on purpose."""


class SettingsError(HubError):
    """A setting is wrong; the text is one sentence naming the setting and the remedy."""


class BadSignature(HubError):
    """The request is not from the provider: 403, nothing read further."""


class Unparseable(HubError):
    """Signed, but not understood: kept, counted, answered 200. The text holds field names, never values."""


class NotReady(HubError):
    """A part cannot serve now; the text says why and what helps."""


class StoreAway(HubError):
    """The server did not answer: what was asked may or may not have happened."""


class StoreFull(HubError):
    """The server answered that it cannot take more."""


class Fenced(HubError):
    """Another worker owns the partition now: drop all of it."""


class SendError(HubError):
    """A send did not end well; the subclass is the decision."""

    def __init__(self, reason: str = "", *, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Throttled(SendError):
    """Too fast: this lane waits `retry_after` seconds; `whole_account` where the provider speaks of all sends."""

    def __init__(self, reason: str = "", *, retry_after: float, code: str = "", whole_account: bool = False) -> None:
        super().__init__(reason, code=code)
        self.retry_after = retry_after
        self.whole_account = whole_account


class TemporaryFailure(SendError):
    """The provider refused or failed before taking the message: the same call may go again."""


class OutcomeUnknown(SendError):
    """The request left and no answer came: sent or not, nobody knows (service goes again, marketing never)."""


class Rejected(SendError):
    """The provider will never take this message."""


class RecipientGone(SendError):
    """The customer blocked or left: no more to this address."""


class WindowClosed(SendError):
    """Outside the time in which a free message is allowed."""


class Misconfigured(SendError):
    """The account's credentials or settings are wrong: stop the account, tell the admin."""
