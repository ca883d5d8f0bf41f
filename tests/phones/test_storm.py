"""A storm of 429 on every channel at once: nothing lost, the order kept, nobody asked before the time, others not kept waiting."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
import pytest_asyncio
from msgspec import Struct

from tests.phones.sides import Asked
from tests.phones.table import TABLE, Busy
from tests.phones.world import Channels, Somebody
from tests.processes import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")
on_every_channel = pytest.mark.parametrize("kind", list(TABLE))

WAIT_S, REFUSED = 3, 2
EARLY = 0.95
"""Clocks of two kinds."""
LATE_S = 1.0
"""On a busy machine a call comes so late after it was let go, and with it those behind it."""
WORDS = [f"tin số {n}" for n in range(1, 6)]
MORE = [f"lời thứ {n}" for n in range(1, 17)]
WITHIN_S = 30.0


class Storm(Struct):
    """What two customers of one channel saw, and what the provider was asked for them: `lan` is refused twice, `minh` never."""

    lan: list[str]
    minh: list[str]
    for_lan: Sequence[Asked]
    for_minh: Sequence[Asked]


async def storm(channels: Channels, kind: str) -> Storm:
    """A person writes to both, to `minh` once the provider is busy for `lan`."""
    lan, minh = channels.somebody(kind), channels.somebody(kind)
    to_lan, to_minh = await lan.met(), await minh.met()
    before, before_minh = len(lan.side.asked(lan.chat)), len(minh.side.asked(minh.chat))

    def asked() -> Sequence[Asked]:
        return lan.side.asked(lan.chat)[before:]

    lan.side.throttle(lan.chat, times=REFUSED, retry_after=WAIT_S)
    for text in WORDS:
        await to_lan.says(text)
    await eventually(lambda: bool(asked()), within=WITHIN_S, what="the refused call")
    for text in MORE:
        await to_minh.says(text)
    await asyncio.gather(_has(lan, WORDS[-1]), _has(minh, MORE[-1]))
    return Storm(lan.heard()[1:], minh.heard()[1:], asked(), minh.side.asked(minh.chat)[before_minh:])


async def _has(somebody: Somebody, text: str) -> None:
    await somebody.hears(text, within=WITHIN_S)


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def storms(channels: Channels) -> Mapping[str, Storm | BaseException]:
    """All at once, for they wait much and do little."""
    return dict(zip(TABLE, await asyncio.gather(*(storm(channels, kind) for kind in TABLE), return_exceptions=True), strict=True))


@pytest.fixture
def seen(storms: Mapping[str, Storm | BaseException], kind: str) -> Storm:
    found = storms[kind]
    if isinstance(found, BaseException):
        raise found
    return found


@on_every_channel
async def test_nothing_is_lost_and_the_order_is_kept(seen: Storm) -> None:
    assert WORDS == seen.lan
    assert MORE == seen.minh


@on_every_channel
async def test_each_refused_call_is_made_once_more_and_not_before_the_provider_said(seen: Storm) -> None:
    refused = [earlier for earlier in seen.for_lan if not earlier.taken]
    pauses = [later.at - earlier.at for earlier, later in pairwise(seen.for_lan) if not earlier.taken]

    assert (REFUSED, len(WORDS) + REFUSED) == (len(refused), len(seen.for_lan))
    assert [] == [pause for pause in pauses if pause < WAIT_S * EARLY]


@on_every_channel
async def test_only_those_wait_for_whom_the_refusal_was(seen: Storm, kind: str) -> None:
    refused = [asked.at for asked in seen.for_lan if not asked.taken]
    first = seen.for_minh[0].at

    match TABLE[kind].busy:
        case Busy.ACCOUNT:
            assert first >= refused[0] + WAIT_S * EARLY
        case Busy.CUSTOMER:
            assert first < refused[0] + WAIT_S


@on_every_channel
async def test_nobody_is_written_to_faster_than_the_account_allows(channels: Channels, seen: Storm, kind: str) -> None:
    rates, times = channels.rates(kind), [asked.at for asked in seen.for_minh]

    assert len(MORE) == len(times)
    for n, begun in enumerate(times):
        may = [rates.address_burst + rates.per_address * (ended - begun + LATE_S) / EARLY for ended in times[n:]]
        assert [] == [(count, most) for count, most in enumerate(may, 1) if count > most]
