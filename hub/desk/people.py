"""Who signs in, who is signed in, and who says so: the rules about people."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from hub.desk.passwords import Passwords, Unfit, WrongPassword
from hub.model.channels.ports import Clock
from hub.model.errors import HubError, StoreFull
from hub.model.shop.people import Role, Session, User
from hub.store.shop.people import Change, Sessions, SetupCodes, Taken, Users

IDLE_MS = 12 * 3_600_000
LONGEST_MS = 14 * 86_400_000
NOTED_EVERY_MS = 60_000
"""How exact the last use of a session is: a write a minute, not one a request."""

LANGUAGES = ("", "vi", "en", "zh-TW")
LONGEST_NAME = 100
TELLING = 4
"""From how many letters on a login inside a password tells something of it: `an` is in half of all words."""
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")

Secret = Callable[[], str]
"""A new random text that nobody can guess."""


class SignedOut(HubError):
    """No session, or one that is over: sign in."""


class WrongCode(HubError):
    """The set-up code is none of ours, or somebody was set up already."""


class LastAdmin(HubError):
    """Without this one nobody could name people any more."""


class Newcomer(Struct, frozen=True, kw_only=True):
    """Somebody to be added, as they were typed."""

    login: str
    name: str
    password: str
    role: Role = Role.AGENT
    language: str = ""


class UserChanges(Struct, frozen=True, kw_only=True):
    """What shall be another about a user; None: it stays."""

    name: str | None = None
    language: str | None = None
    role: Role | None = None
    active: bool | None = None
    password: str | None = None


class Signed(Struct, frozen=True):
    """Somebody signed in, with the token that only their browser has."""

    user: User
    session: Session
    token: str


class Stored(Struct, frozen=True):
    """Where people are kept."""

    users: Users
    sessions: Sessions
    codes: SetupCodes


class People:
    """Decides by what is stored. Each call may raise StoreAway, StoreFull, and Busy where a password is looked at."""

    def __init__(self, stored: Stored, passwords: Passwords, *, clock: Clock, secret: Secret) -> None:
        self._users, self._sessions, self._codes = stored.users, stored.sessions, stored.codes
        self._passwords = passwords
        self._clock = clock
        self._secret = secret

    # The first one.

    async def nobody(self) -> bool:
        """Whether there is nobody who could sign in, so that the first one is to be set up."""
        return not await self._users.any()

    async def setup_code(self) -> str:
        """A new code for the first one; '' where somebody is there. Only its digest is kept."""
        if not await self.nobody():
            return ""
        code = self._secret()
        await self._codes.keep(code)
        return code

    async def set_up(self, code: str, newcomer: Newcomer) -> Signed:
        """Make the first one, an admin, and sign them in. Raises WrongCode (also to whoever came second), Unfit."""
        if not await self._codes.includes(code) or not await self.nobody():
            raise WrongCode
        user = await self._made(replace(newcomer, role=Role.ADMIN))
        try:
            await self._users.add_first(user)
        except Taken as error:
            raise WrongCode from error
        await self._codes.forget()
        return await self._open(user)

    # Sessions.

    async def sign_in(self, login: str, password: str) -> Signed:
        """Open a session, always under a new token. Raises WrongPassword."""
        user = await self._users.find(login_of(login))
        await self._passwords.compare(password, user.password if user else "")
        if user is None or not user.active:
            raise WrongPassword
        if self._passwords.outdated(user.password):
            user = await self._rehashed(user, password)
        return await self._open(user)

    async def known(self, token: str) -> Signed:
        """Who uses that token; their session goes on. Raises SignedOut."""
        signed, now = await self.look(token), self._clock.now()
        if now - signed.session.seen < NOTED_EVERY_MS:
            return signed
        session = replace(signed.session, seen=now)
        # A full store must not keep from looking whoever could make room.
        with suppress(StoreFull):
            await self._sessions.go_on(token, session, ttl=_end(session) - now)
        return replace(signed, session=session)

    async def look(self, token: str) -> Signed:
        """Whose that token is, while the session holds; this is no use that makes it go on. Raises SignedOut."""
        session = await self._sessions.find(token) if token else None
        if session is None or self._clock.now() >= _end(session):
            raise SignedOut
        user = await self._users.find(session.login)
        if user is None or not user.active or user.epoch != session.epoch:
            await self._sessions.end(token)
            raise SignedOut
        return Signed(user, session, token)

    async def sign_out(self, signed: Signed) -> None:
        """End this session, no other."""
        await self._sessions.end(signed.token)

    async def change_password(self, signed: Signed, *, old: str, new: str) -> Signed:
        """Change one's own: every session ends, and this browser gets a new one. Raises WrongPassword, Unfit."""
        await self._passwords.compare(old, signed.user.password)
        user = await self.amend(signed.user.login, UserChanges(password=new))
        await self._sessions.end(signed.token)
        return await self._open(user)

    # People.

    async def all(self) -> tuple[User, ...]:
        """Everybody, those too who may not sign in any more; in the order in which they came."""
        return await self._users.all()

    async def add(self, newcomer: Newcomer) -> User:
        """Add somebody. Raises Taken, Unfit."""
        user = await self._made(newcomer)
        await self._users.add(user)
        return user

    async def amend(self, login: str, changes: UserChanges) -> User:
        """Change somebody; role, activity and password end all their sessions at once. Raises Stranger, LastAdmin, Unfit."""
        login = login_of(login)
        if changes.name is not None:
            changes = replace(changes, name=_name(changes.name))
        if changes.language is not None:
            _check_language(changes.language)
        hashed = None
        if changes.password is not None:
            hashed = await self._hashed(changes.password, login)
        return await self._users.change(login, lambda user, everybody: _amended(user, everybody, changes, hashed))

    async def _made(self, newcomer: Newcomer) -> User:
        login = login_of(newcomer.login)
        if not _LOGIN.fullmatch(login):
            raise Unfit("A login has 1 to 64 letters a-z, digits and . _ @ + - and begins and ends with a letter or digit.")
        name = _name(newcomer.name)
        _check_language(newcomer.language)
        password = await self._hashed(newcomer.password, login)
        return User(login=login, name=name, role=newcomer.role, password=password, created=self._clock.now(), language=newcomer.language)

    async def _hashed(self, password: str, login: str) -> str:
        if len(login) >= TELLING and login in password.lower():
            raise Unfit("This password holds the login: take one that others cannot guess.")
        return await self._passwords.hashed(password)

    async def _rehashed(self, user: User, password: str) -> User:
        """The user with a hash of today's parameters; their sessions go on."""
        try:
            fresh = await self._passwords.hashed(password)
        except Unfit:
            # Good enough when it was chosen: whoever knows it is let in, the hash stays.
            return user
        old = user.password

        def decide(now: User, _: tuple[User, ...]) -> Change:
            return Change(user=replace(now, password=fresh) if now.password == old else now)

        return await self._users.change(user.login, decide)

    async def _open(self, user: User) -> Signed:
        now, token = self._clock.now(), self._secret()
        session = Session(login=user.login, csrf=self._secret(), epoch=user.epoch, since=now, seen=now)
        await self._sessions.open(token, session, ttl=IDLE_MS)
        return Signed(user, session, token)


def login_of(typed: str) -> str:
    """A login as it is kept: without the spaces and capitals that keyboards of phones add."""
    return typed.strip().lower()


def _end(session: Session) -> int:
    """When a session is over unless it is used before, ms since 1970."""
    return min(session.seen + IDLE_MS, session.since + LONGEST_MS)


def _amended(user: User, everybody: tuple[User, ...], changes: UserChanges, password: str | None) -> Change:
    """A user as they shall be; raises LastAdmin where nobody would be left to name people."""
    wanted = {
        name: value
        for name in ("name", "language", "role", "active")
        if (value := getattr(changes, name)) is not None and value != getattr(user, name)
    }
    ends = password is not None or "role" in wanted or "active" in wanted
    changed = replace(user, **wanted, password=password or user.password, epoch=user.epoch + ends)
    if not _names_people(user) or _names_people(changed):
        return Change(user=changed)
    other = next((one for one in everybody if one.login != user.login and _names_people(one)), None)
    if other is None:
        raise LastAdmin
    return Change(user=changed, leaning_on=other.login)


def _names_people(user: User) -> bool:
    return user.active and user.role is Role.ADMIN


def _name(typed: str) -> str:
    name = typed.strip()
    if not name or len(name) > LONGEST_NAME or any(map(_breaks_a_line, name)):
        raise Unfit(f"A name has 1 to {LONGEST_NAME} characters on one line.")
    return name


def _breaks_a_line(sign: str) -> bool:
    """Ends a line, turns what stands behind it around (a name shall not write into its neighbours), or is no character."""
    return unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(sign) in _TURNING


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Unfit("The language is one of vi, en, zh-TW, or empty for the shop's own.")
