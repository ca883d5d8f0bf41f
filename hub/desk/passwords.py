"""Passwords: what makes one good enough, and its argon2 hash, made and compared beside the loop, few at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from unicodedata import category, normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from hub.model.errors import HubError

SHORTEST, LONGEST = 10, 500
LEAST_DIFFERENT = 4

MEMORY_KIB, ROUNDS, LANES = 12 * 1024, 3, 1
"""One of the settings OWASP's Password Storage Cheat Sheet calls equally strong (19 MiB × 2, 12 MiB × 3, 9 MiB × 4, 7 MiB × 5).

The usual 64 MiB would break the promise of a whole hub in 150 MB: the C library gives back to the system only part of what was used
(measured: two threads at 12 MiB left a resting hub 25 MB larger, one leaves it 12 MB larger).
"""
AT_ONCE = 1
"""Of two cores one stays the loop's: an attack on the sign-in page slows down no customer."""
WAITING = 100
"""Each takes 25 to 40 ms of a core: whoever came later would wait more than two seconds."""

T = TypeVar("T")


class Unfit(HubError):
    """A password does not do; the text says what to do instead."""


class WrongPassword(HubError):
    """The password is not the one, or there is none to compare it with: nobody is told which."""


class Busy(HubError):
    """Too many passwords are being looked at: come again."""


class Passwords:
    """Argon2id hashes, away from the loop."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=LANES, type=Type.ID)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._asked = 0
        self._nobodys = ""

    async def hashed(self, password: str) -> str:
        """Its hash, with parameters and salt; raises Unfit, Busy."""
        check(password)
        return await self._aside(lambda: self._hasher.hash(_bytes(password)))

    async def compare(self, password: str, known: str) -> None:
        """Raise WrongPassword unless `known` is its hash; '' (there is nobody) takes as long. Raises Busy."""
        if not self._nobodys:
            self._nobodys = await self._aside(lambda: self._hasher.hash(b"nobody's"))
        await self._aside(lambda: self._verify(known or self._nobodys, password))
        if not known:
            raise WrongPassword

    def outdated(self, known: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    def close(self) -> None:
        """Give back the threads; what waits is not done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, known: str, password: str) -> None:
        try:
            self._hasher.verify(known, _bytes(password))
        except (VerificationError, InvalidHashError) as error:
            raise WrongPassword from error

    async def _aside(self, work: Callable[[], T]) -> T:
        if self._asked >= WAITING:
            raise Busy
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._asked -= 1


def check(password: str) -> None:
    """Raise Unfit with a sentence unless a password is good enough."""
    if len(password) < SHORTEST:
        raise Unfit(f"This password is too short: give it {SHORTEST} characters or more.")
    if len(password) > LONGEST:
        raise Unfit(f"This password is too long: give it {LONGEST} characters at most.")
    if any(category(sign) in {"Cc", "Cs"} for sign in password):
        raise Unfit("This password holds a character that sign-in pages refuse: use letters, digits, spaces and signs.")
    if len(set(password)) < LEAST_DIFFERENT:
        raise Unfit(f"This password repeats itself: use {LEAST_DIFFERENT} different characters or more.")


def _bytes(password: str) -> bytes:
    """One password however it is typed: keyboards write "ệ" as one character or as three."""
    return normalize("NFKC", password).encode("utf-8", "surrogatepass")
