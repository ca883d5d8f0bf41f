"""The commands `hub dead …`."""

import argparse
import asyncio

from config.arguments.settings import quiet_settings


def dead_parser(parser: argparse.ArgumentParser) -> None:
    """Describe them."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    commands.add_parser("list", help="what was given up, newest first").set_defaults(run=_list_dead)
    retry = commands.add_parser("retry", help="put one back where it came from")
    retry.add_argument("partition", type=int)
    retry.add_argument("entry")
    retry.set_defaults(run=_retry_dead)


def _list_dead(given: argparse.Namespace) -> int:
    from config.commands.dead_letters import list_dead

    del given
    return asyncio.run(list_dead(quiet_settings()))


def _retry_dead(given: argparse.Namespace) -> int:
    from config.commands.dead_letters import retry_dead

    return asyncio.run(retry_dead(quiet_settings(), given.partition, given.entry))
