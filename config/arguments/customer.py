"""The commands `hub customer …`."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from config.arguments.settings import quiet_settings
from hub.model.errors import SettingsError


def customer_parser(parser: argparse.ArgumentParser) -> None:
    """Describe them."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    show = about_customer(commands.add_parser("show", help="what is known of a customer"), _show)
    show.add_argument("--json", action="store_true", help="the record as JSON")
    find = commands.add_parser("find", help="who writes from an address, as `telegram shop 41`")
    for name in ("channel", "account", "address"):
        find.add_argument(name)
    find.set_defaults(run=_find)
    export = about_customer(commands.add_parser("export", help="everything that is kept of a customer, as JSON"), _export)
    export.add_argument("file", type=Path, nargs="?", help="where to (standard output without it)")
    merge = about_customer(commands.add_parser("merge", help="say that two customers are one; the older id stays"), _merge)
    merge.add_argument("other", help="the other's id")
    merge.add_argument("--evidence", required=True, metavar="TEXT", help="how you know")
    erase = about_customer(commands.add_parser("erase", help="forget a customer for good"), _erase)
    erase.add_argument("--yes", action="store_true", help="do not ask for the id once more")


def about_customer(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """A command that is given a customer's id and ends with `run`."""
    parser.add_argument("customer", help="the customer's id (cu-…)")
    parser.set_defaults(run=run)
    return parser


def _show(given: argparse.Namespace) -> int:
    from config.commands.customers import show, show_as_json

    return asyncio.run((show_as_json if given.json else show)(quiet_settings(), given.customer))


def _find(given: argparse.Namespace) -> int:
    from config.commands.customers import find
    from hub.model.address import Address

    return asyncio.run(find(quiet_settings(), Address(channel=given.channel, account=given.account, id=given.address)))


def _export(given: argparse.Namespace) -> int:
    from config.commands.customers import export

    return asyncio.run(export(quiet_settings(), given.customer, given.file))


def _merge(given: argparse.Namespace) -> int:
    from config.commands.customers import merge

    return asyncio.run(merge(quiet_settings(), given.customer, given.other, evidence=given.evidence))


def _erase(given: argparse.Namespace) -> int:
    from config.commands.customers import erase

    if not given.yes:
        print(f"{given.customer} will be forgotten for good. Type the id once more to go on: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != given.customer:
            raise SettingsError("This was not the id; nothing is erased.")
    return asyncio.run(erase(quiet_settings(), given.customer))
