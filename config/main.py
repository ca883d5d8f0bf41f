"""The command `hub`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from config.arguments.captured import captured_parsers
from config.arguments.channel import channel_parser
from config.arguments.customer import customer_parser
from config.arguments.dead import dead_parser
from config.arguments.files import files_parser
from config.arguments.journey import journey_parser
from config.arguments.serve import serve_parser
from config.arguments.settings import own_settings, quiet_settings
from config.arguments.user import user_parser
from hub.model.errors import SettingsError

_ABOUT = """One hub for every conversation a shop has with its customers.

  hub demo                 try it: a sample shop, web chat and a Telegram phone, no account needed
  hub serve                run it: settings from hub.toml and HUB_… (see docs/settings.md)
  hub check                is everything set up right, and if not, what to do
  hub channel connect K/A  bring a channel's messages here; also list, add, log
  hub customer show ID     what is known of a customer; also find, export, merge, erase
  hub user add LOGIN       who may sign in; also list, password, role, deactivate
  hub backup FILE          all of it in one file; `hub restore FILE` fills an empty hub from it
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a wrong setting is one sentence on standard error and status 2."""
    parser = _parser()
    given = parser.parse_args(argv)
    try:
        return int(given.run(given))
    except SettingsError as error:
        print(f"hub: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hub", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    demo = commands.add_parser("demo", help="run the sample shop with web chat and a Telegram phone")
    demo.add_argument("--empty", action="store_true", help="begin without customers who wrote before")
    demo.set_defaults(run=_demo)
    serve_parser(commands.add_parser("serve", help="run the hub"))
    _check_parser(commands.add_parser("check", help="look whether everything is set up right"))
    replay = commands.add_parser("replay", help="take a customer's turns again and compare")
    replay.add_argument("customer", help="the customer's id (cu-…)")
    replay.set_defaults(run=_replay)
    widget = commands.add_parser("widget", help="the line for the shop's pages, and the secret to sign customers in with")
    widget.add_argument("--token", metavar="USER", help="print a token that signs in the shop's customer of that id, to try it")
    widget.add_argument("--name", default="", help="the name the token tells")
    widget.set_defaults(run=_widget)
    customer_parser(commands.add_parser("customer", help="show, find, export, merge or erase a customer"))
    user_parser(commands.add_parser("user", help="list, add or change who may sign in"))
    dead_parser(commands.add_parser("dead", help="list events that were given up, and try them again"))
    journey_parser(commands.add_parser("journey", help="check a journey's file, list journeys, explain what is not sent"))
    channel_parser(commands.add_parser("channel", help="accounts: list, add, connect; what went out and came in"), quiet_settings)
    captured_parsers(commands)
    files_parser(commands.add_parser("files", help="move customers' files between archive and bucket"))
    for name, run, told in (
        ("backup", _backup, "copy a resting hub into one file"),
        ("restore", _restore, "fill an empty hub from such a file"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("file", type=Path)
        command.set_defaults(run=run)
    return parser


def _check_parser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help="ask no provider and no public address")
    parser.set_defaults(run=_check)


def _demo(given: argparse.Namespace) -> int:
    from config.demo.run import Past, run_demo

    return run_demo(os.environ, Past.NONE if given.empty else Past.TOLD)


def _check(given: argparse.Namespace) -> int:
    from config.doctor.report import Reach, run_check

    return asyncio.run(run_check(quiet_settings(), Reach.MACHINE if given.offline else Reach.PROVIDERS))


def _replay(given: argparse.Namespace) -> int:
    from config.commands.replay import run_replay

    return asyncio.run(run_replay(own_settings(), given.customer))


def _widget(given: argparse.Namespace) -> int:
    from config.commands.widget import print_token, show_widget

    settings = quiet_settings()
    return show_widget(settings) if given.token is None else print_token(settings, given.token, name=given.name)


def _backup(given: argparse.Namespace) -> int:
    from config.commands.backup import backup

    return asyncio.run(backup(quiet_settings(), given.file))


def _restore(given: argparse.Namespace) -> int:
    from config.commands.backup import restore

    return asyncio.run(restore(quiet_settings(), given.file))


if __name__ == "__main__":
    sys.exit(main())
