"""Errors are decisions: each class says what the caller does next."""

from hub.model.failure import Failure


class HubError(Exception):
    """The root of all errors the hub raises on purpose."""


class SettingsError(HubError):
    """A setting is wrong; the text is one sentence naming the setting and the remedy."""


class BadSignature(HubError):
    """The request is not from the provider: 403, nothing read further. `code` says in a word what was wrong with it."""

    def __init__(self, reason: str = "", *, code: str = "bad_signature") -> None:
        super().__init__(reason)
        self.code = code


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
    """A send did not end well; the subclass is the decision.

    `reason` and `code` are the provider's own words and number; `failure` says what went wrong so that a person understands it.
    """

    usual = Failure.REJECTED

    def __init__(self, reason: str = "", *, code: str = "", failure: Failure | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.failure = failure or self.usual


class Throttled(SendError):
    """Too fast: this lane waits `retry_after` seconds; `whole_account` where the provider speaks of all sends.

    `untold`: it does not tell whose limit was met. Then it is the account's once a second address is told to wait while the first does.
    """

    usual = Failure.THROTTLED

    def __init__(
        self,
        reason: str = "",
        *,
        retry_after: float,
        code: str = "",
        whole_account: bool = False,
        untold: bool = False,
        failure: Failure | None = None,
    ) -> None:
        super().__init__(reason, code=code, failure=failure)
        self.retry_after = retry_after
        self.whole_account = whole_account
        self.untold = untold


class TemporaryFailure(SendError):
    """The provider refused or failed before taking the message: the same call may go again.

    `retry_after`: in how many seconds, where that is known; 0: at once, for the channel goes another way now.
    """

    usual = Failure.CONNECTION

    def __init__(self, reason: str = "", *, code: str = "", failure: Failure | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason, code=code, failure=failure)
        self.retry_after = retry_after


class OutcomeUnknown(SendError):
    """The request left and no answer came: sent or not, nobody knows (service goes again, marketing never)."""

    usual = Failure.CONNECTION


class Rejected(SendError):
    """The provider will never take this message."""


class RecipientGone(SendError):
    """The customer blocked or left: no more to this address."""

    usual = Failure.STOPPED


class WindowClosed(SendError):
    """Outside the time in which a free message is allowed."""

    usual = Failure.WINDOW


class Misconfigured(SendError):
    """The account's credentials or settings are wrong: stop the account, tell the admin."""

    usual = Failure.AUTH
