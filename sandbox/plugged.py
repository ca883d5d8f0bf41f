"""The stand-ins there are, one line each: as what account a hub reaches them, and who their customers are."""

import hashlib
from collections.abc import Callable, Mapping

from hub.model.base import Value
from sandbox.desk import Provider
from sandbox.email import MailService
from sandbox.faults import Fault
from sandbox.line import Line
from sandbox.messaging import INSTAGRAM, MESSENGER, Meta
from sandbox.slack import Slack
from sandbox.troubles import EXPIRED, TICKET, refused
from sandbox.twilio import SMS, WHATSAPP, Twilio
from sandbox.viber import Viber
from sandbox.whatsapp_cloud import WhatsApp
from sandbox.zalo import APP as ZALO_APP
from sandbox.zalo import OA, Zalo

TOKEN = "sandbox-token"
SECRET = "sandbox-secret"
NUMBER, APP, OWN = "204000000000001", "900", "1"
SHOP = "chao@tiem-may.example"
ACCOUNT_SID, SENDER = "AC" + "7" * 32, "+15005550006"

FOLLOW, REACT, PLACE, COMMENT = "follow", "react", "place", "comment"

_SIGNED = {"token": TOKEN, "secret": SECRET, "verify_token": TOKEN}
_TWILIO = {"account_sid": ACCOUNT_SID, "token": TOKEN, "from": SENDER}


class Plug(Value, frozen=True):
    """One stand-in. `fields`: of the account, as its channel calls them, `{base}` standing for the stand-in's address.

    `path`: what stands behind that in `base_url`; `person`: the address of the nth customer; `names`: of three of them, who speak
    Vietnamese, English and Chinese; `does`: what its customers do besides writing and pressing; `receipts`: how
    far receipts go by themselves; `troubles`: what else can be made to go wrong here.
    """

    make: Callable[[], Provider]
    fields: Mapping[str, str]
    person: Callable[[int], str]
    names: tuple[str, str, str]
    does: frozenset[str] = frozenset()
    path: str = ""
    receipts: str = "delivered"
    troubles: Mapping[str, Fault] = {}


def _mobile(start: str) -> Callable[[int], str]:
    return lambda n: f"{start}{n:04d}"


def _hashed(start: str, length: int) -> Callable[[int], str]:
    return lambda n: start + hashlib.sha256(f"{start}{n}".encode()).hexdigest()[:length]


def _twilio(kind: str) -> Callable[[], Provider]:
    return lambda: Twilio(kind, account_sid=ACCOUNT_SID, token=TOKEN, sender=SENDER)


def _meta(kind: str) -> Callable[[], Provider]:
    return lambda: Meta(kind, token=TOKEN, secret=SECRET, own_id=OWN, app_id=APP)


_META_LATE = {EXPIRED: refused("10/2018278 This message is sent outside of allowed window.")}

PLUGS: Mapping[str, Plug] = {
    "whatsapp_cloud": Plug(
        make=lambda: WhatsApp(token=TOKEN, secret=SECRET, number=NUMBER), fields={**_SIGNED, "phone_number_id": NUMBER}, path="/v25.0",
        person=_mobile("8490001"), names=("Bảo Trân", "Oliver Reed", "林雅婷"), does=frozenset((REACT, PLACE)),
        troubles={EXPIRED: refused("131047 Re-engagement message")},
    ),
    MESSENGER: Plug(
        make=_meta(MESSENGER), fields={**_SIGNED, "page_id": OWN, "app_id": APP, "link_base": "{base}/m.me"}, path="/v25.0",
        person=_mobile("771000000000"),
        names=("Gia Hân", "Grace Miller", "王俊傑"), does=frozenset((REACT, FOLLOW, COMMENT)), troubles=_META_LATE,
    ),
    INSTAGRAM: Plug(
        make=_meta(INSTAGRAM), fields={**_SIGNED, "instagram_account_id": OWN, "app_id": APP}, path="/v25.0",
        person=_mobile("1784000000000"), names=("khanhvy.studio", "noah.walks", "yating.tw"), does=frozenset((REACT, COMMENT)),
        troubles=_META_LATE,
    ),
    "line": Plug(
        make=lambda: Line(token=TOKEN, secret=SECRET), person=_hashed("U", 32),
        fields={"token": TOKEN, "secret": SECRET, "link_base": "{base}"},
        names=("Thanh Tùng", "Chloe Evans", "張家豪"), does=frozenset((FOLLOW, PLACE)), receipts="",
        troubles={TICKET: refused("Invalid reply token", method="reply")},
    ),
    "viber": Plug(
        make=lambda: Viber(token=TOKEN), fields={"token": TOKEN, "sender_name": "Tiệm Mây", "link_base": "{base}/pa"},
        person=_hashed("viber-", 18),
        names=("Đức Huy", "Liam Foster", "吳佩珊"), does=frozenset((FOLLOW, PLACE)),
    ),
    "zalo": Plug(
        make=lambda: Zalo(secret=SECRET, token=TOKEN), person=_mobile("451000000000000"), names=("Ngọc Mai", "Hannah Cole", "陳冠宇"),
        fields={"app_id": ZALO_APP, "oa_id": OA, "secret": SECRET, "token": TOKEN, "business_url": "{base}", "oauth_url": "{base}"},
        does=frozenset((FOLLOW, PLACE)), troubles={EXPIRED: refused("-230 User has not interacted with the OA in the past 7 days")},
    ),
    "slack": Plug(
        make=lambda: Slack(token=TOKEN, secret=SECRET), fields={"token": TOKEN, "secret": SECRET}, person=_mobile("U0PHONE"),
        names=("Thuỳ Linh", "Samuel Hart", "蔡宜庭"), does=frozenset((REACT,)), receipts="",
    ),
    MailService.kind: Plug(
        make=lambda: MailService(address=SHOP, password=TOKEN, basic_auth=f"hook:{SECRET}"), person=lambda n: f"khach{n:04d}@mail.example",
        fields={
            "from": f"Tiệm Mây <{SHOP}>", "token": TOKEN, "provider": "postmark", "basic_auth": f"hook:{SECRET}",
            "smtp_host": "127.0.0.1", "smtp_port": "{smtp_port}", "smtp_security": "none",
        },
        names=("Phương Thảo", "Emily Clarke", "許文彥"),
    ),
    SMS: Plug(
        make=_twilio(SMS), fields=_TWILIO, person=_mobile("+8490002"), names=("Mỹ Duyên", "Ella Brooks", "李宗翰"),
        does=frozenset((FOLLOW,)),
    ),
    WHATSAPP: Plug(
        make=_twilio(WHATSAPP), fields=_TWILIO, person=_mobile("8490003"), names=("Quốc Bảo", "Jack Turner", "黃淑芬"),
        does=frozenset((FOLLOW, PLACE)), troubles={EXPIRED: refused("63016 Failed to send freeform message: outside the allowed window")},
    ),
}  # fmt: skip
"""By kind of channel, in the order in which the page shows them. A stand-in that is made is plugged in here."""

LANGUAGES = ("vi", "en", "zh-TW")
