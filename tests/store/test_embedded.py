"""The embedded server lives: starts, stops, comes back, and keeps what it took."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop

from hub.model.errors import SettingsError
from hub.store.embedded.lock import alive, find_running, identity_of, read_record, signal_exactly
from hub.store.embedded.probe import ask
from hub.store.embedded.supervisor import EmbeddedServer, Phase, ServerDied, ServerState
from tests.store.embedded_world import (
    answer_of,
    engines,
    eventually,
    owner_process,
    running,
    setup_in,
    told_by,
    write_slow_folder,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hub") as made:
        yield Path(made) / "data"


async def test_a_started_server_takes_commands_and_a_stopped_one_is_gone(folder: Path) -> None:
    setup = setup_in(folder)
    server = EmbeddedServer(setup)

    socket = await server.start()
    answer = await ask(Path(socket), "SET", "greeting", "xin chào")
    pid = server.pid
    state = server.state
    await server.stop()

    assert answer == b"+OK"
    assert state == ServerState(phase=Phase.READY, loaded=100.0)
    assert identity_of(pid) is None
    assert server.state.phase is Phase.STOPPED
    assert not setup.socket.exists()


async def test_what_was_taken_is_there_after_a_stop_and_a_start(folder: Path) -> None:
    setup = setup_in(folder)
    async with running(setup):
        await ask(setup.socket, "SET", "order", "42")

    async with running(setup):
        kept = await ask(setup.socket, "GET", "order")

    assert kept == b"42"


async def test_the_server_keeps_to_the_policy_it_was_given(folder: Path) -> None:
    setup = setup_in(folder)

    async with running(setup):
        told = (await ask(setup.socket, "INFO", "everything")).decode()

    assert "tcp_port:0" in told
    assert "aof_enabled:1" in told
    assert "maxmemory_policy:noeviction" in told
    assert f"maxmemory:{512 * 1024 * 1024}" in told


async def test_a_killed_server_is_back_soon_with_all_it_had_answered(folder: Path) -> None:
    setup = setup_in(folder)
    phases: list[Phase] = []
    async with running(setup, lambda state: phases.append(state.phase)) as server:
        for n in range(50):
            await ask(setup.socket, "RPUSH", "list", str(n))
        killed = server.pid

        os.kill(killed, signal.SIGKILL)
        began = time.monotonic()
        await eventually(lambda: server.pid != killed)
        length = await answer_of(setup, "LLEN", "list")
        gap = time.monotonic() - began

    assert length == b":50"
    assert Phase.RESTARTING in phases
    assert gap < 5.0, "measured 0.1 s; the machine is shared"


async def test_a_server_that_keeps_dying_is_started_ever_more_slowly(folder: Path) -> None:
    setup = setup_in(folder)
    gaps: list[float] = []
    async with running(setup) as server:
        for _ in range(5):
            killed = server.pid
            await eventually(lambda: server.state.phase is Phase.READY)
            began = time.monotonic()
            os.kill(killed, signal.SIGKILL)
            await eventually(lambda pid=killed: server.pid != pid)  # type: ignore[misc]
            gaps.append(time.monotonic() - began)

    assert gaps[4] >= 0.32, "the fifth pause is 20 ms doubled four times"


async def test_a_second_owner_is_refused_with_a_sentence_that_names_the_first(folder: Path) -> None:
    setup = setup_in(folder)
    async with running(setup):
        second = EmbeddedServer(setup)

        with pytest.raises(SettingsError) as refusal:
            await second.start()

        still = await ask(setup.socket, "PING")

    assert f"in use by the hub process {os.getpid()}" in str(refusal.value)
    assert "hub serve --roles worker" in str(refusal.value)
    assert still == b"+PONG"


async def test_a_worker_that_joins_finds_the_socket(folder: Path) -> None:
    async with owner_process(folder) as owner:
        await told_by(owner, "running")

        socket = find_running(folder)

        assert await ask(Path(socket), "PING") == b"+PONG"


async def test_a_worker_with_nobody_to_join_is_told_what_to_do(folder: Path) -> None:
    async with running(setup_in(folder)):
        pass
    async with owner_process(folder) as owner:
        await told_by(owner, "running")
        owner.kill()
        owner.wait()

        with pytest.raises(SettingsError, match="start `hub serve` on it first"):
            find_running(folder)


async def test_the_server_of_a_killed_owner_ends_by_itself(folder: Path) -> None:
    async with owner_process(folder) as owner:
        await told_by(owner, "running")
        await ask(setup_in(folder).socket, "SET", "order", "42")
        record = read_record(folder)

        owner.kill()
        owner.wait()

        assert record is not None
        await eventually(lambda: not alive(record.server))
    async with running(setup_in(folder)):
        assert await ask(setup_in(folder).socket, "GET", "order") == b"42"


async def test_an_orphan_that_outlived_its_owner_is_ended_and_the_folder_opened(folder: Path) -> None:
    async with owner_process(folder, "portable") as owner:
        await told_by(owner, "running")
        await ask(setup_in(folder).socket, "SET", "order", "42")
        record = read_record(folder)
        owner.kill()
        owner.wait()
        assert record is not None
        assert alive(record.server), "the portable way leaves an orphan, else this test tests nothing"

        async with running(setup_in(folder)) as server:
            kept = await ask(setup_in(folder).socket, "GET", "order")

            assert kept == b"42"
            assert not alive(record.server)
            assert server.pid != (record.server.pid if record.server else 0)


async def test_an_orphan_that_is_frozen_is_killed(folder: Path) -> None:
    async with owner_process(folder, "portable") as owner:
        await told_by(owner, "running")
        record = read_record(folder)
        assert record is not None
        assert record.server is not None
        owner.kill()
        owner.wait()
        signal_exactly(record.server, signal.SIGSTOP)

        async with running(setup_in(folder, grace=0.2)):
            assert not alive(record.server)


async def test_a_server_that_will_not_end_is_killed(folder: Path) -> None:
    setup = setup_in(folder, grace=0.2)
    server = EmbeddedServer(setup)
    await server.start()
    os.kill(server.pid, signal.SIGSTOP)

    await server.stop()

    assert identity_of(server.pid) is None


async def test_a_long_path_gets_a_short_socket_that_is_removed_again(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    setup = setup_in(deep)

    async with running(setup):
        answer = await ask(setup.socket, "PING")
        mode = setup.socket.parent.stat().st_mode & 0o777

    assert answer == b"+PONG"
    assert not setup.socket.is_relative_to(deep)
    assert mode == 0o700
    assert not setup.socket.parent.exists()


async def test_an_aof_cut_short_at_its_tail_starts_with_all_before_it(folder: Path) -> None:
    setup = setup_in(folder)
    async with running(setup):
        for n in range(20):
            await ask(setup.socket, "RPUSH", "list", f"entry number {n}")
    (tail,) = (folder / "appendonlydir").glob("*.incr.aof")
    with tail.open("r+b") as file:
        file.truncate(tail.stat().st_size - 7)

    async with running(setup):
        kept = await ask(setup.socket, "LLEN", "list")

    assert kept == b":19"


async def test_loading_is_progress_and_not_failure(folder: Path) -> None:
    write_slow_folder(folder, commands=8000)
    states: list[ServerState] = []

    async with running(setup_in(folder), states.append):
        loaded = await ask(setup_in(folder).socket, "GET", "loaded")

    percents = [state.loaded for state in states if state.phase is Phase.LOADING]
    assert loaded == b"8000"
    assert percents == sorted(percents)
    assert any(0 < percent < 100 for percent in percents)


async def test_a_start_that_is_cancelled_leaves_no_process(folder: Path) -> None:
    write_slow_folder(folder, commands=20000)
    server = EmbeddedServer(setup_in(folder))
    start = asyncio.create_task(server.start())
    await eventually(lambda: server.state.phase is Phase.LOADING)

    start.cancel()
    await asyncio.wait({start})

    assert start.cancelled()
    assert identity_of(server.pid) is None
    assert server.state.phase is Phase.STOPPED


@pytest.mark.parametrize("manners", ["polite", "rude"])
async def test_sigterm_during_the_start_leaves_no_orphan(folder: Path, manners: str) -> None:
    write_slow_folder(folder, commands=20000)
    async with owner_process(folder, manners) as owner:
        await told_by(owner, "loading")
        record = read_record(folder)
        assert record is not None
        assert alive(record.server)

        owner.terminate()

        await eventually(lambda: owner.poll() is not None)
        await eventually(lambda: not alive(record.server))


async def test_a_server_that_cannot_read_its_files_says_why(folder: Path) -> None:
    write_slow_folder(folder, commands=10)
    (folder / "appendonlydir" / "appendonly.aof.1.incr.aof").write_bytes(b"this is no journal\r\n" * 100)

    with pytest.raises(ServerDied, match="Bad file format reading the append only file"):
        await EmbeddedServer(setup_in(folder)).start()

    assert not setup_in(folder).socket.exists()


async def test_a_folder_that_cannot_be_made_is_a_settings_error(folder: Path) -> None:
    await asyncio.to_thread(folder.write_text, "a file stands here")

    with pytest.raises(SettingsError, match="HUB_DATA"):
        await EmbeddedServer(setup_in(folder)).start()


@pytest.mark.parametrize(("writer", "reader"), [(w, r) for w in engines() for r in engines()])
async def test_each_engine_opens_the_folder_another_wrote(folder: Path, writer: str, reader: str) -> None:
    setup = setup_in(folder, binary=engines()[writer])
    library = "#!lua name=shop\nredis.register_function('answer', function() return 42 end)"
    async with running(setup):
        await ask(setup.socket, "XADD", "in", "1-1", "e", "first")
        await ask(setup.socket, "XGROUP", "CREATE", "in", "workers", "0")
        await ask(setup.socket, "XREADGROUP", "GROUP", "workers", "w1", "STREAMS", "in", ">")
        await ask(setup.socket, "SET", "soon", "gone", "EX", "1000")
        await ask(setup.socket, "FUNCTION", "LOAD", library)
        await ask(setup.socket, "BGREWRITEAOF")
        await eventually(lambda: Path(folder, "appendonlydir", "appendonly.aof.2.base.aof").exists())
        await ask(setup.socket, "SET", "after", "the rewrite")

    other = setup_in(folder, binary=engines()[reader])
    async with running(other):
        found = [await ask(other.socket, *words) for words in (("XLEN", "in"), ("FCALL", "answer", "0"), ("GET", "after"))]
        left = int((await ask(other.socket, "TTL", "soon"))[1:])
        groups = await ask(other.socket, "XPENDING", "in", "workers")

    assert found == [b":1", b":42", b"the rewrite"]
    assert 0 < left <= 1000
    assert groups == b"*4"


def test_it_runs_under_uvloop_as_well(folder: Path) -> None:
    setup = setup_in(folder)

    async def live() -> tuple[bytes, bytes]:
        async with running(setup) as server:
            await ask(setup.socket, "SET", "order", "42")
            killed = server.pid
            os.kill(killed, signal.SIGKILL)
            await eventually(lambda: server.pid != killed)
            return await answer_of(setup, "GET", "order"), await answer_of(setup, "PING")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answers = runner.run(live())

    assert answers == (b"42", b"+PONG")
