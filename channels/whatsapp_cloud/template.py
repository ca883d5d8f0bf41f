"""Approved templates in WhatsApp's form, and what is wrong with one before WhatsApp says so.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages
"""

import re
from collections.abc import Iterator

from hub.model.messaging.message import Component, Parameter, Template

_BROKEN = re.compile(r"[\r\n\t]| {5,}")
"""A gap takes no line breaks, no tabs and at most four spaces in a row; WhatsApp answers 132018 to one that has them.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes#template-errors
"""

OFFER = "limited_time_offer"
"""When an offer ends, in ms since 1970: …/templates/marketing-templates/limited-time-offer-templates"""

_FILES = frozenset(("image", "video", "document"))
_OF_BUTTON = {"quick_reply": "payload", "url": "text", "copy_code": "coupon_code", "flow": "action"}
"""What fills the gap of a button of each sort."""


def problems_of(template: Template) -> Iterator[str]:
    """What WhatsApp would refuse, a sentence each; nothing where all is well."""
    if not template.name.strip():
        yield "the template has no name"
    if not template.language.strip():
        yield f"the template {template.name} has no language; give it exactly as approved, as en_US or vi"
    for component in template.components:
        for n, parameter in enumerate(component.parameters, 1):
            where = f"gap {parameter.name or n} of the {component.kind} of {template.name}"
            if not parameter.value.strip():
                yield f"{where} is empty"
            elif parameter.kind == OFFER and not parameter.value.isdecimal():
                yield f"{where} is no time in milliseconds"
            elif parameter.kind not in _FILES and _BROKEN.search(parameter.value):
                yield f"{where} has a line break, a tab or more than four spaces in a row"


def template_of(template: Template) -> dict[str, object]:
    """The template as a call names it; components without gaps are left out, for WhatsApp knows them."""
    named: dict[str, object] = {"name": template.name, "language": {"policy": "deterministic", "code": template.language}}
    components = [_component(component) for component in template.components if component.parameters]
    return named | ({"components": components} if components else {})


def _component(component: Component) -> dict[str, object]:
    told: dict[str, object] = {"type": component.kind.lower()}
    sub_type = component.sub_type.lower()
    if told["type"] == "button":
        told |= {"sub_type": sub_type, "index": str(component.index)}
        return told | {"parameters": [_of_button(sub_type, parameter) for parameter in component.parameters]}
    return told | {"parameters": [_parameter(parameter) for parameter in component.parameters]}


def _of_button(sub_type: str, parameter: Parameter) -> dict[str, object]:
    kind = parameter.kind if parameter.kind != "text" else _OF_BUTTON.get(sub_type, "text")
    return {"type": kind, kind: {"flow_token": parameter.value} if kind == "action" else parameter.value}


def _parameter(parameter: Parameter) -> dict[str, object]:
    if parameter.kind == OFFER:
        return {"type": OFFER, OFFER: {"expiration_time_ms": int(parameter.value)}}
    kind = parameter.kind if parameter.kind in {*_FILES, "date_time"} else "text"
    named = {"parameter_name": parameter.name} if parameter.name and kind not in _FILES else {}
    if kind == "date_time":
        return {"type": kind, **named, kind: {"fallback_value": parameter.value}}
    if kind == "text":
        return {"type": kind, **named, kind: parameter.value}
    file = {"link": parameter.value} if "://" in parameter.value else {"id": parameter.value}
    if kind == "document" and parameter.name:
        file["filename"] = parameter.name
    return {"type": kind, kind: file}
