"""The commands `hub parse` and `hub preview`."""

import argparse
from pathlib import Path


def captured_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe them."""
    for name, told in (("parse", "what the hub makes of captured webhooks"), ("preview", "what would be sent for messages")):
        command = commands.add_parser(name, help=f"{told}, from a file of cases; nothing is stored or sent")
        command.add_argument("channel", help="the kind of channel, as telegram")
        command.add_argument("file", type=Path)
        command.set_defaults(run=_captured, verb=name)


def _captured(given: argparse.Namespace) -> int:
    from config.preview.cases import run_parse, run_preview

    return (run_parse if given.verb == "parse" else run_preview)(given.channel, given.file)
