"""What the archive raises: each class says what the caller does next."""

from hub.model.errors import HubError


class ArchiveAway(HubError):
    """The database did not take it (away, restarting, disk full): nothing moved, so the same call may be made again.

    The text is the database's own words, never a row's.
    """


class BucketAway(ArchiveAway):
    """The storage beside the database in which files lie did not answer, or refused: nothing was told, so the same may be asked again."""


class ArchiveBroken(HubError):
    """The database is damaged or is none: trying again is no use, a backup must come back."""


class Outdated(HubError):
    """Somebody added a version of the document meanwhile: show the difference, never overwrite. `latest` is the version there."""

    def __init__(self, latest: int) -> None:
        super().__init__(f"version {latest} is there already")
        self.latest = latest
