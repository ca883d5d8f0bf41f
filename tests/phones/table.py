"""What each way ends in on each channel, in one table; what it says is held against what the channels declare."""

from collections.abc import Mapping
from enum import StrEnum

from hub.model.base import Value
from hub.model.messaging.message import ButtonKind, Capabilities
from hub.model.words import DeliveryState


class Twelve(StrEnum):
    """How twelve answers stand on the phone."""

    PRESSED = "to press"
    NUMBERED = "numbered"


class Picture(StrEnum):
    """How a picture of the hub's own reaches the customer where the hub has a public address; without one it is uploaded or a link."""

    FETCHED = "fetched by link"
    ENCLOSED = "enclosed"


class Busy(StrEnum):
    """For whom a 429 asks to wait."""

    ACCOUNT = "the account"
    CUSTOMER = "the customer"


class Row(Value, frozen=True):
    """One channel. `press`: how many answers can be pressed at most (0: they are typed); `told`: how far receipts go."""

    twelve: Twelve
    press: int
    picture: Picture
    told: DeliveryState
    busy: Busy


_PRESSED, _NUMBERED = Twelve
_FETCHED, _ENCLOSED = Picture
_ACCOUNT, _CUSTOMER = Busy
_SENT, _THERE, _READ = DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ

TABLE: Mapping[str, Row] = {
    #                        twelve     press  picture     told    a 429 is for
    "telegram":         Row(_PRESSED,   100,   _FETCHED,   _SENT,  _CUSTOMER),
    "whatsapp_cloud":   Row(_NUMBERED,   10,   _FETCHED,   _READ,  _ACCOUNT),
    "messenger":        Row(_PRESSED,    13,   _FETCHED,   _READ,  _ACCOUNT ),
    "instagram":        Row(_PRESSED,    13,   _FETCHED,   _READ,  _ACCOUNT ),
    "line":             Row(_PRESSED,    24,   _FETCHED,   _SENT,  _ACCOUNT),
    "viber":            Row(_PRESSED,    24,   _FETCHED,   _READ,  _CUSTOMER),
    "zalo":             Row(_NUMBERED,    5,   _FETCHED,   _READ,  _CUSTOMER),
    "slack":            Row(_PRESSED,   100,   _FETCHED,   _SENT,  _CUSTOMER),
    "email":            Row(_NUMBERED,    0,   _ENCLOSED,  _READ,  _CUSTOMER),
    "twilio_sms":       Row(_NUMBERED,    0,   _FETCHED,   _THERE, _ACCOUNT),
    "twilio_whatsapp":  Row(_NUMBERED,    0,   _FETCHED,   _READ,  _ACCOUNT),
}  # fmt: skip

ANSWERS = 12


def declared(can: Capabilities) -> tuple[Twelve, int, DeliveryState]:
    """Of a row what a channel declares: how twelve answers stand, how many can be pressed, how far receipts go."""
    buttons = can.buttons if ButtonKind.REPLY in can.button_kinds else 0
    press = max(can.quick_replies, can.rows, buttons)
    told = _READ if can.read_receipts else _THERE if can.receipts else _SENT
    return _PRESSED if press >= ANSWERS else _NUMBERED, press, told
