"""The marketers' rules of these settings: the gate's policy and the journeys."""

from collections.abc import Container

from channels.windows import RULES
from config.reference.nudges import Waiting
from config.rules.comments import load_comment_rules
from config.rules.journeys import load_journeys
from config.settings.values import Settings
from hub.nudges.comment_rules import CommentBook
from hub.nudges.policy import MINUTE_MS, Caps, Hours, Policy
from hub.nudges.rules import Rules

WEB_CHAT = "webchat/web"


def rules_of(settings: Settings, connected: Container[str] | None = None) -> Rules:
    """The gate's rules and the journeys; raises SettingsError with the first mistake in a journey's file or that of comments.

    `connected`: the accounts at work as `kind/name`, which may come and go; without it those of the settings.
    """
    shop, nudges = settings.shop, settings.nudges
    policy = Policy(
        zone=shop.time_zone,
        country=nudges.country,
        language=shop.language,
        languages=shop.languages,
        shop=shop.name,
        link=nudges.cart_url,
        quiet=Hours.of(nudges.quiet_hours),
        live_ms=int(nudges.live_minutes * MINUTE_MS),
        consent=nudges.consent,
        caps=Caps(day=nudges.per_day, week=nudges.per_week, channel_day=nudges.per_channel_day),
        abandoned_ms=int(nudges.abandoned_minutes * MINUTE_MS),
        windows=RULES,
        accounts=frozenset({WEB_CHAT, *(f"{one.channel}/{one.name}" for one in settings.accounts)}) if connected is None else connected,
    )
    comments = CommentBook(rules=load_comment_rules(settings.comments.rules), wait=settings.comments.waiting is Waiting.QUEUE)
    return Rules(policy=policy, book=load_journeys(nudges.journeys, holdout=nudges.holdout), comments=comments)
