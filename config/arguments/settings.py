"""The settings and the logs of a command, loaded when it runs."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.settings.values import Settings
    from hub.engine.logging.logs import Scrubber


def own_settings() -> "Settings":
    """The settings of the folder the command is given in."""
    from config.settings.load import load_settings

    return load_settings(os.environ, folder=Path.cwd())


def logs_of(settings: "Settings") -> "Scrubber":
    """Logs as they are set; hands back what learns the secrets that no line may show."""
    from hub.engine.logging.logs import configure

    secrets = [str(s) for account in settings.accounts for s in (account.token, account.secret) if s]
    secrets += [str(settings.s3.secret_key)] if settings.s3.secret_key else []
    return configure(settings.log.value, "console" if sys.stderr.isatty() else "json", secrets=secrets)


def quiet_settings() -> "Settings":
    """The settings for a command that speaks for itself: its own sentence, and nothing beside it."""
    from hub.engine.logging.logs import configure

    configure("error", "console")
    return own_settings()
