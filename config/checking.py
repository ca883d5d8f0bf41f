"""`hub check`: every finding of the doctor, printed; the server asked where it runs."""

from aiohttp import ClientSession

from config.channels import build_channel
from config.checkup import look_around, look_inside
from config.doctor import Ask, Finding, Level, examine, these_surroundings
from config.outside import alone
from config.settings import Account, Settings
from config.stored import store
from hub.model.errors import HubError, SettingsError
from hub.store.embedded_lock import find_running
from hub.store.keys import Keys
from hub.store.links import connect

_SIGNS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}
_ASK_S = 2.0


async def run_check(settings: Settings) -> int:
    """Print the findings; 1 where something is wrong, else 0."""
    async with ClientSession() as session:
        findings = await _findings(settings, session)
    for finding in findings:
        print(f"{_SIGNS[finding.level]}  {finding.name:<24} {finding.text}")
    return int(any(finding.level is Level.FAIL for finding in findings))


async def _findings(settings: Settings, session: ClientSession) -> tuple[Finding, ...]:
    def missing(account: Account) -> tuple[str, ...]:
        try:
            build_channel(account, alone(session), public_url=settings.public_url)
        except SettingsError as error:
            return (str(error),)
        return ()

    machine = these_surroundings()
    around = look_around(settings, free=machine.free)
    try:
        url = settings.redis_url or f"unix://{find_running(settings.data)}"
    except SettingsError:
        return (*await examine(settings, surroundings=machine, ask=None, missing=missing), *around)
    links = await connect(url, timeout=_ASK_S)
    ask: Ask = lambda *command: links.call("", *command)  # noqa: E731 - the doctor's own shape
    try:
        seen = await examine(settings, surroundings=machine, ask=ask, missing=missing)
        return (*seen, *around, *await look_inside(settings, store(links, Keys(settings.key_prefix))))
    except HubError as error:
        return (Finding(name="redis", level=Level.FAIL, text=f"The server does not answer ({error}); start it or mend REDIS_URL."),)
    finally:
        await links.stop()
