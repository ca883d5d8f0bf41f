"""How a number stands at WhatsApp, and bringing its events to us.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override,
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/health-status
"""

from collections.abc import Iterator
from dataclasses import dataclass

from channels.fields import Json, objects, seconds_of, soft, soft_object
from channels.meta.graph import Graph
from channels.whatsapp_cloud import enforced
from hub.model.channels.abilities import Connection
from hub.model.channels.look import Phrase, phrase
from hub.model.errors import Misconfigured, Rejected

FIELDS = ("messages", "smb_message_echoes", "calls", "user_preferences", *enforced.FIELDS)
"""What we ask Meta to tell: …/whatsapp/webhooks/overview#fields"""

_ASKED = "display_phone_number,verified_name,quality_rating,status,webhook_configuration,health_status"
_OF_TEMPLATES = "name,language,status,quality_score"
_PAUSED, _DISABLED, _REJECTED = "PAUSED", "DISABLED", "REJECTED"
"""https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-pausing"""

_NEEDED = ("whatsapp_business_messaging",)


@dataclass(frozen=True, slots=True)
class Standing:
    """Asks and sets at Graph. `app_graph` speaks as the app itself, where its id is known."""

    graph: Graph
    app_graph: Graph
    number: str
    business: str
    app: str
    token: str
    verify_token: str

    async def bring_to(self, hook_url: str) -> None:
        """Bring this number's events to the address; subscribe the app where we know what for. Raises a SendError."""
        if self.app:
            wanted = {"object": "whatsapp_business_account", "callback_url": hook_url, "verify_token": self.verify_token}
            await self.app_graph.post(f"{self.app}/subscriptions", {**wanted, "fields": ",".join(FIELDS)})
        if self.business:
            await self.graph.post(f"{self.business}/subscribed_apps", {})
        override = {"override_callback_uri": hook_url, "verify_token": self.verify_token}
        await self.graph.post(self.number, {"webhook_configuration": override})

    async def ask(self) -> "Told":
        """What Graph says of the number, the token and, where the business is known, its templates; raises a SendError."""
        number = await self.graph.get(self.number, {"fields": _ASKED})
        unread: list[Phrase] = []
        token, refused = await self._told("debug_token", {"input_token": self.token})
        unread += [phrase("whatsapp_cloud.token_untold", reason=refused)] if refused else []
        asked = {"fields": _OF_TEMPLATES, "limit": "200"}
        listed, refused = await self._told(f"{self.business}/message_templates", asked) if self.business else ({}, "")
        unread += [phrase("whatsapp_cloud.templates_untold", reason=refused)] if refused else []
        return Told(
            number=number,
            token=soft_object(token, "data"),
            templates=tuple(objects(listed, "data")),
            unread=tuple(unread),
            by_hand=not self.app,
        )

    async def _told(self, path: str, params: dict[str, str]) -> tuple[Json, str]:
        """What is good to know and no condition of sending (a token may be allowed to write and not to look), or why it is not told."""
        try:
            return await self.graph.get(path, params), ""
        except (Misconfigured, Rejected) as error:
            return {}, error.reason or error.code or "?"


@dataclass(frozen=True, slots=True)
class Told:
    """What Graph answered, and what it would not tell; `by_hand`: the app's fields are subscribed by a person."""

    number: Json
    token: Json
    templates: tuple[Json, ...] = ()
    unread: tuple[Phrase, ...] = ()
    by_hand: bool = True


def standing_of(told: Told, hook_url: str) -> Connection:
    """What an admin shall read of it."""
    shown = (soft(told.number, "verified_name"), soft(told.number, "display_phone_number"))
    hooks = soft_object(told.number, "webhook_configuration")
    hook = soft(hooks, "phone_number") or soft(hooks, "whatsapp_business_account") or soft(hooks, "application")
    return Connection(
        name=" ".join(part for part in shown if part),
        hook=hook,
        clicks=_clicks(hook_url) if told.by_hand else (),
        problems=(*_number_problems(told.number), *_token_problems(told.token)),
        remarks=(*_number_remarks(told.number), *_template_remarks(told.templates), *told.unread),
        until=seconds_of(told.token, "expires_at"),
        tells_hook=True,
    )


def _clicks(hook_url: str) -> tuple[Phrase, ...]:
    return (
        phrase("whatsapp_cloud.open"),
        phrase("whatsapp_cloud.hook", hook=hook_url),
        phrase("whatsapp_cloud.fields", fields=", ".join(FIELDS)),
    )


def _number_problems(number: Json) -> Iterator[Phrase]:
    status = soft(number, "status")
    if status and status != "CONNECTED":
        yield phrase("whatsapp_cloud.number", status=status)
    for entity in objects(soft_object(number, "health_status"), "entities"):
        who = _named(entity)
        for error in objects(entity, "errors"):
            why = f"{soft(error, 'error_description')} {soft(error, 'possible_solution')}".strip()
            yield phrase("whatsapp_cloud.blocked", who=who, why=why)


def _number_remarks(number: Json) -> Iterator[Phrase]:
    if soft(number, "quality_rating") == "RED":
        yield phrase("whatsapp_cloud.number_red")
    for entity in objects(soft_object(number, "health_status"), "entities"):
        who = _named(entity)
        if soft(entity, "can_send_message") == "LIMITED":
            more = entity.get("additional_info")
            why = " ".join(text for text in more if isinstance(text, str)) if isinstance(more, list) else ""
            yield phrase("whatsapp_cloud.limited", who=who, why=why) if why else phrase("whatsapp_cloud.limited_untold", who=who)


def _named(entity: Json) -> str:
    return soft(entity, "entity_type").replace("_", " ").lower() or "something"


def _token_problems(token: Json) -> Iterator[Phrase]:
    if token.get("is_valid") is False:
        yield phrase("whatsapp_cloud.token_ended")
    held = token.get("scopes")
    for scope in _NEEDED:
        if isinstance(held, list) and scope not in held:
            yield phrase("whatsapp_cloud.token_lacks", scope=scope)


def _template_remarks(templates: tuple[Json, ...]) -> Iterator[Phrase]:
    for template in templates:
        called = f"{soft(template, 'name')} ({soft(template, 'language')})"
        status = soft(template, "status")
        if status == _PAUSED:
            yield phrase("whatsapp_cloud.template_paused", template=called)
        elif status == _DISABLED:
            yield phrase("whatsapp_cloud.template_disabled", template=called)
        elif status == _REJECTED:
            yield phrase("whatsapp_cloud.template_rejected", template=called)
        elif soft(soft_object(template, "quality_score"), "score") == "RED":
            yield phrase("whatsapp_cloud.template_red", template=called)
