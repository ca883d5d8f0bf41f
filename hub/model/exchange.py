"""One exchange with a provider, as the channel's log keeps it: no secret, nobody's words, names or numbers."""

from hub.model.base import Value

FILE = "file"


class Exchange(Value, frozen=True):
    """One request, out to a provider or (`incoming`) from it; `at` in ms since 1970, `took` in ms, `status` 0: no answer came.

    `url` without secrets and ids; `asked`, `answered`: the bodies' structure with lengths in place of what was said; `failure` and `code`:
    what it meant for the delivery; `trouble`: what broke on the way; `events`: kinds of what a webhook brought, or FILE where a customer's
    file was fetched (`answered` tells its size then); `ids`: the provider's.
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

    @property
    def failed(self) -> bool:
        """Whether it did not end as it should."""
        return bool(self.failure or self.trouble or self.status >= 400)  # noqa: PLR2004 - RFC 9110 §15.5


class Standing(Value, frozen=True):
    """How an account does: when a call last went well and last failed (ms since 1970, 0: never), on what, and calls of the last hour."""

    well: int = 0
    failed: int = 0
    failure: str = ""
    code: str = ""
    status: int = 0
    calls: int = 0
    failures: int = 0
