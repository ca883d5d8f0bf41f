"""The commands `hub channel …`: what they take, and who runs them."""

import argparse
import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.settings.values import Settings

Load = Callable[[], "Settings"]
"""Reads the settings, quietly."""

_ACCOUNT = "CHANNEL/ACCOUNT"


def channel_parser(parser: argparse.ArgumentParser, load: Load) -> None:
    """Describe them."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _log_parser(commands.add_parser("log", help="the exchanges of the last seven days, without secrets and without what was said"), load)
    commands.add_parser("list", help="every account, where it is set up, and whether it is on").set_defaults(run=lambda _: _list(load))
    add = commands.add_parser("add", help="add an account, as one adds it in the console; secrets are asked for")
    add.add_argument("account", metavar=_ACCOUNT, help="its channel and name, as telegram/main")
    add.add_argument("values", nargs="*", metavar="KEY=VALUE", help="what is no secret; secrets as KEY_env=NAME or KEY_file=PATH")
    add.set_defaults(run=lambda given: _add(given, load))
    connect = commands.add_parser("connect", help="set the provider's webhook where it has an API for that, else print the clicks")
    connect.add_argument("account", metavar=_ACCOUNT, help="one account, as telegram/main")
    connect.set_defaults(run=lambda given: _connect(given, load))


def _log_parser(log: argparse.ArgumentParser, load: Load) -> None:
    log.add_argument("account", nargs="?", default="", metavar=_ACCOUNT, help="one account, as telegram/main (all without it)")
    log.add_argument("--follow", action="store_true", help="go on as they come, until Ctrl-C")
    log.add_argument("--failed", action="store_true", help="only what did not end as it should")
    log.add_argument("--delivery", default="", metavar="ID", help="only those of one delivery (dl-…)")
    log.add_argument("--json", action="store_true", help="one JSON object a line, with the bodies' structure")
    log.set_defaults(run=lambda given: _log(given, load))


def _log(given: argparse.Namespace, load: Load) -> int:
    from config.commands.channel_log import Wanted, run

    wanted = Wanted(account=given.account, failed=given.failed, delivery=given.delivery, lines=given.json, follow=given.follow)
    return run(load(), wanted)


def _list(load: Load) -> int:
    from config.commands.accounts import list_accounts

    return asyncio.run(list_accounts(load()))


def _add(given: argparse.Namespace, load: Load) -> int:
    from config.commands.accounts import add, place_of

    return asyncio.run(add(load(), place_of(given.account), given.values))


def _connect(given: argparse.Namespace, load: Load) -> int:
    from config.commands.accounts import connect, place_of

    return asyncio.run(connect(load(), place_of(given.account)))
