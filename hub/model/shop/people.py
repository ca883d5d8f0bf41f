"""The people of the shop who sign in: who they are, and what each role may do, as data."""

from enum import StrEnum

from hub.model.base import Value


class Role(StrEnum):
    """What somebody does here."""

    AGENT = "agent"
    LEAD = "lead"
    MARKETER = "marketer"
    ANALYST = "analyst"
    ADMIN = "admin"


class Right(StrEnum):
    """What one may do: look at customers, talk to them, nudge them, say which two are one, watch channels, run the hub, name its people."""

    LOOK = "look"
    TALK = "talk"
    NUDGE = "nudge"
    JOIN = "join"
    WATCH = "watch"
    OPERATE = "operate"
    PEOPLE = "people"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AGENT: frozenset({Right.LOOK, Right.TALK}),
    Role.LEAD: frozenset({Right.LOOK, Right.TALK, Right.JOIN, Right.WATCH}),
    Role.MARKETER: frozenset({Right.LOOK, Right.NUDGE}),
    Role.ANALYST: frozenset({Right.LOOK}),
    Role.ADMIN: frozenset(Right),
}
"""Role → its rights; every route of the API names the one it asks for."""


def holders(right: Right) -> tuple[Role, ...]:
    """The roles that have a right, in the order of `Role`."""
    return tuple(role for role in Role if right in RIGHTS[role])


class User(Value, frozen=True):
    """Somebody who signs in. `password`: its argon2 hash; `epoch` is raised to end all their sessions; `created` in ms since 1970."""

    login: str
    name: str
    role: Role
    password: str
    created: int
    language: str = ""
    active: bool = True
    epoch: int = 0
    v: int = 1

    @property
    def rights(self) -> frozenset[Right]:
        """What they may do now."""
        return RIGHTS[self.role] if self.active else frozenset()


class Session(Value, frozen=True):
    """One browser signed in. `csrf`: what each changing request of it must say besides; `since`, `seen` (last use): ms since 1970.

    It holds while the user's `epoch` is the one it was opened under.
    """

    login: str
    csrf: str
    epoch: int
    since: int
    seen: int
    v: int = 1
