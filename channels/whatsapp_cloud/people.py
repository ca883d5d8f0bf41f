"""Who a webhook of WhatsApp's speaks of: phone numbers, business-scoped ids, usernames, groups.

A customer may have no phone number for us (business-scoped user ids, since April 2026), and may have both; `contacts` is matched by
id, never by its place: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import re
from collections.abc import Iterable, Sequence

from channels.fields import FieldOdd, Json, soft, soft_id, soft_object
from hub.model.base import Value

PHONE = re.compile(r"\+?(\d{3,20})")
USER = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
"""A country, a point and letters and digits; `ENT` where the id holds for all businesses of one owner."""


class Person(Value, frozen=True):
    """A customer: `id` is where to write to, `place` the group it happened in (empty: between us two)."""

    id: str
    aliases: tuple[str, ...] = ()
    name: str = ""
    username: str = ""
    place: str = ""


def person(message: Json, contacts: Sequence[Json]) -> Person:
    """Who wrote; raises FieldOdd where no id is one."""
    ids = _ids(message, ("from", "from_user_id", "from_parent_user_id"))
    if not ids:
        raise FieldOdd("from")
    return _known(ids, contacts, place=soft_id(message, "group_id"))


def person_written_to(message: Json, contacts: Sequence[Json]) -> Person:
    """To whom it went; raises FieldOdd where no id is one."""
    ids = _ids(message, ("to", "to_user_id", "to_parent_user_id"))
    if not ids:
        raise FieldOdd("to")
    return _known(ids, contacts)


def person_of_receipt(status: Json, contacts: Sequence[Json]) -> Person:
    """Whose receipt it is, of a group the group; raises FieldOdd where no id is told."""
    if soft(status, "recipient_type") == "group" and (group := soft_id(status, "recipient_id")):
        return Person(id=group, place=group)
    ids = _ids(status, ("recipient_id", "recipient_user_id", "parent_recipient_user_id", "recipient_parent_user_id", "parent_user_id"))
    if not ids:
        raise FieldOdd("recipient_id")
    return _known(ids, contacts)


def valid(told: str) -> str:
    """An id as we keep it (a phone number without its plus); empty for what is none."""
    if number := PHONE.fullmatch(told):
        return number[1]
    return told if USER.fullmatch(told) else ""


def _ids(of: Json, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for key in keys if (found := valid(soft_id(of, key)))))


def _known(ids: tuple[str, ...], contacts: Sequence[Json], *, place: str = "") -> Person:
    contact = _contact(ids, contacts)
    more = _ids(contact, ("wa_id", "user_id", "parent_user_id"))
    profile = soft_object(contact, "profile")
    return Person(
        id=ids[0],
        aliases=tuple(dict.fromkeys(each for each in (*ids[1:], *more) if each != ids[0])),
        name=soft(profile, "name"),
        username=soft(profile, "username") or soft(contact, "username"),
        place=place,
    )


def _contact(ids: tuple[str, ...], contacts: Sequence[Json]) -> Json:
    """The contact with one of the ids; the only one there is where none has, for a phone number and its `wa_id` may differ."""
    for contact in contacts:
        if not set(ids).isdisjoint(_ids(contact, ("wa_id", "user_id", "parent_user_id"))):
            return contact
    return contacts[0] if len(contacts) == 1 else {}
