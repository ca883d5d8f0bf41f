"""What is set, as frozen values: one for each table of hub.toml, and all of them together."""

from pathlib import Path

from msgspec import field

from config.reference.loops import LoopSettings
from config.reference.nudges import Waiting
from config.reference.reading import Secret
from config.reference.tables import LogLevel, Mode
from config.settings.bucket import Bucketed
from hub.model.address import Address
from hub.model.base import Value
from hub.nudges.policy import Basis
from hub.store.connections.link import Replicas
from hub.store.embedded.setup import Fsync


class Shop(Value, frozen=True):
    """The shop the hub speaks for. `base_url`: where the shop port answers, empty without one.

    `faq`, `prices`: its files, None: those that come with the hub. `feedback_seconds`: how long after the closing a customer is asked how
    it was; 0: never.
    """

    name: str
    languages: tuple[str, ...]
    language: str
    time_zone: str
    faq: Path | None
    prices: Path | None
    base_url: str
    feedback_seconds: float


class Chat(Value, frozen=True):
    """The web chat and its widget. Sizes in bytes; `login_secret` empty: made of the hub's own secrets."""

    origins: tuple[str, ...]
    file_size: int
    files_a_day: int
    login_secret: Secret


class Media(Value, frozen=True):
    """What is fetched of what customers send on their channels: bytes of one file by what it is, and of one customer a day."""

    image_size: int
    video_size: int
    audio_size: int
    file_size: int
    a_day: int
    seconds: float


class Nudges(Value, frozen=True):
    """The marketers' rules. `journeys`: their folder, None: the sample's; `holdout`: per cent for all journeys, None: each its own."""

    journeys: Path | None
    quiet_hours: str
    live_minutes: float
    consent: Basis
    per_day: int
    per_week: int
    per_channel_day: int
    abandoned_minutes: float
    holdout: float | None
    country: str
    cart_url: str


class Alerts(Value, frozen=True):
    """Who of the shop is told when something is wrong. `webhook` empty: nothing is posted."""

    to: tuple[Address, ...] = ()
    webhook: Secret = Secret()
    every_seconds: float = 15.0


class Comments(Value, frozen=True):
    """What becomes of comments. `rules`: the file of those that answer by words, None: none."""

    rules: Path | None = None
    waiting: Waiting = Waiting.QUEUE


class Account(Value, frozen=True):
    """One account of one channel; rates in messages a second, 0: the channel's own. `options` go to the channel's own settings."""

    channel: str
    name: str
    token: Secret = Secret()
    secret: Secret = Secret()
    base_url: str = ""
    mode: Mode = Mode.WEBHOOK
    rate_per_second: float = 0.0
    rate_per_address: float = 0.0
    typing: bool = True
    read_marks: bool = True
    options: dict[str, str] = field(default_factory=dict)


class Settings(Value, frozen=True):
    """All settings of one hub process. Paths are absolute; `redis_url` empty: embedded; `archive_url` empty: SQLite in `data`."""

    data: Path
    secrets_file: Path | None
    host: str
    port: int
    prefix: str
    public_url: str
    trusted_proxies: tuple[str, ...]
    redis_url: Secret
    redis_replicas: Replicas
    redis_bin: str
    archive_url: Secret
    fsync: Fsync
    maxmemory: int
    burst_seconds: float
    log: LogLevel
    shop: Shop
    chat: Chat
    media: Media
    s3: Bucketed
    loops: LoopSettings
    nudges: Nudges
    comments: Comments = Comments()
    accounts: tuple[Account, ...] = ()
    alerts: Alerts = Alerts()

    @property
    def secrets_path(self) -> Path:
        """Where the hub's own key and secrets lie."""
        return self.secrets_file or self.data / "secrets.json"

    @property
    def key_prefix(self) -> str:
        """What stands before every Redis key: the prefix and a colon, or nothing."""
        return f"{self.prefix}:" if self.prefix else ""
