"""The demo's staff: an admin, two agents, a marketer; their passwords are made once and printed at each start."""

from pathlib import Path
from secrets import choice

import msgspec

from hub.desk.people import Newcomer, People, UserChanges
from hub.model.base import Value
from hub.model.shop.people import Role
from hub.store.shop.people import Taken

STAFF = (
    ("admin", "Mai Phương", Role.ADMIN, "vi"),
    ("huong", "Thu Hương", Role.AGENT, "vi"),
    ("ben", "Ben Carter", Role.AGENT, "en"),
    ("tuan", "Anh Tuấn", Role.MARKETER, "vi"),
)
_SYLLABLES = ("lo", "ra", "mi", "ke", "so", "tu", "ne", "va", "pi", "du", "ga", "he", "zo", "fu", "bi", "ny")
_LENGTH = 7


class SignIn(Value, frozen=True, omit_defaults=False):
    """With what somebody signs in."""

    login: str
    name: str
    role: str
    password: str


async def staff(people: People, file: Path) -> tuple[SignIn, ...]:
    """Everybody, made where they are not there yet. The passwords lie in `file`, readable by its owner alone."""
    known = _kept(file)
    for login, name, role, language in STAFF:
        made = login not in known
        sign_in = known.get(login) or SignIn(login=login, name=name, role=role.value, password=_password())
        known[login] = sign_in
        _keep(file, known)
        try:
            await people.add(Newcomer(login=login, name=name, password=sign_in.password, role=role, language=language))
        except Taken:
            if made:
                # A hub restored beside another file of passwords.
                await people.amend(login, UserChanges(password=sign_in.password))
    return tuple(known[login] for login, *_ in STAFF)


def _kept(file: Path) -> dict[str, SignIn]:
    if not file.exists():
        return {}
    return {one.login: one for one in msgspec.json.decode(file.read_bytes(), type=list[SignIn])}


def _keep(file: Path, known: dict[str, SignIn]) -> None:
    file.touch(mode=0o600, exist_ok=True)
    file.write_bytes(msgspec.json.encode(list(known.values())))


def _password() -> str:
    """Seven syllables, 28 bits: enough for a demo on this machine, and typed without a mistake."""
    return "-".join("".join(choice(_SYLLABLES) for _ in range(n)) for n in (2, 3, 2))
