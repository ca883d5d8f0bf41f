"""The hub's own secrets: made once, whole, for their owner alone; what they seal, only they open."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings.secrets import SealBroken, load_or_make_secrets, open_sealed, seal
from hub.model.errors import SettingsError

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


def test_the_first_run_makes_them_and_the_second_finds_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    made = load_or_make_secrets(folder)
    found = load_or_make_secrets(folder)

    assert made == found
    assert (len(made.case_key), len(made.session_key)) == (32, 32)
    assert len({made.case_key, made.session_key, made.api_token.encode()}) == 3
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["secrets.json"]


def test_two_first_runs_at_once_end_with_the_same(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from config.settings.secrets import load_or_make_secrets as l; "
        "print(l(Path(sys.argv[1])).api_token)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "data")]

    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) for _ in range(4)]
    tokens = {run.communicate()[0].strip() for run in runs}

    assert len(tokens) == 1
    assert "" not in tokens


def test_a_run_that_died_while_writing_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "secrets.new").write_text('{"v": 1, "case')

    assert load_or_make_secrets(tmp_path) == load_or_make_secrets(tmp_path)


def test_they_do_not_show_themselves(tmp_path: Path) -> None:
    made = load_or_make_secrets(tmp_path)

    assert repr(made) == "Secrets(…)"
    assert made.api_token not in f"{made}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_open_to_others_is_refused_with_the_command_that_helps(tmp_path: Path, mode: int) -> None:
    load_or_make_secrets(tmp_path)
    (tmp_path / "secrets.json").chmod(mode)

    with pytest.raises(SettingsError, match="chmod 600"):
        load_or_make_secrets(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"v": 1}',
        b'{"v": 2, "case_key": "AAAA", "api_token": "x", "session_key": "AAAA"}',
        b'{"v": 1, "case_key": "AAAA", "api_token": "x", "session_key": "AAAA"}',
        b'{"v": 1, "case_key": "!!!!", "api_token": "x", "session_key": "AAAA"}',
        '{"v": 1, "case_key": "ế", "api_token": "x", "session_key": "AAAA"}'.encode(),
    ],
)
def test_a_damaged_file_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secrets.json"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SettingsError, match="is damaged; restore it"):
        load_or_make_secrets(tmp_path)

    assert path.read_bytes() == content


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    load_or_make_secrets(tmp_path)
    path = tmp_path / "secrets.json"
    whole = path.read_bytes()
    for length in range(len(whole) - 1):
        path.write_bytes(whole[:length])

        with pytest.raises(SettingsError, match="is damaged"):
            load_or_make_secrets(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands here")

    with pytest.raises(SettingsError, match="HUB_DATA"):
        load_or_make_secrets(tmp_path / "data")


@given(st.binary(max_size=2000), st.text(max_size=20))
def test_what_is_sealed_can_be_opened(plain: bytes, purpose: str) -> None:
    purpose = purpose.encode("utf-8", "replace").decode()

    sealed = seal(KEY, plain, purpose=purpose)

    assert open_sealed(KEY, sealed, purpose=purpose) == plain
    assert len(sealed) == len(plain) + 29


def test_the_same_sealed_twice_looks_different() -> None:
    assert seal(KEY, b"xin chao", purpose="case") != seal(KEY, b"xin chao", purpose="case")


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_changed_bit_is_noticed(plain: bytes, drawn: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plain, purpose="case", entropy=bytes))
    place = drawn.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8

    with pytest.raises(SealBroken):
        open_sealed(KEY, bytes(sealed), purpose="case")


@given(st.binary(max_size=60))
def test_bytes_of_any_kind_are_refused_or_opened(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed, purpose="case")


def test_another_key_or_purpose_does_not_open() -> None:
    sealed = seal(KEY, b"words", purpose="case")

    with pytest.raises(SealBroken):
        open_sealed(OTHER_KEY, sealed, purpose="case")
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed, purpose="media")


def test_the_cipher_is_loaded_only_when_it_is_used() -> None:
    script = "import sys, config.settings.secrets; print('cryptography' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])

    assert told.stdout.strip() == "False"
