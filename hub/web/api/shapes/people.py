"""The shapes of sign-in and of people."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.model.shop.people import Right, Role, User
from hub.web.api.shapes.customers import Body

Typed = Annotated[str, Meta(max_length=200)]
Password = Annotated[str, Meta(max_length=1_000, description="10 to 500 characters.")]
Login = Annotated[str, Meta(max_length=200, description="1 to 64 letters a-z, digits and . _ @ + -")]
Language = Literal["", "vi", "en", "zh-TW"]


class SetupState(Struct, frozen=True):
    """Whether the first user is still to be made."""

    needed: bool


class SetupBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Make the first user, an admin. `code`: from the link that `hub serve` printed."""

    code: Typed
    login: Login
    name: Typed
    password: Password
    language: Language = ""


class SignInBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Sign in."""

    login: Login
    password: Password


class PasswordBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Change one's own password; every other browser is signed out."""

    old: Password
    new: Password


class MeBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Change one's own name or language; null or nothing: it stays."""

    name: Typed | None = None
    language: Language | None = None


class Me(Struct, frozen=True):
    """Whoever is signed in."""

    login: str
    name: str
    role: Role
    language: str


class SignedIn(Struct, frozen=True):
    """A session. `csrf`: what every changing request of it bears in the header X-CSRF-Token."""

    user: Me
    rights: tuple[Right, ...]
    csrf: str


class SignedOut(Struct, frozen=True):
    """The session is over."""


class Person(Struct, frozen=True):
    """A user as colleagues see them; one who is not active cannot sign in."""

    login: str
    name: str
    role: Role
    active: bool
    language: str


class PersonList(Struct, frozen=True):
    """Everybody, in the order in which they came."""

    people: tuple[Person, ...]


class PersonBody(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Add somebody; tell them the password, they can change it."""

    login: Login
    name: Typed
    role: Role
    password: Password
    language: Language = ""


class PersonChange(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Change somebody; null or nothing: it stays. A change of role, activity or password signs them out everywhere."""

    name: Typed | None = None
    role: Role | None = None
    active: bool | None = None
    language: Language | None = None
    password: Password | None = None


def me(user: User) -> Me:
    """How somebody sees themselves."""
    return Me(login=user.login, name=user.name, role=user.role, language=user.language)


def person(user: User) -> Person:
    """How somebody is shown to colleagues."""
    return Person(login=user.login, name=user.name, role=user.role, active=user.active, language=user.language)
