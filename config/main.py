"""The command `hub`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from config.settings import Settings, load_settings
from hub.model.errors import SettingsError

_ABOUT = """One hub for every conversation a shop has with its customers.

  hub demo                 try it: a sample shop, web chat and a Telegram phone, no account needed
  hub serve                run it: settings from hub.toml and HUB_… (see docs/settings.md)
  hub check                is everything set up right, and if not, what to do
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
    demo.set_defaults(run=_demo)
    serve = commands.add_parser("serve", help="run the hub")
    serve.add_argument("--roles", default="web,worker", help="web, worker or both; a second one with `worker` joins")
    serve.set_defaults(run=_serve)
    check = commands.add_parser("check", help="look whether everything is set up right")
    check.set_defaults(run=_check)
    replay = commands.add_parser("replay", help="take a customer's turns again and compare")
    replay.add_argument("customer", help="the customer's id (cu-…)")
    replay.set_defaults(run=_replay)
    return parser


def _settings() -> Settings:
    return load_settings(os.environ, folder=Path.cwd())


def _logs(settings: Settings) -> None:
    from hub.engine.logs import configure

    secrets = [str(s) for account in settings.accounts for s in (account.token, account.secret) if s]
    configure(settings.log.value, "console" if sys.stderr.isatty() else "json", secrets=secrets)


def _serve(given: argparse.Namespace) -> int:
    from config.serve import Role

    try:
        roles = tuple(Role(word.strip()) for word in given.roles.split(","))
    except ValueError as error:
        raise SettingsError(f"--roles {given.roles!r} is not right; name `web`, `worker` or `web,worker`.") from error
    settings = _settings()
    _logs(settings)
    return _run(settings, roles)


def _run(settings: Settings, roles: Sequence[object]) -> int:
    import uvloop

    from config.serve import Hub, Role

    async def run() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        # Before anything is started: a signal between start and handler would leave the server behind.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        hub = Hub(settings, [Role(str(r)) for r in roles])
        starting = asyncio.create_task(hub.start())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if starting.done():
                process = starting.result()
                if process.web:
                    print(f"omnihub serves on http://{settings.host}:{process.port}", flush=True)
                await stopping.wait()
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await hub.stop()

    uvloop.run(run())
    return 0


def _demo(given: argparse.Namespace) -> int:
    from config.demo import run_demo

    del given
    return run_demo(os.environ)


def _check(given: argparse.Namespace) -> int:
    from config.checking import run_check

    del given
    return asyncio.run(run_check(_settings()))


def _replay(given: argparse.Namespace) -> int:
    from config.replaying import run_replay

    return asyncio.run(run_replay(_settings(), given.customer))


if __name__ == "__main__":
    sys.exit(main())
