"""How an official account stands at LINE: https://developers.line.biz/en/reference/messaging-api/#webhook-settings."""

import msgspec
from aiohttp import ClientSession

from channels import http
from channels.fields import Json, soft
from channels.line.errors import decide
from hub.model.channels.abilities import Connection
from hub.model.channels.look import Phrase, phrase
from hub.model.errors import OutcomeUnknown, SendError
from hub.model.failure import Failure

_HOOK = "/v2/bot/channel/webhook/endpoint"
_TEST = "/v2/bot/channel/webhook/test"
_INFO = "/v2/bot/info"
_QUOTA = "/v2/bot/message/quota"
_USED = "/v2/bot/message/quota/consumption"

_SWITCH = (phrase("line.open"), phrase("line.switch"))
_GREETINGS = (phrase("line.greetings"),)

_NEARLY = 0.9
"""Past this share of the month's messages somebody should know."""


async def connected(session: ClientSession, base_url: str, proof: dict[str, str], hook_url: str) -> Connection:
    """Set the webhook and have LINE try it; what only a person can click is told. Raises a SendError."""
    headers = {**proof, "Content-Type": "application/json"}
    body = msgspec.json.encode({"endpoint": hook_url})
    _of(await http.put(session, base_url + _HOOK, body, headers=headers))
    tried = _of(await http.post(session, base_url + _TEST, body, headers=headers))
    found = await looked(session, base_url, proof)
    problems = found.problems
    if tried.get("success") is not True:
        problems = (phrase("line.unreached", reason=soft(tried, "reason") or "?"), *problems)
    return msgspec.structs.replace(found, problems=problems)


async def looked(session: ClientSession, base_url: str, proof: dict[str, str]) -> Connection:
    """Who it is, where its webhook leads, what is left of the month's messages. Raises a SendError."""
    info, hook, quota, used = await http.together(*(_asked(session, base_url + path, proof) for path in (_INFO, _HOOK, _QUOTA, _USED)))
    is_active = hook.get("active") is True
    return Connection(
        name=" ".join(part for part in (soft(info, "displayName"), soft(info, "basicId")) if part),
        hook=soft(hook, "endpoint"),
        clicks=(*(() if is_active else _SWITCH), *_GREETINGS),
        problems=tuple(problem for problem in (_hook_problem(hook), _quota_problem(quota, used)) if problem),
        remarks=tuple(remark for remark in (_quota_remark(quota, used),) if remark),
        tells_hook=True,
    )


async def _asked(session: ClientSession, url: str, proof: dict[str, str]) -> Json:
    # No webhook has been set yet: https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information
    none = _NOT_FOUND if url.endswith(_HOOK) else 0
    answer = await http.get(session, url, headers=proof, fine=none)
    return {} if answer.status == none else _of(answer)


_NOT_FOUND = 404


def _of(answer: http.Answer) -> Json:
    if wrong := decide(answer):
        raise wrong
    try:
        found = msgspec.json.decode(answer.body or b"{}")
    except ValueError:
        raise _odd() from None
    if not isinstance(found, dict):
        raise _odd()
    return found


def _odd() -> SendError:
    return OutcomeUnknown("LINE did not answer with an object", failure=Failure.UNPARSEABLE)


def _hook_problem(hook: Json) -> Phrase | None:
    return phrase("line.hook_off") if soft(hook, "endpoint") and hook.get("active") is not True else None


def _quota_problem(quota: Json, used: Json) -> Phrase | None:
    """Pushed messages are counted by the month where the plan limits them; answers by reply token are not."""
    spent, most = _quota(quota, used)
    if most < 0 or spent < most:
        return None
    return phrase("line.quota_spent", most=str(most))


def _quota_remark(quota: Json, used: Json) -> Phrase | None:
    spent, most = _quota(quota, used)
    return phrase("line.quota_nearly", spent=str(spent), most=str(most)) if most * _NEARLY <= spent < most else None


def _quota(quota: Json, used: Json) -> tuple[int, int]:
    """How many are used, of how many: -1 where there is no limit, or none that is told."""
    most, spent = quota.get("value"), used.get("totalUsage")
    limited = soft(quota, "type") == "limited" and isinstance(most, int) and isinstance(spent, int)
    return (spent, most) if limited and isinstance(most, int) and isinstance(spent, int) else (0, -1)
