"""Guessing is slowed down: so many wrong tries in a minute, then one waits. Each process counts for itself."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from msgspec import Struct

from hub.model.channels.ports import Clock
from hub.web.http.problems import Problem, Refusal

WINDOW_S = 60.0
SIGN_INS_AT_MOST = 10
"""For one login from one network, or in a browser that knows it."""
NETWORK_AT_MOST = 30
"""For all logins from one network: a team behind one address may mistype a few times each."""
LOGIN_AT_MOST = 100
"""For one login from everywhere: so many networks guessing at it is no typing error."""
KEPT = 10_000


class _Tries(Struct):
    """Wrong tries under one key since the window opened (seconds of boottime)."""

    since: float
    wrong: int = 0


class Throttle:
    """Counts wrong tries by key (an address, a login); the oldest of 10,000 are forgotten. `words`: what there were too many of."""

    def __init__(self, most: int, *, clock: Clock, words: str) -> None:
        self._most = most
        self._clock = clock
        self._words = words
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def look(self, key: str, *, most: int = 0) -> None:
        """Raise a 429 where there were too many within a minute; `most`: another number than the usual."""
        tries = self._tries.get(key)
        if tries is None:
            return
        left = tries.since + WINDOW_S - self._clock.boottime()
        if left <= 0:
            del self._tries[key]
        elif tries.wrong >= (most or self._most):
            raise self._too_many(left)

    def count(self, key: str) -> None:
        """One more."""
        self._tries.setdefault(key, _Tries(since=self._clock.boottime())).wrong += 1
        if len(self._tries) > KEPT:
            self._tries.popitem(last=False)

    @contextmanager
    def trying(self, key: str, *, wrong: type[Exception], most: int = 0) -> Iterator[None]:
        """A try that takes time: it counts from its beginning, so that a thousand at once are stopped too.

        It counts no more unless it ends by `wrong`. Raises a 429 where there were too many.
        """
        self.look(key, most=most)
        self.count(key)
        try:
            yield
        except wrong:
            raise
        except BaseException:
            self._take_back(key)
            raise
        else:
            self._take_back(key)

    def _take_back(self, key: str) -> None:
        tries = self._tries.get(key)
        if tries is not None:
            tries.wrong = max(0, tries.wrong - 1)
            if not tries.wrong:
                del self._tries[key]

    def _too_many(self, left: float) -> Refusal:
        status = HTTPStatus.TOO_MANY_REQUESTS
        seconds = int(left) + 1
        detail = f"{self._words}: wait {seconds} s, then use the right one."
        return Refusal(Problem(title=status.phrase, status=status, detail=detail), headers={"Retry-After": str(seconds)})


@contextmanager
def signing_in(throttle: Throttle, login: str, *, address: str, device: str, wrong: type[Exception]) -> Iterator[None]:
    """A try to sign in. `device`: the browser, where this user has signed in before: nobody else's tries count against it."""
    if device:
        with throttle.trying(f"device {device} {login}", wrong=wrong):
            yield
        return
    with (
        throttle.trying(f"login {login} from {address}", wrong=wrong),
        throttle.trying(f"address {address}", wrong=wrong, most=NETWORK_AT_MOST),
        throttle.trying(f"login {login}", wrong=wrong, most=LOGIN_AT_MOST),
    ):
        yield


def sign_in_throttle(clock: Clock) -> Throttle:
    """For passwords and set-up codes."""
    return Throttle(SIGN_INS_AT_MOST, clock=clock, words="Too many wrong tries")
