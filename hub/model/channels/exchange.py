"""One exchange with a provider, as the channel's log keeps it: no secret, nobody's words, names or numbers."""

from hub.model.base import Value

FILE = "file"
FINE = "fine"
"""Under this name a call's trace context bears the status by which its provider says that there is none, which is no failure."""


class Exchange(Value, frozen=True):
    """One request, out to a provider or (`incoming`) from it; `at` in ms since 1970, `took` in ms, `status` 0: no answer came.

    `url` without secrets and ids; `asked`, `answered`: the bodies' structure with lengths in place of what was said; `failure` and `code`:
    what it meant for the delivery; `trouble`: what broke on the way; `events`: kinds of what a webhook brought, or FILE where a customer's
    file was fetched (`answered` tells its size then); `ids`: the provider's; `fine`: whoever asked was ready for this status.
    """

    at: int
    method: str
    url: str
    incoming: bool = False
    status: int = 0
    took: int = 0
    failure: str = ""
    code: str = ""
    trouble: str = ""
    delivery: str = ""
    customer: str = ""
    ids: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    asked: str = ""
    answered: str = ""
    fine: bool = False

    @property
    def failed(self) -> bool:
        """Whether it did not end as it should."""
        return bool(self.failure or self.trouble or (self.status >= 400 and not self.fine))  # noqa: PLR2004 - RFC 9110 §15.5

    @property
    def tells(self) -> bool:
        """Whether it says how the account does. A customer's file does only where the provider did not let us in.

        One that came tells as little as one that did not: most lie with others, where anybody gets them.
        """
        return FILE not in self.events or bool(self.failure)


class Standing(Value, frozen=True):
    """How an account does: when a call last went well and last failed (ms since 1970, 0: never), on what, and calls of the last hour.

    Customers' files are among the calls; that one could not be had is no failure, unless the provider did not let us in.
    """

    well: int = 0
    failed: int = 0
    failure: str = ""
    code: str = ""
    status: int = 0
    calls: int = 0
    failures: int = 0
