"""`hub user …`: who may sign in, beside the running hub."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from getpass import getpass

from config.commands.running_hub import instant, running_store
from config.settings.values import Settings
from config.wiring.sign_in import open_people
from hub.desk.passwords import Unfit
from hub.desk.people import LastAdmin, Newcomer, People, UserChanges
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError, StoreFull
from hub.model.shop.people import Role
from hub.store.shop.people import Stranger, Taken


async def add_user(settings: Settings, newcomer: Newcomer) -> int:
    """Add somebody; the first one must be an admin."""
    async with _running(settings) as people:
        if newcomer.role is not Role.ADMIN and await people.nobody():
            raise SettingsError("There is nobody yet, and somebody has to name people: add the first one with --role admin.")
        user = await people.add(newcomer)
    print(f"{user.login} is added as {user.role.value}")
    return 0


async def list_users(settings: Settings) -> int:
    """Print everybody, in the order in which they came."""
    async with _running(settings) as people:
        everybody = await people.all()
    for user in everybody:
        state = "" if user.active else "  (not active)"
        print(f"{user.login:<24} {user.role.value:<9} {instant(user.created)}  {user.name}{state}")
    return 0


async def amend_user(settings: Settings, login: str, changes: UserChanges) -> int:
    """Change somebody; role, activity and password sign them out everywhere."""
    async with _running(settings) as people:
        user = await people.amend(login, changes)
    print(f"{user.login} is {user.role.value}, {'active' if user.active else 'not active'}; changed and signed out everywhere")
    return 0


def typed_password() -> str:
    """A new password: asked for twice on a terminal, else the first line of standard input."""
    if not sys.stdin.isatty():
        try:
            return sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise SettingsError("The password on standard input is not UTF-8; write it in UTF-8.") from error
    first = getpass("New password: ")
    if getpass("Once more: ") != first:
        raise SettingsError("The two are not the same; nothing is changed.")
    return first


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[People]:
    """People of the running hub; what they refuse is told in a sentence."""
    async with running_store(settings) as parts:
        people, passwords = open_people(parts, clock=SystemClock())
        try:
            yield people
        except Unfit as error:
            raise SettingsError(str(error)) from error
        except Taken as error:
            raise SettingsError(f"There is a user {error} already; change them by `hub user role` or `hub user password`.") from error
        except Stranger as error:
            raise SettingsError(f"There is no user {error}; list them by `hub user list`.") from error
        except LastAdmin as error:
            raise SettingsError("This is the last active admin; make somebody else one first: `hub user role LOGIN admin`.") from error
        except StoreFull as error:
            raise SettingsError(f"The store cannot take more ({error}); give it more memory or disk, then do this again.") from error
        finally:
            passwords.close()
