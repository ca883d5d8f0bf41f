"""One running process: what it does, and the parts it consists of."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from aiohttp.web import RouteDef
from msgspec import Struct

from config.accounts.lineup import Lineup
from config.accounts.looking import Looks
from config.serving.web import WebSide
from config.settings.secrets import Secrets
from config.settings.values import Settings
from config.storage.server import Server
from config.storage.store import Store
from hub.engine.counters import Counters
from hub.engine.logging.exchanges import Exchanges
from hub.engine.receiving.intake import Intake
from hub.engine.sending.gestures import Gestures
from hub.engine.workers.worker import Worker
from hub.model.channels.ports import Channel
from hub.nudges.rules import Rules

VERSION = "0.1.0"


class Role(StrEnum):
    """What a process does."""

    WEB = "web"
    WORKER = "worker"


class Process(Struct):
    """The parts of one running process; `port` is where it serves, 0 without a web side."""

    settings: Settings
    secrets: Secrets
    store: Store
    server: Server
    intake: Intake
    counters: Counters
    lineup: Lineup
    looks: Looks
    rules: Rules
    exchanges: Exchanges
    gestures: Gestures
    worker: Worker | None = None
    web: WebSide | None = None

    @property
    def channels(self) -> dict[tuple[str, str], Channel]:
        """The accounts at work."""
        return self.lineup.channels

    @property
    def port(self) -> int:
        """Where it serves."""
        return self.web.port if self.web else 0


Tables = Callable[[Process], Sequence[RouteDef]]
"""Routes of somebody else on the hub's own port, made once everything but the web side is there."""
