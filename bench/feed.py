"""What an open console costs: `python -m bench.feed`, whole ways of one hub process with a console's live feed and without, in turns.

The console shows the queue and all open conversations and looks at a customer who writes all the time. Rates are whole ways per second of
the hub's CPU, which is what bounds it; by the clock a busy machine tells more about its other work. Exit 1 below the least ratio.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import median

import aiohttp
import msgspec
import uvloop

from bench.accept import SECRET, account
from bench.measures import children_of
from bench.processes import BenchFailed, Place, Serving, free_port
from bench.shop import Answers, Job, Lines, Load, Round
from hub.model.inbox.feed import FeedHello, FeedLines, FeedWelcome, HubFrame, View, framed
from sandbox.plain import PlainStandIn

LEAST = 0.85
ROUNDS, SECONDS = 5, 2.5
CUSTOMERS = 400
WELCOME_S = 10.0
_frame = msgspec.json.Decoder(HubFrame)


def main() -> int:
    """Measure and print; 1 where a console costs too much."""
    listen = free_port()
    with Place() as place, place.hub(account(f"http://127.0.0.1:{listen}/messages")) as hub:
        pairs, frames = uvloop.run(_rounds(hub, listen))
    opened, closed = (_per_cpu_s([pair[n] for pair in pairs]) for n in (0, 1))
    ratio = opened / closed
    rates = [median(pair[n].per_s for pair in pairs) for n in (0, 1)]
    print(f"{frames} frames; by the clock {rates[0]:.0f}/s against {rates[1]:.0f}/s")
    print(f"figure: with a console open {opened:.0f}/s against {closed:.0f}/s closed, ratio {ratio:.2f} (>= {LEAST:g})")
    return 1 if ratio < LEAST else 0


def _per_cpu_s(rounds: Sequence[Round]) -> float:
    """Whole ways per second of the hub's CPU, over all rounds."""
    return sum(r.count for r in rounds) / sum(r.count * r.cpu_us for r in rounds) * 1e6


async def _rounds(hub: Serving, listen: int) -> tuple[list[tuple[Round, Round]], int]:
    """Pairs of rounds, with a console and without, and how many frames it was sent."""
    pid = hub.process.pid
    job = Job("plain", listen, hub.port, SECRET, (pid,), (children_of(pid)[0],), rounds=ROUNDS, seconds=SECONDS, customers=CUSTOMERS)
    stand_in, lines = PlainStandIn(secret=SECRET), Lines()
    await stand_in.start(listen)
    try:
        await lines.open(hub.port)
        load = Load(job, Answers(stand_in), lines)
        await load.warm()
        await load.closed()
        return await _pairs(hub, load)
    finally:
        lines.close()
        await stand_in.stop()


async def _pairs(hub: Serving, load: Load) -> tuple[list[tuple[Round, Round]], int]:
    token = str(msgspec.json.decode((hub.folder / "data" / "secrets.json").read_bytes())["api_token"])
    headers = {"Authorization": f"Bearer {token}"}
    pairs, frames = [], 0
    async with aiohttp.ClientSession(f"http://127.0.0.1:{hub.port}", headers=headers) as http:
        for n in range(ROUNDS):
            # The order changes with each pair: what comes second may find the machine warmer.
            before = await load.closed() if n % 2 else None
            async with _console(http) as heard:
                opened = await load.closed()
            pairs.append((opened, before or await load.closed()))
            if not heard[FeedLines.__name__]:
                raise BenchFailed(f"the console was told no line of who it looks at: {dict(heard)}")
            frames += sum(heard.values())
    return pairs, frames


@asynccontextmanager
async def _console(http: aiohttp.ClientSession) -> AsyncIterator[Mapping[str, int]]:
    """A console, welcomed and reading as long as this is open; what it hears, counted by kind."""
    heard: dict[str, int] = dict.fromkeys([FeedLines.__name__], 0)
    welcomed = asyncio.Event()

    async def read(wire: aiohttp.ClientWebSocketResponse) -> None:
        async for message in wire:
            kind = type(frame := _frame.decode(message.data)).__name__
            heard[kind] = heard.get(kind, 0) + 1
            if isinstance(frame, FeedWelcome):
                welcomed.set()

    async with http.get("/api/inbox?view=open&limit=1") as answer:
        customer = (await answer.json())["conversations"][0]["customer"]
    async with http.ws_connect("/api/feed") as wire:
        await wire.send_str(framed(FeedHello(views=(View.QUEUE, View.OPEN), customer=customer)))
        reading = asyncio.create_task(read(wire))
        async with asyncio.timeout(WELCOME_S):
            await welcomed.wait()
        yield heard
        if reading.done():
            raise BenchFailed(f"the console's connection was lost: {heard}")
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(main())
