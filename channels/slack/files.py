"""Files on Slack: what a message carries, and where it lies: https://docs.slack.dev/reference/objects/file-object/."""

from urllib.parse import urlsplit

from channels.fields import Json, objects, soft, soft_id
from hub.model.messaging.message import Attachment, MediaKind

_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}


def pieces(event: Json) -> tuple[Attachment, ...]:
    """The files of a message. One at Slack is named by `file_id` and its address, which wants our token; one elsewhere is a link."""
    return tuple(_piece(each) for each in objects(event, "files") if soft(each, "mode") != "tombstone")


def _piece(file: Json) -> Attachment:
    size = file.get("size")
    addresses = tuple(dict.fromkeys(url for key in ("url_private_download", "url_private") if (url := soft(file, key))))
    where = next(iter(addresses), "")
    outside = file.get("is_external") is True
    mime = soft(file, "mimetype")
    return Attachment(
        kind=MediaKind.LINK if outside else kind_of(mime, soft(file, "subtype")),
        url=where if outside else "",
        file_id=soft_id(file, "id"),
        media_id="" if outside else where,
        all_ids=() if outside else addresses,
        filename=soft(file, "name"),
        name=soft(file, "title") if soft(file, "title") != soft(file, "name") else "",
        mime_type=mime,
        size=size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else 0,
        duration_ms=_duration(file),
    )


def kind_of(mime: str, subtype: str) -> MediaKind:
    """What a file is; `slack_audio` is a voice clip recorded in Slack."""
    if subtype == "slack_audio":
        return MediaKind.VOICE
    return _KINDS.get(mime.partition("/")[0], MediaKind.FILE)


def is_slacks(url: str, base_url: str) -> bool:
    """Whether the token may go there: Slack's own hosts by https, and whatever stands in for its API."""
    asked, own = urlsplit(url), urlsplit(base_url)
    host = asked.hostname or ""
    slacks = asked.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
    return slacks or (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


def _duration(file: Json) -> int:
    told = file.get("duration_ms")
    return told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0
