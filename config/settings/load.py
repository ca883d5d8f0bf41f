"""Settings: hub.toml, overridden by the environment, as one frozen value; whatever is wrong is one sentence."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from config.reference.alerts import ALERTS
from config.reference.entry import Entry
from config.reference.files import MEDIA, S3
from config.reference.loops import LOOPS, LoopSettings
from config.reference.nudges import COMMENTS, NUDGES
from config.reference.reading import Given, Secret, Wrong, text
from config.reference.tables import ACCOUNT, CHAT, SHOP, TOP
from config.settings.bucket import bucketed
from config.settings.values import Account, Alerts, Chat, Comments, Media, Nudges, Settings, Shop
from hub.model.base import Value
from hub.model.errors import SettingsError

SETTINGS_FILE = "hub.toml"
FILE_VARIABLE = "HUB_CONFIG"

_OWN = "HUB_"
_PLAIN_TEXT = Entry(key="", what="", read=text)
_PLAIN_SECRET = Entry(key="", what="", read=text, secret=True)
_WIDEST_NUMBER = 64
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_SHOWN_CHARACTERS = 60
_CLOSE = 0.6
_TYPING_MISTAKE = 0.8


class _Source(Value, frozen=True):
    """Where settings are looked up: the variables, the folder they start from, and the file."""

    environ: Mapping[str, str]
    folder: Path
    file: Path


_TABLES: Mapping[str, tuple[Entry, ...]] = {
    "shop": SHOP, "chat": CHAT, "media": MEDIA, "s3": S3, "loops": LOOPS, "nudges": NUDGES, "comments": COMMENTS, "alerts": ALERTS,
}  # fmt: skip


def load_settings(environ: Mapping[str, str], *, folder: Path) -> Settings:
    """Read hub.toml in `folder` (HUB_CONFIG names another file) and the environment, which goes before it.

    An empty variable counts as not set. Raises SettingsError, one sentence, on whatever is wrong; no value of a secret is in it.
    """
    source = _Source(environ=environ, folder=folder, file=_settings_file(environ, folder))
    tree = _read_file(source)
    trees, account_trees = {name: _table_in(tree, name) for name in _TABLES}, _tables_in(tree, "account")
    _refuse_unknown_keys(tree, (*_keys(TOP), *_TABLES, "account"), place="")
    for name, entries in _TABLES.items():
        _refuse_unknown_keys(trees[name], _keys(entries), place=f"{name}.")
    _refuse_unknown_variables(environ, _variables_named_in((tree, *trees.values(), *account_trees)))
    top = {entry.key: _find(entry, tree, source, place="") for entry in TOP}
    accounts = tuple(_account(each, source, number) for number, each in enumerate(account_trees, 1))
    _refuse_twins(accounts)
    chat = Chat(**{entry.key: _find(entry, trees["chat"], source, place="chat.") for entry in CHAT})
    media = Media(**{entry.key: _find(entry, trees["media"], source, place="media.") for entry in MEDIA})
    top["secrets_file"] = top["secrets_file"] or None
    alerts = Alerts(**{entry.key: _find(entry, trees["alerts"], source, place="alerts.") for entry in ALERTS})
    s3 = bucketed({entry.key: _find(entry, trees["s3"], source, place="s3.") for entry in S3})
    loops = LoopSettings(**{entry.key: _find(entry, trees["loops"], source, place="loops.") for entry in LOOPS})
    shop, nudges, comments = _shop(trees["shop"], source), _nudges(trees["nudges"], source), _comments(trees["comments"], source)
    return Settings(
        **top, shop=shop, chat=chat, media=media, s3=s3, loops=loops, nudges=nudges, comments=comments, accounts=accounts, alerts=alerts
    )  # fmt: skip


def _settings_file(environ: Mapping[str, str], folder: Path) -> Path:
    named = str(_read(environ.get(FILE_VARIABLE) or SETTINGS_FILE, _PLAIN_TEXT, name=FILE_VARIABLE, base=folder))
    return folder / named


def _read_file(source: _Source) -> dict[str, Any]:
    try:
        return tomllib.loads(source.file.read_bytes().decode())
    except FileNotFoundError as error:
        if source.environ.get(FILE_VARIABLE):
            raise SettingsError(f"{FILE_VARIABLE} names {source.file}, which is not there; correct or unset it.") from error
        return {}
    except OSError as error:
        raise SettingsError(f"{source.file} cannot be read ({error.strerror}); make it a file this user may read.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{source.file} is not in UTF-8 at byte {error.start}; save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "too deep or too large"
        raise SettingsError(f"{source.file} is not TOML: {reason}; correct it there.") from error


def _find(entry: Entry, tree: Mapping[str, object], source: _Source, *, place: str) -> Any:  # noqa: ANN401 - the border: each entry has its own type
    """One setting's value: of the first variable that is set, else of the file, else the default."""
    for name in entry.env:
        if source.environ.get(name):
            return _read(source.environ[name], entry, name=name, base=source.folder)
    name = f"{place}{entry.key} in {source.file.name}"
    given = _secret_in(tree, entry.key, source, name) if entry.secret else tree.get(entry.key, "")
    if given != "":
        return _read(given, entry, name=name, base=source.file.parent)
    return _read(entry.default, entry, name=entry.key, base=source.folder)


def _read(given: object, entry: Entry, *, name: str, base: Path) -> Any:  # noqa: ANN401 - as above
    if given == "":
        return Secret() if entry.secret else ""
    try:
        return entry.read(Given(value=list(given) if isinstance(given, tuple) else given, base=base))
    except Wrong as wrong:
        found = "a secret, not shown here" if entry.secret else _shown(given)
        raise SettingsError(f"{name} is {found}; {wrong}{_service_links(name, given)}.") from wrong


def _secret_in(tree: Mapping[str, object], key: str, source: _Source, name: str) -> object:
    """What was given for a secret, by itself, by the variable `KEY_env` names, or by the file `KEY_file` names."""
    ways = [way for way in (key, f"{key}_env", f"{key}_file") if tree.get(way, "") != ""]
    match ways:
        case []:
            return ""
        case [way] if way == key:
            return tree[key]
        case [way] if way.endswith("_env"):
            return _from_variable(tree[way], source, f"{name} ({way})")
        case [way]:
            return _from_file(tree[way], source, f"{name} ({way})")
        case _:
            raise SettingsError(f"{name} is given by {' and by '.join(ways)}; keep one of them.")


def _from_variable(given: object, source: _Source, name: str) -> str:
    variable = _read(given, _PLAIN_SECRET, name=name, base=source.folder)
    if found := source.environ.get(variable):
        return found
    # Somebody may have put the secret itself here, so only what looks like a variable's name is told.
    told = f"the variable {variable}" if _VARIABLE.fullmatch(variable) else "a variable"
    raise SettingsError(f"{name} names {told} that is not set; set it, or give the secret another way.")


def _from_file(given: object, source: _Source, name: str) -> str:
    try:
        path = Path(_read(given, _PLAIN_SECRET, name=name, base=source.folder)).expanduser()
        return (source.file.parent / path).read_bytes().decode().strip()
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text"
        raise SettingsError(f"{name} names a file that cannot be read ({why}); correct the path or the file.") from error


def _shop(tree: Mapping[str, object], source: _Source) -> Shop:
    found = {entry.key: _find(entry, tree, source, place="shop.") for entry in SHOP}
    language = found["language"] or found["languages"][0]
    if language not in found["languages"]:
        raise SettingsError(f"The shop's language is {_shown(language)}; give one of its languages, {', '.join(found['languages'])}.")
    return Shop(**{**found, "language": language, "faq": found["faq"] or None, "prices": found["prices"] or None})


def _nudges(tree: Mapping[str, object], source: _Source) -> Nudges:
    found = {entry.key: _find(entry, tree, source, place="nudges.") for entry in NUDGES}
    holdout = None if found["holdout"] == "" else found["holdout"]
    return Nudges(**{**found, "journeys": found["journeys"] or None, "holdout": holdout})


def _comments(tree: Mapping[str, object], source: _Source) -> Comments:
    found = {entry.key: _find(entry, tree, source, place="comments.") for entry in COMMENTS}
    return Comments(rules=found["rules"] or None, waiting=found["waiting"])


def _account(tree: Mapping[str, object], source: _Source, number: int) -> Account:
    place = f"account {number}'s "
    if tree.get("channel", "") == "":
        raise SettingsError(f'{place}channel in {source.file.name} is missing; give the channel\'s kind, like channel = "telegram".')
    known = {entry.key: _find(entry, tree, source, place=place) for entry in ACCOUNT}
    return Account(**known, options=_options(tree, source, place))


def _options(tree: Mapping[str, object], source: _Source, place: str) -> dict[str, str]:
    """The keys that are the channel's own, as texts; `KEY_env` and `KEY_file` stand for KEY."""
    own = [key for key in tree if key not in _keys(ACCOUNT)]
    for key in own:
        close = difflib.get_close_matches(key, _keys(ACCOUNT), n=1, cutoff=_TYPING_MISTAKE)
        if close and abs(len(close[0]) - len(key)) <= 1:  # "toekn" is a slip; "channel_id" is a channel's own
            raise SettingsError(f"{place}{_shown(key)} is not a setting; write {close[0]} if you meant that.")
    names = dict.fromkeys(key.removesuffix("_env").removesuffix("_file") for key in own)
    return {key: _option(_secret_in(tree, key, source, f"{place}{key}"), f"{place}{key}") for key in names}


def _option(given: object, name: str) -> str:
    if not isinstance(given, (str, int, float)) or _is_wide(given):
        raise SettingsError(f"{name} is {_shown(given)}; give a text, a number, true or false.")
    as_text = str(given).lower() if isinstance(given, bool) else str(given)
    return Secret(_read(as_text, _PLAIN_SECRET, name=name, base=Path()))


def _refuse_twins(accounts: Iterable[Account]) -> None:
    seen = set()
    for account in accounts:
        if (account.channel, account.name) in seen:
            raise SettingsError(f"There are two accounts {account.channel}/{account.name}; give one of them another name.")
        seen.add((account.channel, account.name))


def _refuse_unknown_keys(tree: Mapping[str, object], known: tuple[str, ...], *, place: str) -> None:
    for key in tree:
        if key not in known:
            raise SettingsError(f"{place}{_shown(key)} is not a setting{_meant(key, known)}.")


def _refuse_unknown_variables(environ: Mapping[str, str], named: set[str]) -> None:
    known = (FILE_VARIABLE, *(name for entries in (TOP, *_TABLES.values()) for entry in entries for name in entry.env))
    for name in environ:
        if name.startswith(_OWN) and environ[name] and name not in known and name not in named:
            raise SettingsError(f"The variable {_shown(name)} is not a setting{_meant(name, known)}{_service_links(name, '')}.")


def _variables_named_in(trees: Iterable[Mapping[str, object]]) -> set[str]:
    return {value for tree in trees for key, value in tree.items() if key.endswith("_env") and isinstance(value, str)}


def _keys(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(
        key for entry in entries for key in ((entry.key, f"{entry.key}_env", f"{entry.key}_file") if entry.secret else (entry.key,))
    )


def _table_in(tree: Mapping[str, object], key: str) -> dict[str, object]:
    found = tree.get(key, {})
    if not isinstance(found, dict):
        raise SettingsError(f"{key} in hub.toml is {_shown(found)}; write a table that begins with [{key}].")
    return found


def _tables_in(tree: Mapping[str, object], key: str) -> list[dict[str, object]]:
    found = tree.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SettingsError(f"{key} in hub.toml is not a list of tables; begin each with [[{key}]].")
    return found


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=_CLOSE)
    return f"; write {close[0]} if you meant that" if close else "; remove it (`hub settings` shows them all)"


def _service_links(name: str, given: object) -> str:
    # Kubernetes puts HUB_PORT=tcp://… and HUB_SERVICE_HOST into every pod beside a service that is named "hub".
    linked = name.startswith(("HUB_SERVICE_", "HUB_PORT_")) or (name == "HUB_PORT" and str(given).startswith("tcp://"))
    return ", and set enableServiceLinks: false in Kubernetes, which made this variable" if linked else ""


def _shown(value: object) -> str:
    """A value as a sentence may show it: short, on one line, and never an address with a password in it."""
    match value:
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case int() if _is_wide(value):
            return "a very large number"
        case str() if "://" in value and "@" in value:
            return "an address with a user in it"
    plain = str(value)[:_SHOWN_CHARACTERS].encode("utf-8", "replace").decode()
    return json.dumps(plain, ensure_ascii=False) if isinstance(value, str) else plain


def _is_wide(value: object) -> bool:
    # Python refuses to write out an integer of thousands of digits, and 0xfff… in a file can be one.
    return isinstance(value, int) and value.bit_length() > _WIDEST_NUMBER
