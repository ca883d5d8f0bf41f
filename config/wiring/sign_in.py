"""Sign-in wired together: people over a store."""

from secrets import token_urlsafe

from config.storage.store import Store
from hub.desk.passwords import Passwords
from hub.desk.people import People, Stored
from hub.model.channels.ports import Clock
from hub.store.shop.people import Sessions, SetupCodes, Users


def open_people(parts: Store, *, clock: Clock) -> tuple[People, Passwords]:
    """People over a store; the passwords are to be closed."""
    links, keys = parts.links, parts.keys
    stored = Stored(users=Users(links, keys), sessions=Sessions(links, keys), codes=SetupCodes(links, keys))
    passwords = Passwords()
    return People(stored, passwords, clock=clock, secret=new_secret), passwords


def new_secret() -> str:
    """256 random bits as a text."""
    return token_urlsafe(32)
