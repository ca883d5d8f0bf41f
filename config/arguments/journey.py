"""The commands `hub journey …`."""

import argparse
import asyncio
from pathlib import Path

from config.arguments.customer import about_customer
from config.arguments.settings import quiet_settings


def journey_parser(parser: argparse.ArgumentParser) -> None:
    """Describe them."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="what is wrong with a journey's file, line by line")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check_journey)
    commands.add_parser("list", help="the journeys of these settings").set_defaults(run=_list_journeys)
    explain = about_customer(commands.add_parser("explain", help="why a message goes to somebody now, or does not"), _explain)
    explain.add_argument("journey", help="the journey's name")
    explain.add_argument("--step", default="", help="a step of it (the next one without it)")
    explain.add_argument("--language", default="en", choices=("en", "vi", "zh-TW"), help="the language of the reasons")
    explain.add_argument("--json", action="store_true", help="as JSON")


def _check_journey(given: argparse.Namespace) -> int:
    from config.commands.journeys import check

    return check(given.file)


def _list_journeys(given: argparse.Namespace) -> int:
    from config.commands.journeys import listed

    del given
    return listed(quiet_settings())


def _explain(given: argparse.Namespace) -> int:
    from config.commands.journeys import as_json, explained, lines_of

    told = asyncio.run(explained(quiet_settings(), given.customer, given.journey, step=given.step))
    print(as_json(told) if given.json else "\n".join(lines_of(told, given.language)))
    return 0
