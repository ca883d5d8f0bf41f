"""`hub widget`: the line to paste, the secret to sign customers in with, a token to try."""

from config.settings.secrets import secrets_of
from config.settings.values import Settings
from config.wiring.chat import login_secret
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError
from hub.model.webchat.login import write_login

_TOKEN_S = 3600


def show_widget(settings: Settings) -> int:
    """Print what a shop needs to put the widget into its pages."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    origins = ", ".join(settings.chat.origins) or "none besides our own: add yours to origins under [chat] in hub.toml"
    secret = login_secret(settings, secrets_of(settings))
    socket = base.replace("http", "ws", 1)
    print(f'Paste:           <script src="{base}/widget.js" async></script>')
    print(f"Allowed pages:   {origins}")
    print(f"Your page's CSP: script-src {base}; connect-src {base} {socket}; img-src {base}; media-src {base}")
    print(f"Login secret:    {secret}")
    print("                 (keep it on your server: whoever has it can be any customer; see docs/widget.md)")
    if not settings.public_url:
        print("\npublic_url is not set: other machines need it, with https.")
    return 0


def print_token(settings: Settings, user: str, *, name: str) -> int:
    """Print a token as the shop's server would make it, good for an hour."""
    if not user.strip():
        raise SettingsError("The user is empty; name the shop's own id of a customer.")
    secret = login_secret(settings, secrets_of(settings))
    now = SystemClock().now() // 1000
    print(write_login(user, key=secret.encode(), iat=now, exp=now + _TOKEN_S, name=name))
    return 0
