"""A Zalo Official Account as a channel, after https://developers.zalo.me/docs/official-account at API v3.

Messages within the customer's window go as consultation messages; what the shop begins goes as an approved template, by the person's id
or by phone number (the former ZNS). The calls for transaction and promotion messages ended on 2026-03-01.
"""

import hashlib
import hmac
import re
from http import HTTPStatus
from urllib.parse import quote

import msgspec
from aiohttp import ClientSession, FormData
from msgspec.structs import replace

from channels import http
from channels.fields import Json, object_in, soft, soft_id
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.zalo.errors import TOKEN_REFUSED, Told, decide, read
from channels.zalo.files import FILE_BYTES, IMAGE_BYTES, uploaded
from channels.zalo.parse import Self, parse_event
from channels.zalo.render import (
    BUTTON_TITLE,
    BY_ID,
    BY_PHONE,
    CARD_TITLE,
    CS,
    GROUP_MESSAGE,
    MOST_BUTTONS,
    MOST_CARDS,
    TEXT_UNITS,
    UNNAMED,
    calls_of,
)
from channels.zalo.tokens import Access, Credentials
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection, Person
from hub.model.channels.look import Phrase, phrase
from hub.model.channels.ports import Call, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import BadSignature, OutcomeUnknown, Rejected, SettingsError, TemporaryFailure
from hub.model.events.event import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.files.wanted import Whence
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import ButtonKind, Capabilities, MediaKind, ReplyKind
from hub.model.text.measuring import Unit

BASE_URL = "https://openapi.zalo.me"
BUSINESS_URL = "https://business.openapi.zalo.me"
"""Templates by phone number: https://developers.zalo.me/docs/zalo-notification-service/gui-tin-zns/gui-zns"""

OAUTH_URL = "https://oauth.zaloapp.com"
SIGNATURE_HEADER, TIMESTAMP_HEADER = "x-zevent-signature", "x-zevent-timestamp"
FORMULA = "sha256(app_id + body + timestamp + oa_secret_key)"
"""https://developers.zalo.me/docs/official-account/webhook/tong-quan. A plain digest, no HMAC, of the OA's secret, not the app's."""

WINDOW_HOURS = 48
"""Free of charge; https://developers.zalo.me/docs/official-account/tin-nhan/tin-tu-van/dieu-kien-gui-tin-tu-van"""

_PATHS = {
    CS: "/v3.0/oa/message/cs",
    GROUP_MESSAGE: "/v3.0/oa/group/message",
    UNNAMED: "/v2.0/oa/message",
    BY_ID: "/v3.0/oa/message/template",
}
_BY_PHONE_PATH = "/message/template"
_TERM = re.compile(r"app_?id|oa_?id|raw_?body|body|data|time_?stamp|oa_?secret(?:_?key)?|secret(?:_?key)?", re.IGNORECASE)
_DECODER = msgspec.json.Decoder()
_JSON = {"Content-Type": "application/json"}

CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.CHARACTERS,
    quick_replies=MOST_BUTTONS,
    quick_reply_title=BUTTON_TITLE,
    reply_kinds=frozenset((ReplyKind.TEXT, ReplyKind.URL, ReplyKind.PHONE, ReplyKind.FORM)),
    buttons=MOST_BUTTONS,
    button_title=BUTTON_TITLE,
    button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL, ButtonKind.WEBVIEW, ButtonKind.CALL)),
    cards=MOST_CARDS,
    card_title=CARD_TITLE,
    templates=True,
    caption_units=TEXT_UNITS,
    media=frozenset((MediaKind.IMAGE, MediaKind.FILE, MediaKind.STICKER)),
    media_bytes={MediaKind.IMAGE: IMAGE_BYTES, MediaKind.FILE: FILE_BYTES},
    reply_to=True,
    receipts=True,
    read_receipts=True,
    window_hours=WINDOW_HOURS,
    retry_horizon_days=1,
)


class Settings(Value, frozen=True):
    """One Official Account. `secret` signs its webhooks, `app_secret` renews its tokens; `formula` as Zalo writes it.

    `form_image`: picture beside a request for a customer's details; `persons`: whose an echo without an `admin_id` is.
    """

    account: str
    app_id: str
    secret: str
    token: str = ""
    refresh_token: str = ""
    app_secret: str = ""
    oa_id: str = ""
    formula: str = FORMULA
    base_url: str = BASE_URL
    business_url: str = BUSINESS_URL
    oauth_url: str = OAUTH_URL
    form_image: str = ""
    persons: bool = False

    def __repr__(self) -> str:
        """No secret and no token reaches a log."""
        return f"Settings(account={self.account!r}, app_id={self.app_id!r}, base_url={self.base_url!r})"


class Zalo:
    """One Official Account as a channel. Raises SettingsError for settings that cannot be right."""

    kind = "zalo"

    def __init__(self, settings: Settings, outside: Outside, *, capabilities: Capabilities = CAPABILITIES) -> None:
        _check(settings)
        self.account = settings.account
        self.capabilities = capabilities
        self._settings = settings
        self._session: ClientSession = outside.session
        self._clock = outside.clock
        self._me = Self(account=settings.account, oa=settings.oa_id, persons=settings.persons)
        credentials = Credentials(
            account=settings.account,
            app=settings.app_id,
            secret=settings.app_secret,
            token=settings.token,
            refresh=settings.refresh_token,
            url=settings.oauth_url,
        )
        self._access = Access(credentials, outside.session, clock=outside.clock, tokens=outside.tokens)

    def verify(self, request: Inbound) -> None:
        """Compare the digest of the raw bytes in constant time; raises BadSignature. `mac=` before it may be missing.

        A GET only looks whether we are there, and tells nothing.
        """
        if request.method == "GET":
            return
        told = request.headers.get(SIGNATURE_HEADER, "").strip()
        if not told:
            raise BadSignature("the signature is missing", code="missing_signature")
        given = told.partition("=")[2].strip() if told[:4].lower().startswith("mac") else told
        # Some events are signed with the header's moment instead of the body's; both are under the secret.
        moments = {_timestamp(request.body), request.headers.get(TIMESTAMP_HEADER, "")}
        right = [signature(self._settings, request.body, moment) for moment in sorted(moments)]
        if not any(hmac.compare_digest(given.lower().encode(errors="replace"), each.encode()) for each in right):
            raise BadSignature("the signature is not the body's")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one webhook; raises Unparseable for a body that is not a JSON object."""
        if request.method == "GET":
            return []
        return parse_event(object_in(request.body), self._me)

    def answer(self, _request: Inbound, _events: list[Incoming | Unparsed]) -> Reply | None:
        """A plain 200 does, within two seconds."""
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order; raises Rejected where this address cannot be sent it."""
        return calls_of(delivery, limit=self.capabilities.text_units, picture=self._settings.form_image)

    async def prepare(self, delivery: Delivery, files: Files) -> Delivery:
        """Upload what Zalo cannot fetch by its address: files, GIFs, pictures that are not at an https address. Raises a SendError."""
        pieces = delivery.message.attachments
        if not pieces or delivery.message.template:
            return delivery
        access = await self._access.bearer()
        named = [await uploaded(piece, files, lambda kind, form: self._upload(kind, form, access)) for piece in pieces]
        return replace(delivery, message=replace(delivery.message, attachments=tuple(named)))

    async def send(self, call: Call, _delivery: Delivery) -> Sent:
        """Make one call; raises a SendError. A refused token is renewed first, and the call may go again."""
        settings = self._settings
        url = settings.business_url + _BY_PHONE_PATH if call.method == BY_PHONE else settings.base_url + _PATHS[call.method]
        told = await self._ask(url, msgspec.json.encode(call.params))
        return Sent(external_id=told)

    async def who(self, address: Address) -> Person:
        """Who somebody is who has written or follows; Zalo tells of nobody else. Raises a SendError."""
        if not address.id.isdigit():
            raise Rejected("a group, or somebody without a name", failure=Failure.RECIPIENT)
        asked = quote(msgspec.json.encode({"user_id": address.id}))
        url = f"{self._settings.base_url}/v3.0/oa/user/detail?data={asked}"
        try:
            return await self._person(url)
        except TemporaryFailure as error:
            if error.retry_after != 0:
                raise
            # The token was renewed just now, as often at the day's first word.
            return await self._person(url)

    async def close(self) -> None:
        """Let a renewal of the token end; the session belongs to the hub."""
        await self._access.close()

    async def connect(self, hook_url: str) -> Connection:
        """Zalo has no call that sets a webhook: what a person does there, and how the account stands. Raises a SendError."""
        return replace(await self.look(hook_url), clicks=_clicks(hook_url))

    async def look(self, _hook_url: str) -> Connection:
        """Prove the token by asking who we are; tells when it ends, and what the account still lacks. Raises a SendError."""
        access = await self._access.bearer()
        answer = await http.get(self._session, f"{self._settings.base_url}/v2.0/oa/getoa", headers={"access_token": access})
        await self._taken(answer, access)
        return _connection(answer.body, self._settings, until=(await self._access.current()).until)

    async def _ask(self, url: str, body: bytes) -> str:
        """POST with the token; returns the message's id. Raises a SendError."""
        access = await self._access.bearer()
        answer = await http.post(self._session, url, body, headers={**_JSON, "access_token": access})
        told = await self._taken(answer, access)
        if not told or not told.message_id:
            raise OutcomeUnknown("the answer has no message_id", failure=Failure.UNEXPECTED)
        return told.message_id

    async def _person(self, url: str) -> Person:
        access = await self._access.bearer()
        answer = await http.get(self._session, url, headers={"access_token": access})
        await self._taken(answer, access)
        told = _data(answer.body)
        return Person(name=soft(told, "display_name").strip(), picture=soft(told, "avatar"))

    async def _upload(self, kind: str, form: FormData, access: str) -> bytes:
        """Send a file up; returns the answer's body. Nothing is shown to anybody yet. Raises a SendError."""
        url = f"{self._settings.base_url}/v2.0/oa/upload/{kind}"
        answer = await http.post(self._session, url, form, headers={"access_token": access})
        await self._taken(answer, access)
        return answer.body

    async def _taken(self, answer: http.Answer, access: str) -> Told | None:
        """What Zalo said, where it took the call; raises the decision. A refused token is renewed on the way."""
        told = read(answer)
        if told and told.error in TOKEN_REFUSED:
            raise await self._access.refused(access, code=str(told.error))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise await self._access.refused(access, code=str(answer.status))
        if wrong := decide(answer, now=self._clock.now()):
            raise wrong
        return told


def signature(settings: Settings, body: bytes, moment: str) -> str:
    """The hex digest by the account's formula."""
    is_hmac = "hmac" in settings.formula.lower()
    terms = [term.lower().replace("_", "") for term in _TERM.findall(_inside(settings.formula))]
    known = {"appid": settings.app_id.encode(), "oaid": settings.oa_id.encode(), "timestamp": moment.encode(errors="replace")}
    known |= dict.fromkeys(("rawbody", "body", "data"), body)
    secret = settings.secret.encode()
    joined = b"".join(known.get(term, b"" if is_hmac else secret) for term in terms)
    return hmac.digest(secret, joined, hashlib.sha256).hex() if is_hmac else hashlib.sha256(joined).hexdigest()


def _inside(formula: str) -> str:
    """What stands between the first brackets; the words around them (`sha256_hex(…), header …`) name no term."""
    opened = formula.partition("(")[2]
    return opened.partition(")")[0] if opened else formula


def _timestamp(body: bytes) -> str:
    """The body's own moment as it is written there; empty where there is none."""
    try:
        event = _DECODER.decode(body)
    except (ValueError, RecursionError):
        return ""
    return soft_id(event, "timestamp") if isinstance(event, dict) else ""


def _data(body: bytes) -> Json:
    """What an answer tells; empty where it is not of the usual form."""
    try:
        told = _DECODER.decode(body)["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _connection(body: bytes, settings: Settings, *, until: int) -> Connection:
    told = _data(body)
    problems, remarks = list[Phrase](), list[Phrase]()
    if settings.oa_id and soft_id(told, "oa_id") not in {"", settings.oa_id}:
        problems.append(phrase("zalo.other_account"))
    if told.get("is_verified") is False:
        remarks.append(phrase("zalo.unverified"))
    if not settings.refresh_token:
        remarks.append(phrase("zalo.no_refresh"))
    return Connection(
        name=soft_id(told, "name"), problems=tuple(problems), remarks=tuple(remarks), until=until, renews=bool(settings.refresh_token)
    )  # fmt: skip


def _clicks(hook_url: str) -> tuple[Phrase, ...]:
    return (
        phrase("zalo.domain"),
        phrase("zalo.hook", hook=hook_url),
        phrase("zalo.secret"),
        phrase("zalo.events"),
        phrase("zalo.filter"),
    )


def _check(settings: Settings) -> None:
    where = f"channel account zalo/{settings.account}"
    if not settings.secret:
        raise SettingsError(f"{where}: secret is not set; enter the OA secret key that developers.zalo.me shows under Webhook")
    if not settings.app_id:
        raise SettingsError(f"{where}: app_id is not set; developers.zalo.me shows it with the app")
    if not settings.token and not settings.refresh_token:
        raise SettingsError(f"{where}: token or refresh_token must be set; the API Explorer at developers.zalo.me gives both")
    if settings.refresh_token and not settings.app_secret:
        raise SettingsError(f"{where}: app_secret is not set; the refresh_token cannot be used without the app's secret key")
    terms = {term.lower().replace("_", "") for term in _TERM.findall(_inside(settings.formula))}
    if not terms & {"rawbody", "body", "data"} or not ("hmac" in settings.formula.lower() or any("secret" in term for term in terms)):
        raise SettingsError(f"{where}: signature_formula must name the body and the secret, like {FORMULA}")
    if "oaid" in terms and not settings.oa_id:
        raise SettingsError(f"{where}: oa_id is not set, and signature_formula names it")
    for key in ("base_url", "business_url", "oauth_url"):
        address = getattr(settings, key)
        if not address.startswith(("https://", "http://")) or address.endswith("/"):
            raise SettingsError(f"{where}: {key} must begin with https:// and not end with /")


def _build(setup: AccountSetup, outside: Outside) -> Zalo:
    settings = Settings(
        account=setup.name,
        app_id=setup.value("app_id"),
        secret=setup.value("secret"),
        token=setup.value("token"),
        refresh_token=setup.value("refresh_token"),
        app_secret=setup.value("app_secret"),
        oa_id=setup.value("oa_id"),
        formula=setup.value("signature_formula", FORMULA),
        base_url=setup.base_url or BASE_URL,
        business_url=setup.value("business_url", setup.base_url or BUSINESS_URL),
        oauth_url=setup.value("oauth_url", setup.base_url or OAUTH_URL),
        form_image=setup.value("form_image"),
        persons=setup.value("unsigned_echo", "program") == "person",
    )
    return Zalo(settings, outside, capabilities=setup.limited(CAPABILITIES))


KIND = ChannelKind(
    kind=Zalo.kind,
    title="Zalo OA",
    fields=(
        Field(key="app_id", example="1234567890123456789"),
        Field(key="secret", secret=True, example="oa-secret"),
        Field(
            key="app_secret", secret=True, required=False, example="app-secret"
        ),
        Field(
            key="token", secret=True, required=False,
            example="access-token",
        ),
        Field(
            key="refresh_token", secret=True, required=False,
        ),
        Field(key="oa_id", required=False, example="1234567890123456780"),
        Field(key="form_image", required=False),
        Field(
            key="unsigned_echo",
            required=False,
            default="program",
        ),
        Field(key="signature_formula", required=False, default=FORMULA),
        Field(key="business_url", required=False),
        Field(key="oauth_url", required=False),
        TEXT_LIMIT,
    ),
    build=_build,
    # Seen in the payloads of https://developers.zalo.me/docs/official-account/webhook/tin-nhan/su-kien-nguoi-dung-gui-tin-nhan
    files=Whence(hosts=("zdn.vn", "zadn.vn", "dlmd.me", "dlfl.vn", "zalo.me")),
    # 4,000 calls a minute an app: https://developers.zalo.me/docs/official-account/phu-luc/gioi-han-toc-do-api
    rates=Rates(per_second=60, burst=60, per_address=2, address_burst=5),
)  # fmt: skip
