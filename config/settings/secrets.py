"""The secrets the hub makes for itself on its first run, and sealing bytes with them."""

import base64
import contextlib
import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from config.reference.reading import Secret
from hub.model.base import Value
from hub.model.errors import HubError, SettingsError

if TYPE_CHECKING:
    from config.settings.values import Settings

SECRETS_FILE = "secrets.json"

_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORMAT = b"\x01"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

Entropy = Callable[[int], bytes]
"""So many random bytes."""


class SealBroken(HubError):
    """What was sealed cannot be opened: another key, another purpose, or changed bytes. It is lost; say so and go on."""


class Secrets(Value, frozen=True):
    """What only this hub knows. `case_key` (32 bytes) seals raw cases, `session_key` (32 bytes) signs sessions."""

    case_key: bytes
    api_token: Secret
    session_key: bytes

    def __repr__(self) -> str:
        return "Secrets(…)"


class _Stored(Value, frozen=True):
    v: int
    case_key: str
    api_token: str
    session_key: str


def load_or_make_secrets(folder: Path, *, name: str = SECRETS_FILE, entropy: Entropy = os.urandom) -> Secrets:
    """Read `<folder>/secrets.json` (or as `name` says); the first run makes it, readable by its owner alone, whole or not at all.

    Two processes that start at once end with the same secrets. Raises SettingsError where the file is damaged, open to others,
    or cannot be written.
    """
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(folder):
            if not path.exists():
                _write(path, _fresh(entropy))
            return _read(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read or written ({error.strerror}); give this user the folder HUB_DATA names.") from error


def secrets_of(settings: "Settings") -> Secrets:
    """The hub's secrets, where the settings say they lie. One named by `secrets_file` is only read: whoever names it has it."""
    path = settings.secrets_path
    if settings.secrets_file and not path.exists():
        raise SettingsError(
            f"HUB_SECRETS_FILE {path} is not there; copy {SECRETS_FILE} of the data folder of the hub's first process to it."
        )
    return load_or_make_secrets(path.parent, name=path.name)


def key_name(key: bytes) -> str:
    """What a key is called, so that one can be told which of two it was: eight hex digits that tell nothing of it."""
    return hashlib.blake2b(key, digest_size=4, person=b"omnihub key").hexdigest()


def seal(key: bytes, plain: bytes, *, purpose: str, entropy: Entropy = os.urandom) -> bytes:
    """Encrypt and sign by AES-256-GCM (NIST SP 800-38D); only the same key and purpose open it. 29 bytes longer than `plain`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = entropy(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, purpose.encode())


def open_sealed(key: bytes, sealed: bytes, *, purpose: str) -> bytes:
    """What was sealed. Raises SealBroken where key, purpose or bytes are not those of the sealing."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not sealed.startswith(_FORMAT) or len(sealed) < len(_FORMAT) + _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("These bytes were not sealed by this hub, or only a part of them is left.")
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, purpose.encode())
    except InvalidTag as error:
        raise SealBroken("These bytes were sealed with another key or for another purpose, or have been changed.") from error


def _fresh(entropy: Entropy) -> bytes:
    key, token, session = (base64.urlsafe_b64encode(entropy(_KEY_BYTES)).decode().rstrip("=") for _ in range(3))
    return msgspec.json.format(msgspec.json.encode(_Stored(v=1, case_key=key, api_token=token, session_key=session)), indent=2)


def _read(path: Path) -> Secrets:
    with path.open("rb") as file:
        mode, content = os.fstat(file.fileno()).st_mode, file.read()
    if mode & _OTHERS:
        raise SettingsError(f"{path} can be read by others; run `chmod 600 {path}`, and renew it if somebody may have read it.")
    return secrets_in(content, path)


def secrets_in(content: bytes, path: Path) -> Secrets:
    """What a secrets file says that was read from `path`, or copied along with something else; raises SettingsError where it is damaged."""
    try:
        stored = msgspec.json.decode(content, type=_Stored)
        keys = [base64.b64decode(_padded(text), altchars=b"-_", validate=True) for text in (stored.case_key, stored.session_key)]
    except (msgspec.DecodeError, ValueError) as error:
        raise _damaged(path) from error
    if stored.v != 1 or not stored.api_token or {len(key) for key in keys} != {_KEY_BYTES}:
        raise _damaged(path)
    return Secrets(case_key=keys[0], api_token=Secret(stored.api_token), session_key=keys[1])


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _damaged(path: Path) -> SettingsError:
    return SettingsError(
        f"{path} is damaged; restore it from a backup, or move it away to start with new secrets (sessions end, kept requests are lost)."
    )


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)  # Of a run that died while it wrote.
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(fd, "wb") as file:  # noqa: PTH123 - opened by its number, for its mode
        file.write(content)
        file.flush()
        os.fsync(fd)
    beside.replace(path)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; at the end its entries are safe on the disk."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
        _sync_entries(fd)
    finally:
        os.close(fd)


def _sync_entries(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EBADF, errno.ENOTSUP}:  # Some network disks know no such thing for folders.
            raise
