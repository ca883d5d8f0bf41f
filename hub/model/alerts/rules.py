"""What is wrong, by the facts of one look: pure, with a lower bar for what is open already, so that nothing flaps at its edge."""

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from hub.model.alerts.alert import Alert, AlertKind, Looked, Severity
from hub.model.alerts.rhythm import Rhythm
from hub.model.base import Value
from hub.model.failure import Failure

DAY_MS = 86_400_000
MEBIBYTE = 1024 * 1024
TOKEN_DAYS, TOKEN_DAYS_LEFT = 7, 1
REFUSED_STILL_MS = 300_000
"""Where a look is let in and calls are not (a permission that is missing), the one must not end what the next of the other opens anew."""
FAILED_LEAST, FAILED_SHARE = 10, 0.2
STILL_LEAST, STILL_SHARE = 5, 0.1
DISK_LOW, DISK_LEAST, DISK_STILL = 1024 * MEBIBYTE, 256 * MEBIBYTE, 1.25
MEMORY_HIGH, MEMORY_STILL, MEMORY_FULL = 0.7, 0.6, 0.85
BEHIND_MOST, BEHIND_STILL = 2_000, 500
"""Journal entries that wait for the archive: a busy hub has some hundreds for a moment."""
REFUSED = frozenset({Failure.AUTH.value, Failure.PAYMENT.value})
_OF_ACCOUNTS = (
    AlertKind.ACCESS, AlertKind.TOKEN, AlertKind.HOOK, AlertKind.SILENT, AlertKind.FAILING, AlertKind.RESTRICTED, AlertKind.QUALITY,
    AlertKind.TEMPLATE,
)  # fmt: skip


class AccountFacts(Value, frozen=True):
    """One channel account. `calls`, `failures`: of half an hour; `well`, `failed`: its last call of each kind (ms since 1970, 0: none).

    `failure`: why the last one failed; `looked`: what the last look told; `rhythm`: of its webhooks, where it has some; `enforced`: how
    many blocks, warnings and refused templates its provider holds against it.
    """

    place: str
    calls: int = 0
    failures: int = 0
    well: int = 0
    failed: int = 0
    failure: str = ""
    looked: Looked = Looked()
    rhythm: Rhythm | None = None
    enforced: dict[AlertKind, int] = {}

    @property
    def refused(self) -> str:
        """Why its provider does not let us in; empty where it does, by a call or a look, whichever was last."""
        called = self.failed if self.failure in REFUSED else 0
        asked = self.looked.at if self.looked.refused else 0
        well = max(self.well, self.looked.at if self.looked.taken else 0)
        if max(called, asked) <= well:
            return ""
        return self.failure if called >= asked else Failure.AUTH.value


class Disk(Value, frozen=True):
    """Bytes free under the data folder of a machine."""

    machine: str
    free: int


class Memory(Value, frozen=True):
    """Bytes the fullest server uses, of those it may use (0: no limit)."""

    used: int
    most: int


class Facts(Value, frozen=True):
    """What one look saw; None: it could not be seen."""

    now: int
    accounts: tuple[AccountFacts, ...] | None = None
    dead: int | None = None
    disks: tuple[Disk, ...] | None = None
    memory: Memory | None = None
    behind: int | None = None
    spooled: int | None = None

    @property
    def unknown(self) -> frozenset[str]:
        """The kinds of which nothing is known this time."""
        blank = (
            (self.accounts, _OF_ACCOUNTS),
            (self.dead, (AlertKind.DEAD,)),
            (self.disks, (AlertKind.DISK,)),
            (self.memory, (AlertKind.MEMORY,)),
            (self.behind, (AlertKind.ARCHIVE,)),
            (self.spooled, (AlertKind.SPOOL,)),
        )
        return frozenset(kind.value for facts, kinds in blank if facts is None for kind in kinds)


def wrong(facts: Facts, standing: Mapping[str, Alert]) -> tuple[Alert, ...]:
    """All that is wrong. `standing`: what is open, by its key."""

    def stands(kind: AlertKind, subject: str) -> bool:
        return f"{kind}/{subject}" in standing

    found = [alert for account in facts.accounts or () for alert in _of_account(account, facts.now, stands)]
    return (*found, *_of_house(facts, stands))


Stands = Callable[[AlertKind, str], bool]


def _of_account(account: AccountFacts, now: int, stands: Stands) -> Iterator[Alert]:
    place, until = account.place, account.looked.until
    lately = account.failure if account.failure in REFUSED and now - account.failed < REFUSED_STILL_MS else ""
    if refused := account.refused or (lately if stands(AlertKind.ACCESS, place) else ""):
        yield replace(_critical(AlertKind.ACCESS, place), failure=refused)
    # A day more before it is over: a clock that is put right does not end it.
    if until and until - now < (TOKEN_DAYS + stands(AlertKind.TOKEN, place)) * DAY_MS:
        graded = _critical if until - now < TOKEN_DAYS_LEFT * DAY_MS else _warning
        yield graded(AlertKind.TOKEN, place, until=until)
    if account.looked.elsewhere:
        yield _critical(AlertKind.HOOK, place)
    least, share = (STILL_LEAST, STILL_SHARE) if stands(AlertKind.FAILING, place) else (FAILED_LEAST, FAILED_SHARE)
    # Refused credentials fail every call, and say more.
    if not refused and account.failures >= least and account.failures >= share * account.calls:
        yield _warning(AlertKind.FAILING, place, failures=account.failures, calls=account.calls)
    if account.rhythm and account.rhythm.silent:
        yield _warning(AlertKind.SILENT, place, after=account.rhythm.after)
    yield from _enforced(account.enforced, place)


def _enforced(count: Mapping[AlertKind, int], place: str) -> Iterator[Alert]:
    """What a provider does to an account that it lets in. A block says more than the warning before it; one more template is news."""
    if count.get(AlertKind.RESTRICTED):
        yield _critical(AlertKind.RESTRICTED, place)
    elif count.get(AlertKind.QUALITY):
        yield _warning(AlertKind.QUALITY, place)
    if templates := count.get(AlertKind.TEMPLATE, 0):
        yield replace(_warning(AlertKind.TEMPLATE, place, n=templates), level=templates)


def _of_house(facts: Facts, stands: Stands) -> Iterator[Alert]:
    if facts.dead:
        # One, ten, a hundred: each is news, what comes in between is more of the same.
        yield replace(_warning(AlertKind.DEAD, n=facts.dead), level=len(str(facts.dead)))
    for disk in facts.disks or ():
        if disk.free < DISK_LOW * (DISK_STILL if stands(AlertKind.DISK, disk.machine) else 1):
            graded = _critical if disk.free < DISK_LEAST else _warning
            yield graded(AlertKind.DISK, disk.machine, mib=disk.free // MEBIBYTE)
    if facts.memory and facts.memory.most:
        share = facts.memory.used / facts.memory.most
        if share >= (MEMORY_STILL if stands(AlertKind.MEMORY, "") else MEMORY_HIGH):
            graded = _critical if share >= MEMORY_FULL else _warning
            yield graded(AlertKind.MEMORY, percent=round(share * 100))
    if (facts.behind or 0) > (BEHIND_STILL if stands(AlertKind.ARCHIVE, "") else BEHIND_MOST):
        yield _warning(AlertKind.ARCHIVE, n=facts.behind or 0)
    if facts.spooled:
        yield _warning(AlertKind.SPOOL, n=facts.spooled)


def _warning(kind: AlertKind, subject: str = "", **values: int) -> Alert:
    return Alert(kind=kind, subject=subject, values=values)


def _critical(kind: AlertKind, subject: str = "", **values: int) -> Alert:
    return Alert(kind=kind, subject=subject, severity=Severity.CRITICAL, values=values, level=2)
