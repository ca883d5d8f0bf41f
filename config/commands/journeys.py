"""`hub journey`: check a journey's file, list the journeys, and explain why somebody is, or is not, written to."""

from pathlib import Path

from msgspec import json

from config.commands.running_hub import instant, running_store
from config.rules.journeys import read_journey
from config.rules.policy import rules_of
from config.rules.publishing import known_rules
from config.settings.values import Settings
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError
from hub.nudges.explain import Explained, explain
from hub.nudges.rules import Switches
from hub.store.customers.records import Customers
from hub.store.mailboxes.kill_switch import Switch
from hub.store.shop.journeys import JourneySwitches


def check(file: Path) -> int:
    """Print every mistake of a journey's file, or that there is none; 1 where there is one."""
    journey, mistakes = read_journey(file)
    for mistake in mistakes:
        print(mistake.told(str(file)))
    if journey is None:
        return 1
    print(f"{file}: journey {journey.name}, version {journey.version}, {len(journey.steps)} steps; nothing is wrong with it")
    return 0


def listed(settings: Settings) -> int:
    """Print the journeys of these settings."""
    for name, journey in sorted(rules_of(settings).book.items()):
        steps = " → ".join(step.id for step in journey.steps)
        print(f"{name}  version {journey.version}, {'live' if journey.live else 'off'}, holdout {journey.holdout:g} %: {steps}")
    return 0


async def explained(settings: Settings, customer: str, name: str, *, step: str) -> Explained:
    """Each check of the gate for a customer and a journey's step, in the gate's own order. Raises SettingsError."""
    rules = rules_of(settings)
    journey = rules.book.get(name)
    if journey is None:
        raise SettingsError(f"There is no journey {name}; there are {', '.join(sorted(rules.book)) or 'none'} (`hub journey list`).")
    if step and journey.step(step) is None:
        raise SettingsError(f"Journey {name} has no step {step}; it has {', '.join(one.id for one in journey.steps)}.")
    async with running_store(settings) as parts:
        rules = await known_rules(settings, parts)
        record = await Customers(parts.links, parts.keys).find(customer)
        switched = await JourneySwitches(parts.links, parts.keys).all()
        stopped = await Switch(parts.links, parts.keys).thrown()
    if record is None:
        raise SettingsError(f"Nobody has the id {customer}; find it with `hub customer find CHANNEL ACCOUNT ADDRESS`.")
    switches = Switches(stopped=stopped, journeys={key: one.live for key, one in switched.items()})
    return explain(record, journey, step=step, now=SystemClock().now(), rules=rules, switches=switches)


def as_json(told: Explained) -> str:
    """The same for programs."""
    return json.format(json.encode(told), indent=2).decode()


def lines_of(told: Explained, language: str) -> list[str]:
    """What `explain` says, as a person reads it."""
    where = f" on {told.channel}" if told.channel else ""
    lines = [f"{told.customer}: {told.journey}, step {told.step or '?'}{where}: {told.verdict}{f' ({told.reason})' if told.reason else ''}"]
    if told.passes > told.at:
        lines.append(f"  would go at {instant(told.passes)}, were nothing else to happen")
    for one in told.checks:
        words = one.words.get(language, one.reason)
        about = f" [{one.about}]" if one.about else ""
        until = f", until {instant(one.until)}" if one.until else ""
        lines.append(f"  {one.verdict:<7} {one.check:<12} {words}{about}{until}".rstrip())
    lines += [f"  {instant(one.at)}  {one.step}: {one.outcome} {one.reason}".rstrip() for one in told.past]
    return lines
