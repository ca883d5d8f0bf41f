"""`hub backup FILE` and `hub restore FILE`: all of a hub in one file (store, archive, secrets), for any topology."""

import os
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from msgspec import DecodeError, msgpack

from config.commands.running_hub import archive_of, progress
from config.settings.secrets import SECRETS_FILE, key_name, secrets_in, secrets_of
from config.settings.values import Settings
from config.storage.server import find_server
from config.storage.store import Store, store
from hub.engine.clock import SystemClock
from hub.model.base import Tagged
from hub.model.errors import SettingsError, StoreAway, StoreFull
from hub.model.subject import PARTITIONS
from hub.store.channels.accounts import KeptAccounts
from hub.store.connections.links import connect
from hub.store.embedded.lock import find_running
from hub.store.keys import Keys
from hub.store.mailboxes.meta import FORMAT, RESTORING
from hub.store.mailboxes.spooling import Spooling
from hub.store.mailboxes.workers import LIFE_MS, Workers
from hub.store.maintenance.copying import Piece, is_empty, read_keys, write_pieces

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

ANSWERS_WITHIN_S = 30.0
TELL_EVERY = 20_000
PIECES_AT_ONCE = 256
_MAGIC = b"omnihub backup 1\n"
_FRAME = struct.Struct(">II")
_FRAME_AT_MOST = 256 * 1024 * 1024


class Head(Tagged, frozen=True, tag="head"):
    """Of what this is a copy: partitions and format of the store, when (ms since 1970)."""

    partitions: int
    format: int
    at: int


class SecretFile(Tagged, frozen=True, tag="secrets"):
    """The secrets file as it was."""

    content: bytes


class StoredPiece(Tagged, frozen=True, tag="piece"):
    """A key of the store or a part of one."""

    piece: Piece


class ArchivePage(Tagged, frozen=True, tag="rows"):
    """Rows of one table of the archive."""

    table: str
    rows: list[dict[str, object]]


class End(Tagged, frozen=True, tag="end"):
    """Nothing is missing before this; how many pieces and rows."""

    pieces: int
    rows: int


Frame = Head | SecretFile | StoredPiece | ArchivePage | End
_decoder = msgpack.Decoder(Frame)
_encoder = msgpack.Encoder()


async def backup(settings: Settings, file: Path) -> int:
    """Copy the hub into a file that its owner alone can read; whole or not at all. The hub's workers must be stopped meanwhile."""
    secrets = _secrets(settings)
    key = _key_of(secrets, settings.secrets_path)
    beside = file.with_name(file.name + ".part")
    async with _resting_store(settings) as parts, archive_of(settings) as archive:
        format_ = await _format(parts)
        with _written(beside) as out:
            _put(out, Head(partitions=PARTITIONS, format=format_, at=SystemClock().now()))
            _put(out, SecretFile(content=secrets))
            pieces = rows = 0
            async for piece in read_keys(parts.links, parts.keys):
                _put(out, StoredPiece(piece=piece))
                pieces += 1
                _tell("keys", pieces)
            async for table, page in archive.pages():
                _put(out, ArchivePage(table=table, rows=page))
                rows += len(page)
                _tell("rows", rows)
            _put(out, End(pieces=pieces, rows=rows))
        beside_it = _elsewhere(settings, await archive.files.in_bucket()) + await _sealed(parts, key)
    size = _put_in_place(beside, file)
    print(f"{file}: {pieces} keys or parts of keys, {rows} rows, {size} bytes; keep it as safe as the hub itself{beside_it}")
    return 0


def _elsewhere(settings: Settings, files: int) -> str:
    """What a backup does not carry."""
    where = f"the bucket {settings.s3.bucket}" if settings.s3.bucket else "a bucket that [s3] does not name"
    return f"\n{files} files lie in {where}, and only what is known of them is in here: keep a copy of that too" if files else ""


async def restore(settings: Settings, file: Path) -> int:
    """Write a backup into an empty hub, which may stand on other servers than the one it was taken of."""
    head = _checked(file)
    key = _key_of(_secrets_in(file), file)
    _refuse_another_key(settings, file, key)
    _made(settings.data)
    _made(settings.secrets_path.parent)
    async with _resting_store(settings) as parts, archive_of(settings) as archive:
        if not await is_empty(parts.links, parts.keys) or not await archive.is_empty():
            raise SettingsError("There are data already, and a restore never mixes; name an empty folder, server and archive.")
        meta = parts.keys.meta
        await parts.links.call(meta, "HSET", meta, RESTORING, head.at)
        await _pour(file, parts, archive)
        _restore_secrets(settings, _secrets_in(file))
        await parts.links.call(meta, "HSET", meta, "partitions", head.partitions, "format", head.format)
        await parts.links.call(meta, "HDEL", meta, RESTORING)
        sealed = await _sealed(parts, key)
    print(f"{file} is restored, its key lies in {settings.secrets_path}; start the hub by `hub serve`{sealed}")
    return 0


def _refuse_another_key(settings: Settings, file: Path, key: str) -> None:
    """Before anything is written: what is sealed in the backup opens with the key that it brings along, and with no other."""
    path = settings.secrets_path
    if not path.exists() or (here := _secrets(settings)) == _secrets_in(file):
        return
    if (held := _key_of(here, path)) == key:
        raise SettingsError(f"HUB_DATA {settings.data} belongs to another hub already (its {SECRETS_FILE} differs); name an empty folder.")
    raise SettingsError(
        f"{file} was sealed with the key {key}, and {path} holds {held}, of another hub: name an empty folder by HUB_DATA"
        f"{' and leave HUB_SECRETS_FILE out or name a new file' if settings.secrets_file else ''}; the backup brings its key along."
    )


def _key_of(secrets: bytes, path: Path) -> str:
    """What the key in a secrets file is called; it tells nothing of the key."""
    return key_name(secrets_in(secrets, path).case_key)


async def _sealed(parts: Store, key: str) -> str:
    """Which key is needed for what is sealed, and which of the console's accounts need one that the backup does not hold."""
    kept = await KeptAccounts(parts.links, parts.keys).all()
    others = [f"{'/'.join(one.place)} needs {one.key}" for one in kept if one.key != key]
    accounts = f", {len(kept)} channel accounts of the console among it," if kept else ""
    told = f"\nWhat is sealed in it{accounts} needs the key {key}, which it holds ({SECRETS_FILE})"
    if not others:
        return told
    return (
        f"{told}\nSealed with another key, which it does not hold: {', '.join(others)}; keep the {SECRETS_FILE} of that key as well,"
        " or enter these accounts' secrets anew in the console"
    )


async def _pour(file: Path, parts: Store, archive: "Archive") -> None:
    """All pieces and rows, some at a time; what the hub's processes agree on is written last, by the caller."""
    waiting: list[Piece] = []
    for done, frame in enumerate(_frames(file), 1):
        match frame:
            case StoredPiece(piece=piece) if piece.key != Keys().meta:
                waiting.append(piece)
            case ArchivePage(table=table, rows=page):
                await archive.take_in(table, page)
            case _:
                pass
        if len(waiting) == PIECES_AT_ONCE or isinstance(frame, End):
            await write_pieces(parts.links, parts.keys, waiting)
            waiting.clear()
        _tell("parts", done)
    await archive.taken_in()


@asynccontextmanager
async def _resting_store(settings: Settings) -> AsyncIterator[Store]:
    """The store while no worker and no spool is at work; the embedded server is started where none runs. Raises SettingsError."""
    server = await find_server(settings, join=_runs(settings))
    try:
        links = await connect(server.url, timeout=ANSWERS_WITHIN_S)
        try:
            parts = store(links, Keys(settings.key_prefix))
            await _at_rest(parts)
            yield parts
        except StoreAway as error:
            raise SettingsError(f"The store does not answer ({error}); see by `hub check` that it runs, then do this again.") from error
        except StoreFull as error:
            raise SettingsError(f"The store cannot take more ({error}); give it more memory or disk, empty it, and begin again.") from error
        finally:
            await links.stop()
    finally:
        await server.stop()


async def _at_rest(parts: Store) -> None:
    if await Workers(parts.links, parts.keys).beat("", LIFE_MS):
        raise SettingsError("Workers are running, and a copy of what moves is none; stop `hub serve` for this, then start it again.")
    if await Spooling(parts.links, parts.keys, process="").heads():
        raise SettingsError(
            "Events still lie in the spool on a disk; start `hub serve`, wait until /metrics shows spool_depth 0, and stop it."
        )


def _runs(settings: Settings) -> bool:
    try:
        find_running(settings.data)
    except SettingsError:
        return False
    return True


async def _format(parts: Store) -> int:
    meta = parts.keys.meta
    found = await parts.links.call(meta, "HGET", meta, "format")
    if not isinstance(found, bytes):
        raise SettingsError("There is no hub in this store yet; look at HUB_DATA, REDIS_URL and HUB_PREFIX.")
    return int(found)


def _secrets(settings: Settings) -> bytes:
    """The secrets file, looked through before it is trusted."""
    path = settings.secrets_path
    if not path.exists():
        raise SettingsError(f"HUB_DATA {settings.data} has no {SECRETS_FILE} of a hub; name the folder that `hub serve` uses by HUB_DATA.")
    secrets_of(settings)
    return path.read_bytes()


def _restore_secrets(settings: Settings, content: bytes) -> None:
    with _written(settings.secrets_path) as out:
        out.write(content)
    secrets_of(settings)


def _made(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"HUB_DATA {folder} cannot be made ({error.strerror}); name a folder this user may write.") from error


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file that is its owner's alone, on the disk when this ends. Raises SettingsError."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123 - by its number, for its mode
            yield out
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}); make room or name another file.") from error


def _put_in_place(beside: Path, file: Path) -> int:
    """The whole copy under its name; returns its bytes."""
    beside.replace(file)
    return file.stat().st_size


def _put(out: IO[bytes], frame: Frame) -> None:
    if isinstance(frame, Head):
        out.write(_MAGIC)
    blob = zlib.compress(_encoder.encode(frame), 1)
    out.write(_FRAME.pack(len(blob), zlib.crc32(blob)) + blob)


def _frames(file: Path) -> Iterator[Frame]:
    """The frames of a backup, one by one; raises SettingsError where it is damaged or no backup."""
    damaged = SettingsError(f"{file} is damaged or no whole backup of this version; take another copy of it.")
    try:
        with file.open("rb") as source:
            if source.read(len(_MAGIC)) != _MAGIC:
                raise damaged
            while head := source.read(_FRAME.size):
                length, check = _FRAME.unpack(head)
                blob = source.read(min(length, _FRAME_AT_MOST))
                if zlib.crc32(blob) != check:
                    raise damaged
                yield _decoder.decode(zlib.decompress(blob))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({error.strerror}); name a file that `hub backup` wrote.") from error
    except (DecodeError, struct.error, zlib.error) as error:
        raise damaged from error


def _checked(file: Path) -> Head:
    """The head of a backup that is whole and that this version can restore; read to the end before anything is written."""
    head: Head | None = None
    last: Frame | None = None
    for last in _frames(file):
        head = last if isinstance(last, Head) else head
    if head is None or not isinstance(last, End):
        raise SettingsError(f"{file} ends before its end; take another copy of it.")
    if head.partitions != PARTITIONS or head.format > FORMAT:
        raise SettingsError(
            f"{file} was taken of {head.partitions} partitions in format {head.format}; "
            f"this version has {PARTITIONS} and reads format {FORMAT}: install the version that wrote it."
        )
    return head


def _secrets_in(file: Path) -> bytes:
    return next(frame.content for frame in _frames(file) if isinstance(frame, SecretFile))


def _tell(what: str, count: int) -> None:
    if count % TELL_EVERY == 0:
        progress(f"{count} {what}")
