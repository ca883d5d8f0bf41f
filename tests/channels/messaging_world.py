"""What tests of Messenger and Instagram share: one account at the stand-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiohttp import ClientSession, web

from channels.kinds import Outside
from channels.meta import instagram, messenger
from config.accounts.outside import alone
from hub.model.channels.ports import Inbound
from hub.model.errors import BadSignature
from hub.model.events.event import Body, Incoming, Unparsed
from sandbox.messaging import MESSENGER, Meta, provider_and_stand_in
from sandbox.stand_in import StandIn
from tests.channels.contract import SECRET, TOKEN
from tests.processes import eventually

PAGE, APP, VERIFY = "1", "900", "choose"
PERSON = "4242"

Heard = TypeVar("Heard", bound=Body)
Either = messenger.Messenger | instagram.Instagram


class World:
    """A channel, and Meta as its counterpart. `heard`: what the channel understood of Meta's webhooks, in order."""

    def __init__(self, channel: Either, meta: Meta, stand_in: StandIn, session: ClientSession) -> None:
        self.channel = channel
        self.meta = meta
        self.desk = stand_in.desk
        self.session = session
        self.hook = ""
        self.heard: list[Incoming | Unparsed] = []

    async def all_heard(self, body: type[Heard], least: int = 1) -> list[Heard]:
        """The bodies of one kind that were heard, once there are so many."""
        found: list[Heard] = []

        def enough() -> bool:
            found[:] = [event.body for event in self.heard if isinstance(event, Incoming) and isinstance(event.body, body)]
            return len(found) >= least

        await eventually(enough)
        return found


def built(kind: str, session: ClientSession, base_url: str, outside: Outside | None = None, /, **values: str) -> Either:
    """The channel with everything set that can be."""
    fixed = {"account": "shop", "token": TOKEN, "secret": SECRET, "verify_token": VERIFY, "app_id": APP, "base_url": base_url}
    own: dict[str, Any] = {**fixed, **values}
    if kind == MESSENGER:
        return messenger.Messenger(messenger.Settings(**{"page_id": PAGE, **own}), session)
    return instagram.Instagram(instagram.Settings(**{"instagram_account_id": PAGE, **own}), outside or alone(session))


@asynccontextmanager
async def a_world(kind: str) -> AsyncIterator[World]:
    """A channel of that kind, the stand-in, and a door for its webhooks that only verifies and answers."""
    meta, stand_in = provider_and_stand_in(kind, token=TOKEN, secret=SECRET, own_id=PAGE)
    await stand_in.start()
    async with ClientSession() as session:
        world = World(built(kind, session, stand_in.base_url), meta, stand_in, session)
        runner = web.ServerRunner(web.Server(lambda request: _answered(world, request)))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        world.hook = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/{kind}/shop"
        stand_in.desk.hook(world.hook)
        yield world
        await runner.cleanup()
    await stand_in.stop()


async def _answered(world: World, request: web.BaseRequest) -> web.StreamResponse:
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await request.read()
    asked = Inbound(method=request.method, url=str(request.url), path_query=request.raw_path, headers=headers, body=body)
    try:
        world.channel.verify(asked)
    except BadSignature:
        return web.Response(status=403)
    found = world.channel.parse(asked)
    world.heard += found
    reply = world.channel.answer(asked, found)
    return web.Response(body=reply.body, content_type=reply.content_type) if reply else web.Response()
