"""What providers enforce on accounts (blocks, warnings, refused templates): what stands, for how long, and what takes it back."""

from collections.abc import Iterable, Mapping

from hub.model.alerts.alert import AlertKind
from hub.model.base import Value

DAY_MS = 86_400_000
LIVES_MS: Mapping[AlertKind, int] = {
    AlertKind.RESTRICTED: 30 * DAY_MS,
    AlertKind.QUALITY: 7 * DAY_MS,
    AlertKind.TEMPLATE: 7 * DAY_MS,
}
"""How long each stands where the provider tells no end: of most warnings it never says that they are over."""
REMEMBERED_MS = DAY_MS
"""What was taken back is remembered for so long: news that was overtaken on its way opens nothing anew."""
ABOUT_LENGTH = 100


class Enforced(Value, frozen=True):
    """One thing a provider told of an account. `about`: of which template (empty: of the account as a whole).

    `at`: when, by the provider's clock, by which the newest counts; `until`: how long it counts, by ours (ms since 1970); `over`: it was
    taken back.
    """

    kind: AlertKind
    about: str = ""
    at: int = 0
    until: int = 0
    over: bool = False

    def stands(self, now: int) -> bool:
        """Whether it holds at `now` (ms)."""
        return not self.over and now < self.until


def begun(kind: AlertKind, *, about: str, at: int, ends: int, now: int) -> Enforced:
    """It holds from now on, until the provider takes it back or its time is over. `ends`: as the provider told (0: it did not)."""
    return Enforced(kind=kind, about=about[:ABOUT_LENGTH], at=at or now, until=ends if ends > now else now + LIVES_MS[kind])


def ended(kind: AlertKind, *, about: str, at: int, now: int) -> Enforced:
    """The provider has taken it back."""
    return Enforced(kind=kind, about=about[:ABOUT_LENGTH], at=at or now, until=now + REMEMBERED_MS, over=True)


def counted(told: Iterable[Enforced], *, now: int) -> dict[AlertKind, int]:
    """How many of each kind hold at `now` (ms)."""
    found: dict[AlertKind, int] = {}
    for one in told:
        if one.stands(now):
            found[one.kind] = found.get(one.kind, 0) + 1
    return found
