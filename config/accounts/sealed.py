"""Channel accounts as they are kept sealed: closed with the hub's own key, opened in its processes alone."""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from msgspec import DecodeError, Struct, json

from config.accounts.phrasing import Worded
from config.reference.reading import Given, Secret, Wrong, yes_or_no
from config.reference.tables import Mode
from config.settings.secrets import SealBroken, Secrets, key_name, open_sealed, seal
from config.settings.values import Account, Settings
from hub.model.channels.look import Phrase, phrase
from hub.model.channels.ports import Clock
from hub.model.errors import SettingsError
from hub.store.channels.accounts import KeptAccount
from hub.store.channels.calls import Place

_OWN = ("token", "secret", "base_url", "mode", "rate_per_second", "rate_per_address", "typing", "read_marks")


class Sealer(Struct, frozen=True):
    """Seals accounts with the hub's key. `where`: the file it lies in, for whoever has to look for it."""

    key: bytes
    where: str
    clock: Clock

    def __repr__(self) -> str:
        """No key in a log."""
        return f"Sealer({self.name})"

    @property
    def name(self) -> str:
        """What the key is called."""
        return key_name(self.key)

    def closed(self, channel: str, name: str, values: Mapping[str, str], *, by: str) -> KeptAccount:
        """An account with these values, sealed so that they open under its own name only."""
        blob = seal(self.key, json.encode(dict(values)), purpose=_purpose(channel, name))
        return KeptAccount(channel=channel, account=name, sealed=blob, key=self.name, changed=self.clock.now(), by=by)

    def marks(self, place: Place, secrets: Mapping[str, str]) -> dict[str, str]:
        """Of each secret something that changes with it; without the key it tells nothing of it, nor that two accounts have the same."""
        where = "/".join(place)
        return {
            key: blake2b(f"{where} {key} {value}".encode(), key=self.key, digest_size=4, person=b"omnihub mark").hexdigest()
            for key, value in secrets.items()
        }

    def values_of(self, kept: KeptAccount) -> dict[str, str]:
        """What was entered. Raises SettingsError (the remedy in it) where another key has sealed it."""
        try:
            plain = open_sealed(self.key, kept.sealed, purpose=_purpose(*kept.place))
            return json.decode(plain, type=dict[str, str])
        except (SealBroken, DecodeError) as error:
            raise Worded(self.remedy(kept)) from error

    def remedy(self, kept: KeptAccount) -> Phrase:
        """What to do about an account that this key does not open."""
        where = "/".join(kept.place)
        if kept.key == self.name:
            return phrase("sealed.damaged", account=where)
        return phrase("sealed.other_key", account=where, key=kept.key, file=self.where, held=self.name)


def sealer_of(settings: Settings, secrets: Secrets, *, clock: Clock) -> Sealer:
    """With the key of these settings."""
    return Sealer(key=secrets.case_key, where=str(settings.secrets_path), clock=clock)


def account_of(channel: str, name: str, values: Mapping[str, str]) -> Account:
    """The account these values make. Raises SettingsError."""
    try:
        mode, rates = Mode(values.get("mode") or Mode.WEBHOOK), [float(values.get(key) or 0) for key in _OWN[4:6]]
        shown = [yes_or_no(Given(value=values.get(key) or True, base=Path())) for key in _OWN[6:]]
    except (ValueError, Wrong) as error:
        raise SettingsError(
            f"channel account {channel}/{name}: mode is webhook or polling, a rate is a number, typing and read_marks are true or false."
        ) from error
    return Account(
        channel=channel,
        name=name,
        token=Secret(values.get("token", "")),
        secret=Secret(values.get("secret", "")),
        base_url=values.get("base_url", ""),
        mode=mode,
        rate_per_second=rates[0],
        rate_per_address=rates[1],
        typing=shown[0],
        read_marks=shown[1],
        options={key: Secret(value) for key, value in values.items() if key not in _OWN and value},
    )


def _purpose(channel: str, name: str) -> str:
    return f"account {channel}/{name}"
