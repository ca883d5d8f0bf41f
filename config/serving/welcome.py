"""What `hub serve` says once it serves: where, and how the first admin is made."""

import structlog

from config.serving.process import Process
from config.settings.values import Settings
from hub.desk.people import People
from hub.model.errors import StoreAway, StoreFull

log = structlog.get_logger()


async def setup_link(people: People, base: str) -> str:
    """Where the first admin is made; '' where somebody is there already. `base`: how this hub is reached, as http://127.0.0.1:8080."""
    try:
        code = await people.setup_code()
    except (StoreAway, StoreFull) as error:
        log.warning("no set-up link: ask for one by a restart, or use `hub user add`", error=type(error).__name__)
        return ""
    return f"{base}/#/setup?code={code}" if code else ""


async def print_served(process: Process) -> None:
    """Print where the hub serves and, where nobody is there yet, the set-up link."""
    if process.web is None:
        return
    settings = process.settings
    print(f"omnihub serves on http://{settings.host}:{process.port}", flush=True)
    if link := await setup_link(process.web.people, reached_at(settings, process.port)):
        print(f"first sign-in: {link}", flush=True)


def reached_at(settings: Settings, port: int) -> str:
    """The address of this hub's pages: the public one, or this machine's where none is set."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
