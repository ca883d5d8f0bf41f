"""`hub parse` and `hub preview`: captured webhooks and messages to be, read from a file and told line by line; nothing is stored or sent.

A file is a list of cases, or one: `{name, config, request | requests, deliveries?, upstream?}` or `{name, config, outbound, upstream?}`.
`config` holds the account's fields, under our names or the providers'; `request` is `{method, path_query, headers, body}`.
A case with `signature_vector` (an account's fields and the `url` that was called) asks whether the request's signature holds; without a
request it is the vector's own `body` under its `header` with its `value`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

from channels.kinds import AccountSetup, ChannelKind
from config.accounts.kinds import kind_of
from config.preview.frozen_clock import FrozenClock
from config.preview.parsing import parsed
from config.preview.provider import Recorded, Upstream
from config.preview.sending import previewed
from hub.model.errors import SettingsError

Case = Mapping[str, object]
Telling = Callable[[ChannelKind, AccountSetup, Case, Recorded], Awaitable[dict[str, object]]]

ALIASES: Mapping[str, str] = {
    "access_token": "token",
    "page_access_token": "token",
    "bot_token": "token",
    "auth_token": "token",
    "app_secret": "secret",
    "channel_secret": "secret",
    "signing_secret": "secret",
    "secret_token": "secret",
    "oa_secret_key": "secret",
    "secret": "token",
    "max_length": "text_limit",
    "max_caption": "caption_limit",
}
"""How providers call the fields that we call alike for all channels; a kind that has a field of the provider's name takes it as it is."""

_INBOUND = frozenset(("request", "requests", "signature_vector"))

_SECONDS_END = 1 << 34
"""Past this a moment is told in milliseconds."""


def read_cases(file: Path) -> list[Case]:
    """The cases of a file; raises SettingsError in a sentence that says what is wrong with it."""
    try:
        told = json.loads(file.read_bytes())
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({error.strerror}); give a file of cases.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file} is not JSON; give a case or a list of cases.") from error
    cases = told if isinstance(told, list) else [told]
    if not all(isinstance(case, dict) for case in cases):
        raise SettingsError(f"{file} holds something that is no case; give an object or a list of objects.")
    return cases


def run_parse(channel: str, file: Path) -> int:
    """Print what the hub makes of each captured webhook, one JSON line a case."""
    return asyncio.run(_run(channel, (case for case in read_cases(file) if case.keys() & _INBOUND), parsed))


def run_preview(channel: str, file: Path) -> int:
    """Print what would be sent for each message, one JSON line a case."""
    return asyncio.run(_run(channel, (case for case in read_cases(file) if "outbound" in case), previewed))


async def _run(channel: str, cases: Iterable[Case], tell: Telling) -> int:
    kind = kind_of(channel)
    async with Upstream() as upstream:
        for number, case in enumerate(cases):
            try:
                told = await tell(kind, setup_of_case(kind, case), case, upstream.answering(case.get("upstream"), clock_of(case)))
            except SettingsError as error:
                told = {"error": str(error)}
            print(json.dumps({"name": case.get("name", str(number)), **told}, ensure_ascii=False))
    return 0


def setup_of_case(kind: ChannelKind, case: Case) -> AccountSetup:
    """The account a case assumes; a required field it leaves out has the field's example."""
    own = {field.key for field in kind.fields}
    told = case.get("config") or case.get("signature_vector")
    config = {str(k): str(v) for k, v in told.items() if v is not None} if isinstance(told, dict) else {}
    values = {field.key: field.example for field in kind.fields if field.example and (field.required or field.secret)}
    values |= {key if key in own else ALIASES.get(key, key): value for key, value in config.items()}
    public = config.get("public_base_url") or _base(config.get("url", "")) or "https://hub.example"
    public = public.rstrip("/")
    return AccountSetup(
        channel=kind.kind,
        name="case",
        values=values,
        base_url=config.get("api_base", "").rstrip("/"),
        public_url=public,
        hook_url=f"{public}/hooks/{kind.kind}/case",
    )


def _base(url: str) -> str:
    """Scheme and host of an address, as it is written."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if rest else ""


def clock_of(case: Case) -> FrozenClock | None:
    """The clock a case freezes, if it does."""
    config = case.get("config")
    told = config.get("now") if isinstance(config, dict) else None
    if not isinstance(told, int | float | str) or not str(told).replace(".", "", 1).isdigit():
        return None
    at = float(told)
    return FrozenClock(int(at * 1000) if at < _SECONDS_END else int(at))
