"""The commands `hub files …`."""

import argparse
import asyncio

from config.arguments.settings import quiet_settings


def files_parser(parser: argparse.ArgumentParser) -> None:
    """Describe them."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    move = commands.add_parser("move", help="bring existing files to where they shall lie; may be stopped and begun again")
    move.add_argument("to", choices=("bucket", "archive"), help="the bucket of [s3], or the archive")
    move.set_defaults(run=_move)


def _move(given: argparse.Namespace) -> int:
    from config.commands.files import move

    return asyncio.run(move(quiet_settings(), given.to))
