"""The customer's own clock: zone, minute of the day, and the instant at which a local hour comes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.model.customers.record import Live
from hub.nudges.policy import Hours, Policy


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name; None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(record: Live, policy: Policy) -> ZoneInfo:
    """The customer's zone as the shop or their browser told it, else the shop's."""
    told = record.profile.get("time_zone")
    return (zone_named(told.value) if told else None) or zone_named(policy.zone) or ZoneInfo("UTC")


def minute_at(now: int, zone: ZoneInfo) -> int:
    """Minutes since local midnight."""
    local = datetime.fromtimestamp(now / 1000, zone)
    return local.hour * 60 + local.minute


def next_at(now: int, minute: int, zone: ZoneInfo) -> int:
    """The next instant after `now` at which the local clock shows that minute of the day, or has just skipped it."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    for days in range(3):
        day = today + timedelta(days=days + minute // 1440)
        # By way of UTC: an hour that the clock skips in spring has no instant of its own, and arithmetic on local times knows no skip.
        local = datetime(day.year, day.month, day.day, minute % 1440 // 60, minute % 60, tzinfo=zone)
        instant = int(local.astimezone(UTC).timestamp() * 1000)
        if instant > now:
            return instant
    raise ValueError("a day has no end")


def end_of(hours: Hours, now: int, zone: ZoneInfo) -> int:
    """When a span that holds `now` ends."""
    return next_at(now, hours.end, zone)
