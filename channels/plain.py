"""Bare JSON for a shop's own app, signed both ways; the format is described in channels/README.md."""

import hashlib
import hmac
from http import HTTPStatus

import msgspec
from aiohttp import ClientSession

from channels import http
from channels.kinds import AccountSetup, ChannelKind, Field, Outside
from channels.split import split
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.ports import Call, Inbound, Reply, Sent
from hub.model.errors import BadSignature, RecipientGone, SettingsError, Unparseable
from hub.model.events.event import Body, Incoming, OptedOut, Receipt, Said, Started, Unparsed
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Capabilities, MediaKind, Message
from hub.model.text.measuring import Unit
from hub.model.words import DeliveryState

SIGNATURE_HEADER = "x-omnihub-signature"
TEXT_UNITS = 10_000
MOST_REPLIES = 30

_LATEST_MS = 1 << 50
_PREFIX = "sha256="
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_KINDS = frozenset(kind.value for kind in MediaKind)
_STATES = {state.value: state for state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED)}


class Settings(Value, frozen=True):
    """One app. `base_url` is where it takes our messages; `secret` (16 characters or more) signs both ways."""

    account: str
    secret: str
    base_url: str

    def __repr__(self) -> str:
        """The secret never reaches a log."""
        return f"Settings(account={self.account!r}, base_url={self.base_url!r})"


class Plain:
    """One app as a channel. Raises SettingsError for a secret or address that cannot be one."""

    kind = "plain"
    capabilities = Capabilities(
        text_units=TEXT_UNITS,
        unit=Unit.CHARACTERS,
        quick_replies=MOST_REPLIES,
        caption_units=TEXT_UNITS,
        media=frozenset(MediaKind),
        receipts=True,
        read_receipts=True,
        retry_horizon_days=1,
    )

    def __init__(self, settings: Settings, session: ClientSession) -> None:
        _check(settings)
        self.account = settings.account
        self._settings = settings
        self._key = settings.secret.encode()
        self._session = session

    def verify(self, request: Inbound) -> None:
        """Compare the HMAC-SHA256 of the raw body in constant time; raises BadSignature."""
        told = request.headers.get(SIGNATURE_HEADER, "")
        if not hmac.compare_digest(told.encode(errors="replace"), signature(self._key, request.body).encode()):
            if not told:
                raise BadSignature("the signature is missing", code="missing_signature")
            raise BadSignature("the signature is not the body's")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one object or of a list of them; raises Unparseable for any other body."""
        if request.body.lstrip()[:1] != b"[":
            return [self._element(msgspec.Raw(request.body))]
        try:
            elements = _LIST.decode(request.body)
        except _NOT_JSON as error:
            raise Unparseable(f"not JSON ({type(error).__name__})") from None
        return [self._one_of_many(raw) for raw in elements]

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """A plain 200 does."""
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes: one, or more where its text is longer than 10,000 characters."""
        message = delivery.message
        parts = split(message.text, TEXT_UNITS) if message.text else ("",)
        bodies = [_outgoing(delivery, n, part) for n, part in enumerate(parts)]
        bodies[0] |= _with_the_first(message)
        bodies[-1] |= _with_the_last(message)
        return [Call(method="message", params=body) for body in bodies]

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError. 409 says "I have that id already", 410 "this person left"."""
        body = msgspec.json.encode(call.params)
        own_id = str(call.params["id"])
        headers = {"Content-Type": "application/json", "Idempotency-Key": own_id, SIGNATURE_HEADER: signature(self._key, body)}
        answer = await http.post(self._session, self._settings.base_url, body, headers=headers)
        if answer.status == HTTPStatus.GONE:
            raise RecipientGone("the app says this person left", code=str(answer.status))
        if answer.status != HTTPStatus.CONFLICT and (wrong := http.decide(answer.status, retry_after=answer.retry_after)):
            raise wrong
        return Sent(external_id=_their_id(answer.body) or own_id)

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""

    def _one_of_many(self, raw: msgspec.Raw) -> Incoming | Unparsed:
        """An element that is not even JSON spares the others of its list."""
        try:
            return self._element(raw)
        except Unparseable as error:
            return Unparsed(fields=(), reason=str(error))

    def _element(self, raw: msgspec.Raw) -> Incoming | Unparsed:
        try:
            told = _ELEMENT.decode(raw)
            return self._incoming(told) or Unparsed(fields=_names(raw), reason="no type that is known")
        except msgspec.ValidationError:
            return Unparsed(fields=_names(raw), reason="a field is missing or not of its type")
        except _NOT_JSON as error:
            raise Unparseable(f"not JSON ({type(error).__name__})") from None

    def _incoming(self, told: "_Element") -> Incoming | None:
        body = _body(told)
        if body is None:
            return None
        seen = str(told.id)
        if isinstance(body, Receipt):
            seen = f"{body.state.value}/{'/'.join(body.external_ids)}"
        return Incoming(
            address=Address(channel=self.kind, account=self.account, id=str(told.from_)),
            body=body,
            dedupe_id=seen,
            at=told.at if 0 < told.at < _LATEST_MS else 0,
        )


def signature(key: bytes, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 of the raw bytes."""
    return _PREFIX + hmac.digest(key, body, hashlib.sha256).hex()


class _Piece(msgspec.Struct, frozen=True):
    kind: str
    url: str = ""
    name: str = ""
    filename: str = ""
    mime_type: str = ""
    phone: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


class _Element(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    from_: str | int
    id: str | int = ""
    type: str = "message"
    text: str = ""
    at: int = 0
    name: str = ""
    language: str = ""
    payload: str = ""
    reply_to: str = ""
    ref: str = ""
    ids: tuple[str, ...] = ()
    state: str = ""
    reason: str = ""
    attachments: tuple[_Piece, ...] = ()


_ELEMENT = msgspec.json.Decoder(_Element)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def _body(told: _Element) -> Body | None:
    match told.type:
        case "message" if told.text or told.payload or told.attachments:
            return _said(told)
        case "start":
            return Started(ref=told.ref, name=told.name, language=told.language, external_id=str(told.id))
        case "stop":
            return OptedOut(reason=told.reason)
        case "receipt" if told.ids and told.state in _STATES:
            return Receipt(external_ids=told.ids, state=_STATES[told.state], reason=told.reason)
        case _:
            return None


def _said(told: _Element) -> Said | None:
    pieces = _attachments(told.attachments) if told.attachments else ()
    if len(pieces) != len(told.attachments):
        return None
    return Said(
        text=told.text,
        attachments=pieces,
        payload=told.payload,
        source="button" if told.payload else "",
        external_id=str(told.id),
        in_reply_to=told.reply_to,
        name=told.name,
        language=told.language,
    )


def _attachments(pieces: tuple[_Piece, ...]) -> tuple[Attachment, ...]:
    """Those of a kind that is known."""
    return tuple(
        Attachment(kind=MediaKind(p.kind), **{f: getattr(p, f) for f in p.__struct_fields__[1:]}) for p in pieces if p.kind in _KINDS
    )


def _outgoing(delivery: Delivery, n: int, text: str) -> dict[str, object]:
    own_id = f"{delivery.id}.{n}" if n else delivery.id
    return {"id": own_id, "to": delivery.address.id, "text": text, "purpose": delivery.purpose.value}


def _with_the_first(message: Message) -> dict[str, object]:
    """Media and the quotation go with the first part."""
    extras = {"attachments": msgspec.to_builtins(message.attachments), "reply_to": message.reply_to}
    return {name: extra for name, extra in extras.items() if extra}


def _with_the_last(message: Message) -> dict[str, object]:
    """Answers offered go with the last part."""
    offered = [{"title": r.title, "payload": r.payload or r.title} for r in message.quick_replies]
    return {"quick_replies": offered} if offered else {}


class _Taken(msgspec.Struct, frozen=True):
    id: str | int = ""


def _their_id(body: bytes) -> str:
    """The id the app gave the message; what it answers is its own matter, so anything else is none."""
    try:
        return str(msgspec.json.decode(body, type=_Taken).id)
    except _NOT_JSON:
        return ""


def _names(raw: msgspec.Raw) -> tuple[str, ...]:
    """Field names of one element, never its values; none where what follows the odd field cannot be read either."""
    try:
        told = msgspec.json.decode(raw)
    except _NOT_JSON:
        return ()
    return tuple(str(name)[:64] for name in list(told)[:40]) if isinstance(told, dict) else (type(told).__name__,)


def _check(settings: Settings) -> None:
    where = f"channel account plain/{settings.account}"
    least = 16
    if len(settings.secret) < least:
        raise SettingsError(f"{where}: secret needs {least} characters or more; share the same one with the app")
    if not settings.base_url.startswith(("https://", "http://")):
        raise SettingsError(f"{where}: base_url must be the https:// address at which the app takes messages")


def _build(setup: AccountSetup, outside: Outside) -> Plain:
    return Plain(Settings(account=setup.name, secret=setup.value("secret"), base_url=setup.base_url), outside.session)


KIND = ChannelKind(
    kind=Plain.kind,
    title="JSON",
    fields=(Field(key="secret", secret=True, example="x" * 16),),
    build=_build,
)
