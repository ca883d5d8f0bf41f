"""What an account of Twilio's is set up with, for SMS and for WhatsApp alike."""

import re

from channels.kinds import AccountSetup, Field
from channels.twilio.render import Line
from hub.model.base import Value
from hub.model.errors import SettingsError

BASE_URL = "https://api.twilio.com"

_SID = re.compile(r"[A-Za-z0-9]+")


class Settings(Value, frozen=True):
    """One account. `token`: its auth token, which signs webhooks and, without an API key, our calls.

    `secret`: of a shared key, where webhooks are signed with one. `sender`: a number, a short code or a name; or a messaging service
    chooses it; without either the account only receives. `hook_url`: where its status callbacks go, empty: not known.
    """

    account: str
    account_sid: str
    token: str
    secret: str = ""
    api_key: str = ""
    api_secret: str = ""
    sender: str = ""
    messaging_service_sid: str = ""
    base_url: str = BASE_URL
    hook_url: str = ""

    def __repr__(self) -> str:
        """No secret reaches a log."""
        return f"Settings(account={self.account!r}, account_sid={self.account_sid!r}, base_url={self.base_url!r})"


FIELDS = (
    Field(key="account_sid", example="AC" + "0" * 32),
    Field(key="token", secret=True, example="0" * 32),
    Field(key="from", required=False),
    Field(key="messaging_service_sid", required=False),
    Field(key="api_key", required=False),
    Field(key="api_secret", required=False, secret=True),
    Field(key="secret", required=False, secret=True),
)
"""What both kinds ask for."""


def settings_of(setup: AccountSetup) -> Settings:
    """The settings of an account as it was set up."""
    return Settings(
        account=setup.name,
        account_sid=setup.value("account_sid"),
        token=setup.value("token"),
        secret=setup.value("secret"),
        api_key=setup.value("api_key"),
        api_secret=setup.value("api_secret"),
        sender=setup.value("from"),
        messaging_service_sid=setup.value("messaging_service_sid"),
        base_url=setup.base_url or BASE_URL,
        hook_url=setup.hook_url,
    )


def credentials(settings: Settings) -> tuple[str, str]:
    """User and password of a call: the API key where there is one."""
    if settings.api_key:
        return settings.api_key, settings.api_secret
    return settings.account_sid, settings.token


def check_settings(settings: Settings, line: Line) -> None:
    """Raises SettingsError for credentials that cannot be any."""
    where = f"channel account {line.kind}/{settings.account}"
    if not _SID.fullmatch(settings.account_sid):
        raise SettingsError(f"{where}: account_sid must be the Account SID of the Twilio console (AC and 32 letters and digits)")
    if not settings.token:
        raise SettingsError(f"{where}: token is not set; copy the auth token from the Twilio console")
    if bool(settings.api_key) != bool(settings.api_secret):
        raise SettingsError(f"{where}: api_key and api_secret belong together; set both or neither")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {BASE_URL})")
