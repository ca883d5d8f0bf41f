"""The page docs/settings.md, made of the reference."""

from config.reference.alerts import ALERTS
from config.reference.entry import Entry
from config.reference.files import MEDIA, S3
from config.reference.loops import LOOPS
from config.reference.nudges import COMMENTS, NUDGES
from config.reference.tables import ACCOUNT, CHAT, SHOP, TOP

_OPENING = """# Settings

Made of `config/reference`; do not edit it here: `.venv/bin/python -m config.reference > docs/settings.md`.

Settings come from `hub.toml` in the current folder (`HUB_CONFIG=path` names another file) and, before it, from the environment.
An empty variable counts as not set. A relative path starts beside `hub.toml`, in the environment in the current folder.
Whatever is wrong stops the hub with one sentence that names the setting and the remedy; an unknown key is wrong, too.

A secret (marked) can be given in three ways: `token = "…"`, `token_env = "NAME"` (a variable holds it) or
`token_file = "path"` (a file holds it). It is never shown.

What the hub makes for itself on its first run (the key for whatever it keeps sealed, the API token, the session key) lies in
`secrets.json` in the data folder, readable by its owner alone. Processes with data folders of their own need a copy of it each
(`secrets_file` says where). Without it, channel accounts added in the console cannot be opened: docs/accounts.md.
"""

_EXAMPLE = """## Example

```toml
public_url = "https://chat.shop.example"

[shop]
name = "Tea & Co"
languages = ["vi", "en"]
time_zone = "Asia/Ho_Chi_Minh"

[[account]]
channel = "telegram"
name = "main"
token_env = "TELEGRAM_TOKEN"
secret_file = "telegram.secret"
mode = "webhook"
```
"""


def markdown() -> str:
    """The page docs/settings.md; a test holds it and the code together."""
    sections = (
        _OPENING,
        "## The hub\n\n" + _table(TOP),
        "## The shop: `[shop]`\n\n" + _table(SHOP),
        "## The web chat: `[chat]`\n\n" + _table(CHAT),
        "## Files from channels: `[media]`\n\n" + _table(MEDIA),
        "## Files in a bucket: `[s3]`\n\n" + _table(S3),
        "## Machines that answer the bot: `[loops]`\n\n" + _table(LOOPS),
        "## Nudges: `[nudges]`\n\n" + _table(NUDGES),
        "## Telling the shop's own people: `[alerts]`\n\n" + _table(ALERTS),
        "## Comments under posts: `[comments]`\n\n" + _table(COMMENTS),
        "## Channel accounts: `[[account]]`, once for each\n\n"
        + _table(ACCOUNT)
        + "\nAny other key is an option of the channel's own (`channels/README.md` names them), with `KEY_env` and `KEY_file`, too.\n",
        _EXAMPLE,
    )
    return "\n".join(sections)


def toml_form(value: object) -> str:
    """A default as it would be written in hub.toml."""
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(toml_form(each) for each in value)}]"
        case _:
            return str(value)


def _table(entries: tuple[Entry, ...]) -> str:
    rows = [("Key", "Variable", "Default", "What it is"), ("---",) * 4]
    for entry in entries:
        variables = ", ".join(f"`{name}`" for name in entry.env)
        default = f"`{toml_form(entry.default)}`" if entry.default not in {"", ()} else ""
        rows.append((f"`{entry.key}`" + (" (secret)" if entry.secret else ""), variables, default, entry.what))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
