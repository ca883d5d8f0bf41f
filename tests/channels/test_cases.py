"""The channels' own cases: captured or documented webhooks and what they mean, messages and what is sent for them.

One file a case, `cases/KIND/in_*.json` and `out_*.json`, in the form `hub parse` and `hub preview` read; `source` is where the provider
documents it. Every fact that is stated must hold; what is not stated is not looked at.
"""

import fnmatch
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.accounts.kinds import MODULES, kind_of
from config.preview.cases import clock_of, setup_of_case
from config.preview.parsing import parsed
from config.preview.provider import Upstream
from config.preview.sending import previewed

CASES = Path(__file__).parent / "cases"
INBOUND, OUTBOUND = sorted(CASES.glob("*/in_*.json")), sorted(CASES.glob("*/out_*.json"))
LEAST_IN, LEAST_OUT = 15, 10
OLDER = {"plain"}
"""Channels whose cases are tests in code: test_plain.py."""

Json = dict[str, Any]


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


def name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def case_in(file: Path) -> Json:
    found: Json = json.loads(file.read_text())
    return found


def holds(want: object, got: object) -> bool:
    """Whether everything stated in `want` stands in `got`: lists whole and in order, objects as far as they are stated."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(holds(value, got.get(key)) for key, value in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(holds(w, g) for w, g in zip(want, got, strict=True))
    return want == got


def missed(want: Json, got: object) -> Json:
    """The stated facts that do not hold, and what stands there instead."""
    found = got if isinstance(got, dict) else {}
    return {key: {"want": value, "got": found.get(key)} for key, value in want.items() if not holds(value, found.get(key))}


@pytest.mark.parametrize("file", INBOUND, ids=name_of)
async def test_webhook_means_what_the_provider_documents(file: Path, upstream: Upstream) -> None:
    case = case_in(file)
    kind = kind_of(file.parent.name)

    told = await parsed(kind, setup_of_case(kind, case), case, upstream.answering(case.get("upstream"), clock_of(case)))

    expect: Json = case["expect"]
    wanted: list[Json] = expect.get("events", [])
    events: Any = told["events"]
    assert len(wanted) == len(events), told
    assert [{}] * len(wanted) == [missed(want, got) for want, got in zip(wanted, events, strict=True)]
    assert {} == missed({key: value for key, value in expect.items() if key != "events"}, told)


@pytest.mark.parametrize("file", OUTBOUND, ids=name_of)
async def test_message_is_sent_as_the_provider_documents(file: Path, upstream: Upstream) -> None:
    case = case_in(file)
    kind = kind_of(file.parent.name)

    told: Json = await previewed(kind, setup_of_case(kind, case), case, upstream.answering(case.get("upstream"), clock_of(case)))

    requests: list[Json] = told["requests"]
    wanted: list[Json] = case["expect_requests"]
    assert len(wanted) == len(requests), told
    for want, got in zip(wanted, requests, strict=True):
        assert fnmatch.fnmatch(got["url"], want.get("url_pattern", "*"))
        assert urlsplit(got["url"]).path.endswith(want.get("path", ""))
        stated: Json = {
            part: want[part] for part in ("method", "json", "form", "params", "body", "headers", "html", "files") if part in want
        }
        assert {} == missed(stated, got)
    assert {} == missed(case["expect_result"], told["result"])


def test_every_channel_has_its_cases() -> None:
    counted = {kind: [sum(file.parent.name == kind for file in files) for files in (INBOUND, OUTBOUND)] for kind in set(MODULES) - OLDER}

    assert {} == {kind: counts for kind, counts in counted.items() if counts[0] < LEAST_IN or counts[1] < LEAST_OUT}


@pytest.mark.parametrize("file", [*INBOUND, *OUTBOUND], ids=name_of)
def test_every_case_says_where_the_provider_documents_it(file: Path) -> None:
    assert case_in(file)["source"].startswith("https://") or file.parent.name == "plain"
