"""A hub whose files lie in a bucket: pictures in and out, the bucket away and back, erased, checked, backed up, moved."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import Struct

from sandbox.s3 import S3StandIn
from tests.bucket.world import KEY, NAME, REGION, SECRET, storage
from tests.commands import hub, told, told_alone
from tests.erasure.searching import where
from tests.media.world import PHONES, Desk, desk_on
from tests.pictures import jpeg, png, segment
from tests.processes import eventually, folder

PICTURE = jpeg(segment(0xDB, b"the only one of its kind " * 400))
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Bucketed(Struct, frozen=True):
    """The hub, its storage, and the settings that bring them together."""

    desk: Desk
    storage: S3StandIn
    settings: dict[str, str]

    async def picture(self, kind: str) -> tuple[str, dict[str, str]]:
        """A picture comes on that channel; the customer, and what was told of it."""
        before = len(self.storage.objects)
        self.desk.send(kind, ("image", PICTURE, "image/jpeg"))
        customer = await self.desk.customer(kind)
        line = (await self.desk.files(customer, 1))[-1]
        await eventually(lambda: len(self.storage.objects) > before, what="the object")
        return customer, line.entry.detail

    async def fetched(self, url: str, **headers: str) -> tuple[int, bytes]:
        """A file as the console gets it."""
        signed = {"Authorization": f"Bearer {self.desk.process.secrets.api_token}", **headers}
        async with self.desk.caller.http.get(self.desk.caller.base + url, headers=signed) as answer:
            return answer.status, await answer.read()


def settings_of(made: S3StandIn) -> dict[str, str]:
    """What an operator sets."""
    keys = {"HUB_S3_ACCESS_KEY": KEY, "HUB_S3_SECRET_KEY": SECRET, "HUB_S3_PREFIX": "hub/"}
    return {"HUB_S3_BUCKET": NAME, "HUB_S3_ENDPOINT": made.base_url, "HUB_S3_REGION": REGION, **keys}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[Bucketed]:
    with folder() as place:
        async with storage() as made, desk_on(place, **settings_of(made)) as desk:
            yield Bucketed(desk, made, settings_of(made))


async def test_a_picture_lies_in_the_bucket_alone_and_is_given_out_whole_and_in_part(house: Bucketed) -> None:
    _, detail = await house.picture("line")

    whole = await house.fetched(detail["url"])
    part = await house.fetched(detail["url"], Range="bytes=4-13")

    assert (200, True) == (whole[0], b"the only one of its kind" in whole[1])
    assert (206, whole[1][4:14]) == part
    assert [] == where("the only one of its kind", house.desk.settings.data)
    assert [] == house.storage.refused


async def test_an_agents_picture_goes_out_from_the_bucket(house: Bucketed) -> None:
    caller, (customer, _) = house.desk.caller, await house.picture("whatsapp_cloud")
    headers = {"Authorization": f"Bearer {house.desk.process.secrets.api_token}"}
    path = f"{caller.base}/api/files?customer={customer}&name=tea.png"
    async with caller.http.post(path, data=png(), headers=headers) as answer:
        kept = await answer.json()
    piece = {key: kept[key] for key in ("kind", "url", "filename", "mime_type", "size")}
    assert (await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})).status == HTTPStatus.OK
    word = {"agent": "lan", "text": "Trà đây ạ", "attachments": [piece]}
    assert (await caller.ask("POST", f"/api/customers/{customer}/say", word)).status == HTTPStatus.OK

    phone = house.desk.phones["whatsapp_cloud"].desk.phone(PHONES["whatsapp_cloud"])
    await eventually(lambda: any(one.media and not one.mine for one in phone.bubbles), what="the picture on the phone")


async def test_while_the_bucket_is_away_pictures_are_kept_and_what_lies_there_comes_later(house: Bucketed) -> None:
    _, there = await house.picture("twilio_whatsapp")
    house.storage.refuse(HTTPStatus.FORBIDDEN, "AccessDenied", times=1_000)
    house.desk.send("twilio_sms", ("image", PICTURE, "image/jpeg"))
    (line,) = await house.desk.files(await house.desk.customer("twilio_sms"), 1)
    here = await house.fetched(line.entry.detail["url"])
    away = await house.fetched(there["url"])

    house.storage.refuse(HTTPStatus.OK, "", times=0)

    assert ("stored", 200, 503) == (line.entry.detail["state"], here[0], away[0])
    assert 200 == (await house.fetched(there["url"]))[0]


async def test_the_doctor_proves_the_bucket_and_says_what_is_wrong_with_it(house: Bucketed) -> None:
    before, data = dict(house.storage.objects), house.desk.settings.data

    well = await asyncio.to_thread(hub, data, "check", **house.settings)
    ill = await asyncio.to_thread(hub, data, "check", **{**house.settings, "HUB_S3_SECRET_KEY": "another"})

    assert f"ok    bucket                   files are kept in {NAME}" in well.stdout
    assert "FAIL  bucket" in ill.stdout
    assert "SignatureDoesNotMatch" in ill.stdout
    assert before == house.storage.objects


async def test_who_is_erased_is_gone_from_the_bucket(house: Bucketed) -> None:
    customer = await house.desk.customer("line")
    theirs = len(house.storage.objects)

    await asyncio.to_thread(told, house.desk.settings.data, "customer", "erase", customer, "--yes", **house.settings)

    assert theirs - 1 == len(house.storage.objects)


async def test_existing_files_move_both_ways_beside_the_running_hub(house: Bucketed) -> None:
    data, lying = house.desk.settings.data, len(house.storage.objects)
    house.storage.refused.clear()

    back = await asyncio.to_thread(told, data, "files", "move", "archive", **house.settings)
    nothing = dict(house.storage.objects)
    there = await asyncio.to_thread(told, data, "files", "move", "bucket", **house.settings)

    assert f"{lying} files" in back
    assert {} == nothing
    # The one that waited while the bucket was away has come along.
    assert f"{lying + 1} files" in there
    assert lying + 1 == len(house.storage.objects)


async def test_a_backup_says_what_it_does_not_carry(tmp_path: Path) -> None:
    with folder() as place:
        async with storage() as made:
            async with desk_on(place, **settings_of(made)) as desk:
                await Bucketed(desk, made, {}).picture("line")
            # This process, whose hub it was, lives on.
            (place / "data" / "hub.lock").unlink()
            said = await asyncio.to_thread(told_alone, place / "data", "backup", str(tmp_path / "b"), **settings_of(made))

    assert f"1 files lie in the bucket {NAME}" in said
