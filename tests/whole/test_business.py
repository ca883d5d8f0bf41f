"""A shop's own Telegram account, which a bot answers for: a whole hub, the stand-in over real HTTP."""

import itertools
import time

import pytest
from msgspec import json

from channels.telegram.channel import SECRET_HEADER
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
CONNECTION, OWNER = "bc-Xy12", 555_000_111
_NUMBERS = itertools.count(77_000_001)


async def bring(house: House, who: str, text: str, *, sender: int) -> int:
    """A word in the account's chat with `who`; the status."""
    number = next(_NUMBERS)
    message = {
        "message_id": number,
        "business_connection_id": CONNECTION,
        "from": {"id": sender, "is_bot": False, "first_name": "Lan"},
        "chat": {"id": int(who), "type": "private", "first_name": "Lan"},
        "date": int(time.time()),
        "text": text,
    }
    body = json.encode({"update_id": number, "business_message": message})
    url, headers = f"{house.caller.base}/hooks/telegram/bot", {SECRET_HEADER: "hook-secret"}
    async with house.caller.http.post(url, data=body, headers=headers) as answer:
        await answer.read()
        return answer.status


def answers(house: House, who: str) -> list[dict[str, object]]:
    return [r.params for r in house.outside.telegram.received if r.chat == who and r.method.casefold() == "sendmessage"]


async def test_a_business_chat_is_answered_there_until_its_owner_speaks(house: House) -> None:
    who = "91827364501"

    status = await bring(house, who, HOURS_ASKED, sender=int(who))
    await eventually(lambda: bool(answers(house, who)), what="the answer")
    customer = await house.customer("telegram", "bot", f"business/{CONNECTION}/{who}")
    spoken = await bring(house, who, "Dạ em đây", sender=OWNER)

    async def taken_over() -> bool:
        return any(line.entry.text == "Dạ em đây" for line in await house.caller.lines(customer))

    await eventually(taken_over, what="the owner's word on the timeline")
    (answer,) = answers(house, who)
    lines = {line.entry.text: line.entry.who for line in await house.caller.lines(customer)}
    assert [200, 200] == [status, spoken]
    assert (CONNECTION, who) == (answer["business_connection_id"], answer["chat_id"])
    assert HOURS in str(answer["text"])
    assert ("customer", "agent:phone") == (lines[HOURS_ASKED], lines["Dạ em đây"])
