"""python -m sandbox.telegram --port 8081        then open the printed address."""

import argparse
import asyncio

from sandbox.telegram.stand_in import TOKEN, TelegramStandIn


async def serve(port: int, host: str, token: str) -> None:
    """Run until cancelled."""
    stand_in = TelegramStandIn(token=token)
    await stand_in.start(port, host)
    print(f"Telegram stand-in: {stand_in.base_url}/ (bot token {token})", flush=True)  # noqa: T201 - the command speaks
    try:
        await asyncio.Event().wait()
    finally:
        await stand_in.stop()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description="A stand-in for api.telegram.org with phones.")
    parser.add_argument("--port", type=int, default=8081, help="where to listen (0: any free port)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--token", default=TOKEN, help="the bot token to expect")
    args = parser.parse_args()
    try:
        asyncio.run(serve(args.port, args.host, args.token))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
