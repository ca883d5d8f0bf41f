"""The commands `hub user …`."""

import argparse
import asyncio

from config.arguments.settings import quiet_settings
from hub.model.shop.people import Role


def user_parser(parser: argparse.ArgumentParser) -> None:
    """Describe them."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    commands.add_parser("list", help="everybody, those too who may not sign in any more").set_defaults(run=_list_users)
    roles = [role.value for role in Role]
    add = commands.add_parser("add", help="add somebody; the password is asked for, or read from standard input")
    add.add_argument("login")
    add.add_argument("--name", help="as colleagues see it (the login without it)")
    add.add_argument("--role", choices=roles, default=Role.AGENT.value)
    add.add_argument("--language", choices=("vi", "en", "zh-TW"), default="", help="of the screens (the shop's own without it)")
    add.set_defaults(run=_add_user)
    for name, told in (
        ("password", "give somebody a new password, asked for or read from standard input"),
        ("role", f"give somebody another role: {', '.join(roles)}"),
        ("deactivate", "let somebody sign in no more; they are signed out at once"),
        ("activate", "let somebody sign in again"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("login")
        if name == "role":
            command.add_argument("role", choices=roles)
        command.set_defaults(run=_amend_user, change=name)


def _list_users(given: argparse.Namespace) -> int:
    from config.commands.users import list_users

    del given
    return asyncio.run(list_users(quiet_settings()))


def _add_user(given: argparse.Namespace) -> int:
    from config.commands.users import add_user, typed_password
    from hub.desk.people import Newcomer

    settings = quiet_settings()
    newcomer = Newcomer(
        login=given.login, name=given.name or given.login, role=Role(given.role), language=given.language, password=typed_password()
    )
    return asyncio.run(add_user(settings, newcomer))


def _amend_user(given: argparse.Namespace) -> int:
    from config.commands.users import amend_user, typed_password
    from hub.desk.people import UserChanges

    settings = quiet_settings()
    match given.change:
        case "password":
            changes = UserChanges(password=typed_password())
        case "role":
            changes = UserChanges(role=Role(given.role))
        case _:
            changes = UserChanges(active=given.change == "activate")
    return asyncio.run(amend_user(settings, given.login, changes))
