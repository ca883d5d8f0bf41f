"""A hub process for the tests: owns a data folder's server until it is killed; says what happens on standard output."""

import asyncio
import signal
import sys
from pathlib import Path

import structlog

from hub.store.embedded import child as embedded_child
from hub.store.embedded.supervisor import EmbeddedServer, ServerState
from tests.store.embedded_world import setup_in


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _tell(server_of: dict[str, EmbeddedServer], state: ServerState) -> None:
    if server := server_of.get("server"):
        _say(state.phase.value, server.pid)


async def own(folder: Path) -> None:
    """Start the server and keep it until SIGTERM."""
    server_of: dict[str, EmbeddedServer] = {}
    server = EmbeddedServer(setup_in(folder), on_change=lambda state: _tell(server_of, state))
    server_of["server"] = server
    task = asyncio.current_task()
    if "polite" in sys.argv and task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await server.start()
        _say("running", server.pid)
        await asyncio.Event().wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if "portable" in sys.argv:  # As on macOS: no kernel that ends the child with its parent.
        embedded_child._die_with_parent = lambda: None  # noqa: SLF001
    asyncio.run(own(Path(sys.argv[1])))
