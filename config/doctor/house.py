"""The doctor's look at the house itself: journeys, people, the inbox's views, the archive's room, where pages find the hub."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from config.doctor.findings import Finding, Level
from config.rules.comments import load_comment_rules
from config.rules.policy import rules_of
from config.rules.publishing import changed_on_the_way
from config.settings.values import Settings
from config.storage.store import Store
from config.wiring.monitoring import reader_of
from hub.engine.archiving.journal_tail import TAIL_ENTRIES
from hub.engine.archiving.reindexing import inbox_stands
from hub.model.alerts.message import sentence_of
from hub.model.errors import HubError, SettingsError
from hub.model.shop.people import Role
from hub.store.channels.accounts import KeptAccounts
from hub.store.embedded.setup import MEBIBYTE
from hub.store.shop.alerts import Alerts
from hub.store.shop.people import Users

BEHIND_MOST = 2_000
"""Journal entries that wait for the archive: a busy hub has some hundreds for a moment."""
ADD_ADMIN = "`hub user add LOGIN --role admin`"


def look_around(settings: Settings, *, free: Callable[[Path], int]) -> tuple[Finding, ...]:
    """What can be seen without a server. `free`: bytes left on a folder's disk."""
    return (journeys_finding(settings), comments_finding(settings), room_finding(settings, free), pages_finding(settings))


async def look_inside(settings: Settings, parts: Store) -> tuple[Finding, ...]:
    """What only the store tells; raises HubError where it does not answer."""
    findings = [await people_finding(parts), await inbox_finding(parts), await alerts_finding(settings, parts)]
    try:
        if names := await changed_on_the_way(settings, parts):
            text = f"{', '.join(names)} changed while customers are on it; raise its `version`, or the hub does not start again."
            findings.append(Finding(name="journeys in use", level=Level.FAIL, text=text))
    except SettingsError:
        # They do not load, which is said by its own finding.
        return tuple(findings)
    return tuple(findings)


def journeys_finding(settings: Settings) -> Finding:
    """Whether all journeys load."""
    try:
        book = rules_of(settings).book
    except SettingsError as error:
        return Finding(name="journeys", level=Level.FAIL, text=f"{error} The hub does not start before that.")
    off = len([journey for journey in book.values() if not journey.live])
    return Finding(name="journeys", level=Level.OK, text=f"{len(book)} load{f', {off} of them off' if off else ''}")


def comments_finding(settings: Settings) -> Finding:
    """Whether the rules that answer comments load, and hold on accounts that are there."""
    try:
        rules = load_comment_rules(settings.comments.rules)
    except SettingsError as error:
        return Finding(name="comments", level=Level.FAIL, text=f"{error} The hub does not start before that.")
    here = {f"{account.channel}/{account.name}" for account in settings.accounts}
    for rule in rules:
        if away := sorted(rule.accounts - here):
            text = f"The rule {rule.name} holds on {away[0]}, which is no account of this hub; correct its accounts."
            return Finding(name="comments", level=Level.WARN, text=text)
    return Finding(name="comments", level=Level.OK, text=f"{len(rules)} rules answer comments" if rules else "no rule answers comments")


def room_finding(settings: Settings, free: Callable[[Path], int]) -> Finding:
    """How large the archive with all files sent is, and whether an erasure, which writes it anew, has room for that."""
    if settings.archive_url:
        return Finding(name="files", level=Level.OK, text="kept in ARCHIVE_URL: see to the room there")
    archive = settings.data / "archive.sqlite3"
    size = archive.stat().st_size if archive.is_file() else 0
    told = f"the archive has {size // MEBIBYTE} MiB with all files sent ({settings.chat.file_size // MEBIBYTE} MiB each at most)"
    if size and free(settings.data) < 2 * size:
        text = f"{told}; an erasure writes it anew and needs twice that: make room, or set HUB_DATA to a larger disk."
        return Finding(name="files", level=Level.WARN, text=text)
    return Finding(name="files", level=Level.OK, text=told)


def pages_finding(settings: Settings) -> Finding:
    """Whether the widget on the shop's pages, and channels that fetch agents' files, find the hub."""
    if settings.public_url:
        return Finding(name="pages", level=Level.OK, text=f"widget, files and sign-in at {settings.public_url}")
    if settings.chat.origins or settings.accounts:
        who = "pages of the shop" if settings.chat.origins else "channels that fetch files"
        text = f"{who} reach this hub by no address it knows; set HUB_PUBLIC_URL to the one under which it is served."
        return Finding(name="pages", level=Level.WARN, text=text)
    return Finding(name="pages", level=Level.OK, text="this machine alone; set HUB_PUBLIC_URL before others come")


async def people_finding(parts: Store) -> Finding:
    """Whether somebody can sign in who names people."""
    users = await Users(parts.links, parts.keys).all()
    if not users:
        text = f"Nobody can sign in yet; open the link that `hub serve` prints, or run {ADD_ADMIN}."
        return Finding(name="people", level=Level.WARN, text=text)
    if not any(user.active and user.role is Role.ADMIN for user in users):
        return Finding(name="people", level=Level.FAIL, text=f"No admin can sign in, so nobody names people; run {ADD_ADMIN}.")
    return Finding(name="people", level=Level.OK, text=f"{len([user for user in users if user.active])} can sign in")


async def inbox_finding(parts: Store) -> Finding:
    """Whether the inbox's views are built, and the archive follows the journals they are learned from."""
    links, keys = parts.links, parts.keys
    try:
        built = await inbox_stands(links, keys)
        waiting = [links.call(partition.journal, "XLEN", partition.journal) for partition in keys.partitions]
        behind = sum([max(0, cast("int", await one) - TAIL_ENTRIES) for one in waiting])
    except HubError as error:
        return Finding(name="inbox", level=Level.FAIL, text=f"Its views cannot be read ({error}); see to the server.")
    if not built:
        text = "Its views are not built yet; start a worker (`hub serve`) and look again in a minute."
        return Finding(name="inbox", level=Level.WARN, text=text)
    if behind > BEHIND_MOST:
        text = f"{behind} journal entries wait for the archive; see in the log of the worker why it does not take them."
        return Finding(name="inbox", level=Level.WARN, text=text)
    return Finding(name="inbox", level=Level.OK, text="its views are built and follow")


async def alerts_finding(settings: Settings, parts: Store) -> Finding:
    """What the running hub itself says is wrong, and whether anybody is told of it."""
    open_now = (await Alerts(parts.links, parts.keys).book()).open
    reader = replace(reader_of(settings), language="en")
    if open_now:
        return Finding(name="alerts", level=Level.WARN, text=" ".join(sentence_of(alert, reader) for alert in open_now))
    kept = await KeptAccounts(parts.links, parts.keys).all()
    known = {(account.channel, account.name) for account in settings.accounts} | {one.place for one in kept if one.active}
    if lost := [f"{to.channel}/{to.account}" for to in settings.alerts.to if (to.channel, to.account) not in known]:
        text = f"alerts.to names {', '.join(lost)}, which is no account at work here; nobody is told over it before it is set up."
        return Finding(name="alerts", level=Level.WARN, text=text)
    if not settings.alerts.to and not settings.alerts.webhook:
        text = "nothing is wrong; who shall be told when something is, is not set: see [alerts] in docs/settings.md"
        return Finding(name="alerts", level=Level.OK, text=text)
    return Finding(name="alerts", level=Level.OK, text="nothing is wrong, and the shop's people are told when something is")
