"""The command `hub`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from config.channel_commands import channel_parser
from config.files import files_parser
from hub.model.errors import SettingsError
from hub.model.shop.people import Role

if TYPE_CHECKING:
    from config.serve import Process
    from config.settings import Settings
    from hub.engine.logging.logs import Scrubber

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
    serve = commands.add_parser("serve", help="run the hub")
    serve.add_argument("--roles", default="web,worker", help="web, worker or both; a second one with `worker` joins")
    serve.set_defaults(run=_serve)
    _check_parser(commands.add_parser("check", help="look whether everything is set up right"))
    replay = commands.add_parser("replay", help="take a customer's turns again and compare")
    replay.add_argument("customer", help="the customer's id (cu-…)")
    replay.set_defaults(run=_replay)
    widget = commands.add_parser("widget", help="the line for the shop's pages, and the secret to sign customers in with")
    widget.add_argument("--token", metavar="USER", help="print a token that signs in the shop's customer of that id, to try it")
    widget.add_argument("--name", default="", help="the name the token tells")
    widget.set_defaults(run=_widget)
    _customer_parser(commands.add_parser("customer", help="show, find, export, merge or erase a customer"))
    _user_parser(commands.add_parser("user", help="list, add or change who may sign in"))
    _dead_parser(commands.add_parser("dead", help="list events that were given up, and try them again"))
    _journey_parser(commands.add_parser("journey", help="check a journey's file, list journeys, explain what is not sent"))
    _captured_parsers(commands)
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


def _captured_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    channel_parser(commands.add_parser("channel", help="accounts: list, add, connect; what went out and came in"), _quiet_settings)
    for name, told in (("parse", "what the hub makes of captured webhooks"), ("preview", "what would be sent for messages")):
        command = commands.add_parser(name, help=f"{told}, from a file of cases; nothing is stored or sent")
        command.add_argument("channel", help="the kind of channel, as telegram")
        command.add_argument("file", type=Path)
        command.set_defaults(run=_captured, verb=name)


def _customer_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    show = _about_customer(commands.add_parser("show", help="what is known of a customer"), _show)
    show.add_argument("--json", action="store_true", help="the record as JSON")
    find = commands.add_parser("find", help="who writes from an address, as `telegram shop 41`")
    for name in ("channel", "account", "address"):
        find.add_argument(name)
    find.set_defaults(run=_find)
    export = _about_customer(commands.add_parser("export", help="everything that is kept of a customer, as JSON"), _export)
    export.add_argument("file", type=Path, nargs="?", help="where to (standard output without it)")
    merge = _about_customer(commands.add_parser("merge", help="say that two customers are one; the older id stays"), _merge)
    merge.add_argument("other", help="the other's id")
    merge.add_argument("--evidence", required=True, metavar="TEXT", help="how you know")
    erase = _about_customer(commands.add_parser("erase", help="forget a customer for good"), _erase)
    erase.add_argument("--yes", action="store_true", help="do not ask for the id once more")


def _about_customer(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser.add_argument("customer", help="the customer's id (cu-…)")
    parser.set_defaults(run=run)
    return parser


def _user_parser(parser: argparse.ArgumentParser) -> None:
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


def _journey_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="what is wrong with a journey's file, line by line")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check_journey)
    commands.add_parser("list", help="the journeys of these settings").set_defaults(run=_list_journeys)
    explain = _about_customer(commands.add_parser("explain", help="why a message goes to somebody now, or does not"), _explain)
    explain.add_argument("journey", help="the journey's name")
    explain.add_argument("--step", default="", help="a step of it (the next one without it)")
    explain.add_argument("--language", default="en", choices=("en", "vi", "zh-TW"), help="the language of the reasons")
    explain.add_argument("--json", action="store_true", help="as JSON")


def _dead_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    commands.add_parser("list", help="what was given up, newest first").set_defaults(run=_list_dead)
    retry = commands.add_parser("retry", help="put one back where it came from")
    retry.add_argument("partition", type=int)
    retry.add_argument("entry")
    retry.set_defaults(run=_retry_dead)


def _settings() -> "Settings":
    from config.settings import load_settings

    return load_settings(os.environ, folder=Path.cwd())


def _logs(settings: "Settings") -> "Scrubber":
    from hub.engine.logging.logs import configure

    secrets = [str(s) for account in settings.accounts for s in (account.token, account.secret) if s]
    secrets += [str(settings.s3.secret_key)] if settings.s3.secret_key else []
    return configure(settings.log.value, "console" if sys.stderr.isatty() else "json", secrets=secrets)


def _quiet_settings() -> "Settings":
    """The settings for a command that speaks for itself: its own sentence, and nothing beside it."""
    from hub.engine.logging.logs import configure

    configure("error", "console")
    return _settings()


def _serve(given: argparse.Namespace) -> int:
    from config.serve import Role as Part

    try:
        roles = tuple(Part(word.strip()) for word in given.roles.split(","))
    except ValueError as error:
        raise SettingsError(f"--roles {given.roles!r} is not right; name `web`, `worker` or `web,worker`.") from error
    settings = _settings()
    return _run(settings, roles, _logs(settings))


def _run(settings: "Settings", roles: Sequence[object], scrubber: "Scrubber") -> int:
    import uvloop

    from config.serve import Hub
    from config.serve import Role as Part

    async def run() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        # Before anything is started: a signal between start and handler would leave the server behind.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        hub = Hub(settings, [Part(str(r)) for r in roles], hide=scrubber.learn)
        starting = asyncio.create_task(hub.start())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if starting.done():
                await _attended(starting.result(), stopping)
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await hub.stop()

    uvloop.run(run())
    return 0


async def _attended(process: "Process", stopping: asyncio.Event) -> None:
    """What is left to do once a hub serves; returns when it shall end."""
    from config.core import tune_interpreter
    from config.libraries import warm
    from config.welcome import print_served

    tune_interpreter()
    await print_served(process)
    warming = asyncio.create_task(warm(process))
    await stopping.wait()
    await warming


def _demo(given: argparse.Namespace) -> int:
    from config.demo import Past, run_demo

    return run_demo(os.environ, Past.NONE if given.empty else Past.TOLD)


def _check(given: argparse.Namespace) -> int:
    from config.checking import Reach, run_check

    return asyncio.run(run_check(_quiet_settings(), Reach.MACHINE if given.offline else Reach.PROVIDERS))


def _replay(given: argparse.Namespace) -> int:
    from config.replaying import run_replay

    return asyncio.run(run_replay(_settings(), given.customer))


def _show(given: argparse.Namespace) -> int:
    from config.customers import show, show_as_json

    return asyncio.run((show_as_json if given.json else show)(_quiet_settings(), given.customer))


def _find(given: argparse.Namespace) -> int:
    from config.customers import find
    from hub.model.address import Address

    return asyncio.run(find(_quiet_settings(), Address(channel=given.channel, account=given.account, id=given.address)))


def _export(given: argparse.Namespace) -> int:
    from config.customers import export

    return asyncio.run(export(_quiet_settings(), given.customer, given.file))


def _merge(given: argparse.Namespace) -> int:
    from config.customers import merge

    return asyncio.run(merge(_quiet_settings(), given.customer, given.other, evidence=given.evidence))


def _erase(given: argparse.Namespace) -> int:
    from config.customers import erase

    if not given.yes:
        print(f"{given.customer} will be forgotten for good. Type the id once more to go on: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != given.customer:
            raise SettingsError("This was not the id; nothing is erased.")
    return asyncio.run(erase(_quiet_settings(), given.customer))


def _list_users(given: argparse.Namespace) -> int:
    from config.people import list_users

    del given
    return asyncio.run(list_users(_quiet_settings()))


def _add_user(given: argparse.Namespace) -> int:
    from config.people import add_user, typed_password
    from hub.desk.people import Newcomer

    settings = _quiet_settings()
    newcomer = Newcomer(
        login=given.login, name=given.name or given.login, role=Role(given.role), language=given.language, password=typed_password()
    )
    return asyncio.run(add_user(settings, newcomer))


def _amend_user(given: argparse.Namespace) -> int:
    from config.people import amend_user, typed_password
    from hub.desk.people import Amendment

    settings = _quiet_settings()
    match given.change:
        case "password":
            amendment = Amendment(password=typed_password())
        case "role":
            amendment = Amendment(role=Role(given.role))
        case _:
            amendment = Amendment(active=given.change == "activate")
    return asyncio.run(amend_user(settings, given.login, amendment))


def _check_journey(given: argparse.Namespace) -> int:
    from config.journeying import check

    return check(given.file)


def _list_journeys(given: argparse.Namespace) -> int:
    from config.journeying import listed

    del given
    return listed(_quiet_settings())


def _explain(given: argparse.Namespace) -> int:
    from config.journeying import as_json, explained, lines_of

    told = asyncio.run(explained(_quiet_settings(), given.customer, given.journey, step=given.step))
    print(as_json(told) if given.json else "\n".join(lines_of(told, given.language)))
    return 0


def _widget(given: argparse.Namespace) -> int:
    from config.widget import print_token, show_widget

    settings = _quiet_settings()
    return show_widget(settings) if given.token is None else print_token(settings, given.token, name=given.name)


def _list_dead(given: argparse.Namespace) -> int:
    from config.operating import list_dead

    del given
    return asyncio.run(list_dead(_quiet_settings()))


def _retry_dead(given: argparse.Namespace) -> int:
    from config.operating import retry_dead

    return asyncio.run(retry_dead(_quiet_settings(), given.partition, given.entry))


def _captured(given: argparse.Namespace) -> int:
    from config.captured import run_parse, run_preview

    return (run_parse if given.verb == "parse" else run_preview)(given.channel, given.file)


def _backup(given: argparse.Namespace) -> int:
    from config.backup import backup

    return asyncio.run(backup(_quiet_settings(), given.file))


def _restore(given: argparse.Namespace) -> int:
    from config.backup import restore

    return asyncio.run(restore(_quiet_settings(), given.file))


if __name__ == "__main__":
    sys.exit(main())
