"""Files of channels wired together: what customers send is collected, what they are sent is prepared and lent."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from config.accounts.kinds import kind_of
from config.settings.secrets import Secrets, open_sealed, seal
from config.settings.values import Account, Settings
from config.storage.store import Store
from hub.desk.collecting import Collector, Shelf, Source, Terms
from hub.engine.files.fetching import Fetcher
from hub.model.channels.exchange import Exchange
from hub.model.channels.ports import Channel, Clock
from hub.model.files.lending import Lending
from hub.model.files.wanted import Limits
from hub.model.messaging.message import MediaKind
from hub.store.channels.calls import Place
from hub.store.mailboxes.wanted_files import WantedFiles

_LENT, _ID = "lent file", b"omnihub media id"


def limits_of(settings: Settings) -> Limits:
    """How much of a file is taken, by what it is."""
    media = settings.media
    by_kind = {
        MediaKind.IMAGE: media.image_size, MediaKind.STICKER: media.image_size, MediaKind.VIDEO: media.video_size,
        MediaKind.REEL: media.video_size, MediaKind.AUDIO: media.audio_size, MediaKind.VOICE: media.audio_size,
    }  # fmt: skip
    return Limits(most=media.file_size, by_kind=by_kind, seconds=media.seconds)


def lending_of(settings: Settings, secrets: Secrets, *, at: str = "") -> Lending:
    """Links for providers, sealed with the hub's key for nothing else. `at`: where they know us, where no public address is set."""
    key = secrets.case_key
    return Lending(
        base=settings.public_url or at,
        close=lambda plain: seal(key, plain, purpose=_LENT),
        open=lambda sealed: open_sealed(key, sealed, purpose=_LENT),
    )


def source_of(account: Account, channel: Channel) -> Source:
    """Where the files of an account's customers lie."""
    return Source(channel, replace(kind_of(account.channel).files, base_url=account.base_url))


def collector_of(
    settings: Settings,
    secrets: Secrets,
    store: Store,
    *,
    sources: Mapping[tuple[str, str], Source],
    shelf: Shelf,
    clock: Clock,
    held: Callable[[], set[int]],
    told: Callable[[Place, Exchange], None],
) -> Collector:
    """What fetches customers' files, in a process that has a worker."""
    return Collector(
        sources,
        queue=WantedFiles(store.links, store.keys),
        shelf=shelf,
        inboxes=store.inboxes,
        fetcher=Fetcher(),
        terms=Terms(limits=limits_of(settings), a_day=settings.media.a_day, key=_ID + secrets.session_key, told=told),
        clock=clock,
        held=held,
    )
