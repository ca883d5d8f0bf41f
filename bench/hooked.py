"""All channels' webhooks, signed as their providers sign them: what `bench.hooking` sends and the accounts it sends to."""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle, islice

import msgspec

from bench.calls import TEXT, request
from bench.shop import update
from hub.model.base import Value
from sandbox.desk import Desk
from sandbox.plugged import PLUGS
from sandbox.shown import Bubble, Media, Phone, Webhook, Wrote

ACCOUNT = "bench"
PUBLIC_URL = "https://bench.example"
TELEGRAM, TELEGRAM_SECRET = "telegram", "bench-secret"
KINDS = (*PLUGS, TELEGRAM)
PICTURED, PICTURE = "whatsapp_cloud", Media(kind="image", url="picture", name="picture.jpg", mime_type="image/jpeg")
UNLIMITED = 100_000

WAITS, BURNS = "chờ hệ thống", "tính giúp"
"""What makes the bench's own dialog (`bench.dragging`) ask for two seconds, or compute for 50 ms."""


class Word(Value, frozen=True):
    """One webhook to send: whose, and the number in its words by which it is found again."""

    kind: str
    number: int
    whole: bytes


class Share(Value, frozen=True):
    """Of so many words one is such a word, 0: none is; `pictures`: of those on WhatsApp."""

    waits: int = 0
    burns: int = 0
    pictures: int = 0


def accounts(provider: int, mail: int) -> str:
    """An account of every channel as hub.toml has it, at the provider on that port, with limits lifted."""
    lifted = f"rate_per_second = {UNLIMITED}\nrate_per_address = {UNLIMITED}\n"
    root = f"http://127.0.0.1:{provider}"
    bot = f'channel = "{TELEGRAM}"\nname = "{ACCOUNT}"\nbase_url = "{root}/{TELEGRAM}"\nsecret = "{TELEGRAM_SECRET}"\n'
    told = [f'[[account]]\n{bot}token = "10001:sandbox"\n{lifted}']
    for kind, plug in PLUGS.items():
        fields = {key: value.format(base=f"{root}/{kind}", smtp_port=mail) for key, value in plug.fields.items()}
        lines = "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items())
        told.append(f'[[account]]\nchannel = "{kind}"\nname = "{ACCOUNT}"\nbase_url = "{root}/{kind}{plug.path}"\n{lines}{lifted}')
    return "".join(told)


def _toml(value: str) -> str:
    return msgspec.json.encode(value).decode()


class Customers:
    """Everybody who writes: `each` of them on every channel, one channel after the other."""

    def __init__(self, each: int) -> None:
        self._desks = {kind: _desk(kind) for kind in PLUGS}
        self._everybody = cycle([(kind, n) for n in range(1, each + 1) for kind in KINDS])
        self._number = 0
        self._told = Counter[str]()

    def words(self, count: int, share: Share) -> list[Word]:
        """The next so many webhooks; what none of them holds yet is said by nobody twice."""
        return [self._word(kind, n, share) for kind, n in islice(self._everybody, count)]

    def _word(self, kind: str, customer: int, share: Share) -> Word:
        self._number += 1
        self._told[kind] += 1
        text = f"{_text(self._number, share)} w{self._number}"
        if kind == TELEGRAM:
            header = f"X-Telegram-Bot-Api-Secret-Token: {TELEGRAM_SECRET}\r\n"
            whole = request(_path(kind), msgspec.json.encode(update(self._number, 7_000_000 + customer, text)), header=header)
            return Word(kind, self._number, whole)
        media = (PICTURE,) if kind == PICTURED and share.pictures and self._told[kind] % share.pictures == 0 else ()
        phone = Phone(id=PLUGS[kind].person(customer), name=f"Khách {customer}")
        bubble = Bubble(n=self._number, text=text, mine=True, media=media, external_id=self._desks[kind].new_id("in"))
        return Word(kind, self._number, _written(kind, self._desks[kind].provider.webhooks(Wrote(phone=phone, bubble=bubble))))


def _text(number: int, share: Share) -> str:
    for word, each in ((BURNS, share.burns), (WAITS, share.waits)):
        if each and number % each == 0:
            return word
    return TEXT


def _desk(kind: str) -> Desk:
    """A stand-in that only words and signs; its webhooks are brought by us."""
    desk = Desk(PLUGS[kind].make())
    desk.provider.routes(desk)
    desk.bringing.hook = PUBLIC_URL + _path(kind)
    return desk


def _path(kind: str) -> str:
    return f"/hooks/{kind}/{ACCOUNT}"


def _written(kind: str, webhooks: Sequence[Webhook]) -> bytes:
    """The one request a word is."""
    (webhook,) = webhooks
    lines = "".join(f"{name}: {value}\r\n" for name, value in webhook.headers.items() if name.lower() != "content-type")
    sort = next((value for name, value in webhook.headers.items() if name.lower() == "content-type"), "application/json")
    return request(_path(kind) + webhook.path, webhook.body, header=lines, sort=sort)
