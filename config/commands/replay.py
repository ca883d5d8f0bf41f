"""`hub replay CUSTOMER`: take the journalled turns again and compare what they decide."""

from config.commands.running_hub import running_store
from config.rules.policy import rules_of
from config.rules.publishing import known_rules
from config.serving.process import VERSION
from config.settings.values import Settings
from config.wiring.steps import turning_of
from hub.engine.turns.replay import replay
from hub.model.errors import SettingsError
from hub.nudges.rules import Rules


async def run_replay(settings: Settings, customer: str) -> int:
    """Print each turn that decides otherwise today; 1 where there is one, else 0."""
    from hub.store.archive.open import Archive

    archive = await Archive.open(settings.archive_url or str(settings.data / "archive.sqlite3"))
    try:
        turns = [stored.turn for stored in await archive.turns(customer)]
    finally:
        await archive.close()
    if not turns:
        raise SettingsError(f"No turns of {customer} are kept; turns are kept for 7 days, and ids begin with cu-.")
    outcome = replay(turns, turning_of(settings, answers={}, build=VERSION, rules=await _rules(settings)).steps)
    for difference in outcome.differences:
        print(f"differs  {difference}")
    print(f"{outcome.compared} turns compared, {len(outcome.differences)} differ, {outcome.skipped} before the first snapshot")
    return int(bool(outcome.differences))


async def _rules(settings: Settings) -> Rules:
    """With the journeys' older versions, where a hub runs and can be asked for them."""
    try:
        async with running_store(settings) as parts:
            return await known_rules(settings, parts)
    except SettingsError:
        return rules_of(settings)
