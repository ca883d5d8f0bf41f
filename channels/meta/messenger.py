"""Messenger: the messages and comments of a Facebook Page, over Graph.

https://developers.facebook.com/documentation/business-messaging/messenger-platform
"""

from aiohttp import ClientSession
from msgspec.structs import replace

from channels.commenting import COMMENTING
from channels.fields import soft, soft_id
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.meta import graph, messaging
from channels.meta.acts import HIDE_NUMBERS, Place, comment_calls
from channels.meta.errors import CODES
from channels.meta.parse import Me, parse_entries
from channels.meta.render import BUTTONS, CARD_TITLE, CARDS, FILE_TYPES, QUICK_REPLIES, TITLE, Dialect, Marking, calls_of
from channels.meta.warned import warned
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection, Person, Warned
from hub.model.channels.look import Phrase, phrase
from hub.model.channels.ports import Call, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.events.event import Incoming, Unparsed
from hub.model.files.wanted import Whence
from hub.model.messaging.comments import CommentAct, CommentVerb, Post
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import ButtonKind, Capabilities, MediaKind, ReplyKind
from hub.model.text.measuring import Unit

LINK_BASE = "https://m.me"
"""https://developers.facebook.com/docs/messenger-platform/discovery/m-me-links"""
TEXT_UNITS = 2000
"""https://developers.facebook.com/docs/messenger-platform/reference/send-api; counted in UTF-16 units, which is never too few."""

MEDIA_BYTES = {MediaKind.IMAGE: 8_000_000, **dict.fromkeys(set(FILE_TYPES) - {MediaKind.IMAGE}, 25_000_000)}
"""https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets"""

FIELDS = (
    "messages", "messaging_postbacks", "messaging_optins", "messaging_referrals", "message_deliveries", "message_reads",
    "message_reactions", "message_edits", "message_echoes", "messaging_handovers", "messaging_account_linking", "standby", "feed",
    "messaging_policy_enforcement",
)  # fmt: skip
"""The events we read: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps"""

ABOUT = "page"
COMMENTS = Place(answers="comments", hides="is_hidden", text_units=8000, verbs=COMMENTING["messenger"])
"""https://developers.facebook.com/docs/graph-api/reference/comment"""

POST_FIELDS = {"text": ("message", "story"), "url": ("permalink_url",), "picture": ("full_picture",)}
"""https://developers.facebook.com/docs/graph-api/reference/page-post"""

PERSON_FIELDS = "name,profile_pic"
"""What is told of everybody who wrote, without a further permission: https://developers.facebook.com/docs/messenger-platform/identity/user-profile"""

CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.UTF16,
    quick_replies=QUICK_REPLIES,
    quick_reply_title=TITLE,
    reply_kinds=frozenset((ReplyKind.TEXT, ReplyKind.PHONE, ReplyKind.EMAIL)),
    buttons=BUTTONS,
    button_title=TITLE,
    button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL, ButtonKind.CALL, ButtonKind.WEBVIEW)),
    cards=CARDS,
    card_buttons=BUTTONS,
    card_title=CARD_TITLE,
    media=frozenset(FILE_TYPES),
    media_bytes=MEDIA_BYTES,
    reply_to=True,
    receipts=True,
    read_receipts=True,
    typing=True,
    typing_s=20,
    marks_read=True,
    edits=True,
    reactions=True,
    window_hours=messaging.WINDOW_HOURS,
    retry_horizon_days=graph.RETRY_HORIZON_DAYS,
)


class Settings(Value, frozen=True):
    """One Page. `token` is the Page's, `secret` the app's; `verify_token` is ours to choose; with `app_id` we set the hook ourselves.

    `link_base`: where its links lead.
    """

    account: str
    token: str
    secret: str
    verify_token: str
    page_id: str = ""
    app_id: str = ""
    proof: bool = False
    hide_numbers: bool = True
    base_url: str = graph.BASE_URL
    link_base: str = LINK_BASE

    def __repr__(self) -> str:
        """Tokens and secret never reach a log."""
        return f"Settings(account={self.account!r}, page_id={self.page_id!r}, base_url={self.base_url!r})"


class Messenger:
    """One Page as a channel. Raises SettingsError for settings that cannot be right."""

    kind = "messenger"

    def __init__(self, settings: Settings, session: ClientSession, capabilities: Capabilities = CAPABILITIES) -> None:
        _check(settings)
        self.account = settings.account
        self.capabilities = capabilities
        self._settings = settings
        self._session = session
        self._dialect = Dialect(can=capabilities, marking=Marking.METADATA)
        self._me = Me(channel=self.kind, account=settings.account, own_id=settings.page_id, app_id=settings.app_id, numbered=True)
        self._graph = self._calling(settings.token)

    @property
    def own_id(self) -> str:
        """The Page's number; empty where it was not set."""
        return self._settings.page_id

    def verify(self, request: Inbound) -> None:
        """The signature of the raw body, or a handshake's verify token; raises BadSignature."""
        graph.verify(request, secret=self._settings.secret, verify_token=self._settings.verify_token)

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one webhook; raises Unparseable for a body that is not a Page's."""
        return parse_entries(graph.entries(request, ABOUT), self._me)

    def warned(self, request: Inbound) -> tuple[Warned, ...]:
        """What Meta tells the account itself."""
        return warned(request, ABOUT)

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """The challenge of a handshake; else a plain 200 does."""
        return graph.handshake(request)

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order."""
        return calls_of(delivery, self._dialect)

    async def prepare(self, delivery: Delivery, files: Files) -> Delivery:
        """Bring files that have no https address to Meta; raises a SendError."""
        return await messaging.uploaded(self._graph, delivery, files, platform=self.kind)

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox."""
        return await messaging.send(self._graph, call, delivery.address)

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show "typing…" for 20 s or until the next message. Raises a SendError."""
        await messaging.signal(self._graph, to, messaging.TYPING)

    async def mark_read(self, to: Address, external_id: str) -> None:
        """Show the customer that all up to now was seen. Raises a SendError."""
        await messaging.signal(self._graph, to, messaging.SEEN)

    async def who(self, address: Address) -> Person:
        """Who somebody is: their name and picture. Raises a SendError."""
        return await messaging.who(self._graph, address, PERSON_FIELDS)

    @property
    def comment_verbs(self) -> frozenset[CommentVerb]:
        """All there are."""
        return COMMENTS.verbs

    @property
    def hides_numbers(self) -> bool:
        """As the account says."""
        return self._settings.hide_numbers

    def render_comment(self, act: CommentAct) -> list[Call]:
        """The calls an act takes; raises Rejected."""
        return comment_calls(act, COMMENTS, self._dialect)

    async def act(self, call: Call) -> Sent:
        """Make one of them; raises a SendError."""
        return await messaging.act(self._graph, call)

    async def post(self, id: str) -> Post:  # noqa: A002 - the field's name
        """What people comment under. Raises a SendError."""
        return await messaging.post(self._graph, id, POST_FIELDS)

    async def connect(self, hook_url: str) -> Connection:
        """Set the app's hook, where its id is known, and have the Page's events brought to it. Raises a SendError."""
        s = self._settings
        if s.app_id:
            asked = {"object": ABOUT, "callback_url": hook_url, "verify_token": s.verify_token, "fields": ",".join(FIELDS)}
            await self._app().post(f"{s.app_id}/subscriptions", {**asked, "include_values": True})
        await messaging.subscribe(self._graph, FIELDS)
        return await self.look(hook_url)

    async def look(self, hook_url: str) -> Connection:
        """How the Page stands. Raises a SendError."""
        s = self._settings
        page = await self._graph.get("me", {"fields": "id,name"})
        missing = await messaging.missing_fields(self._graph, s.app_id, FIELDS)
        problems: tuple[Phrase, ...] = ()
        if s.page_id and soft_id(page, "id") != s.page_id:
            problems = (phrase("messenger.other_page", found=soft_id(page, "id"), wanted=s.page_id),)
        found = Connection(name=soft(page, "name"), problems=problems, missing=missing, tells_events=True)
        if not s.app_id:
            return replace(found, clicks=_clicks(hook_url, s.verify_token))
        hook = await messaging.hook_of(self._app(), s.app_id, ABOUT)
        return replace(found, hook=hook, tells_hook=True, until=await messaging.expiry(self._app(), s.token))

    def start_link(self, token: str) -> str:
        """An address that opens Messenger with `token` as referral; empty while the Page's id is not known."""
        return f"{self._settings.link_base}/{self._settings.page_id}?ref={token}" if self._settings.page_id else ""

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""

    def _calling(self, token: str) -> graph.Graph:
        s = self._settings
        proof = s.secret if s.proof else ""
        return graph.Graph(
            self._session, graph.Access(token=token, base_url=s.base_url, proof_secret=proof, place=graph.TokenPlace.ADDRESS), CODES
        )

    def _app(self) -> graph.Graph:
        """Calls in the app's own name: https://developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens."""
        return self._calling(f"{self._settings.app_id}|{self._settings.secret}")


def _check(settings: Settings) -> None:
    required = {
        "token": (settings.token, "at Meta: your app → Messenger → Settings → Generate token beside the Page."),
        "secret": (settings.secret, "at Meta: your app → App settings → Basic → App secret."),
        "verify_token": (settings.verify_token, "choose any text, and give Meta the same one."),
    }
    messaging.check(f"channel account messenger/{settings.account}", required, settings.base_url)


def _clicks(hook_url: str, verify_token: str) -> tuple[Phrase, ...]:
    return (
        phrase("messenger.open"),
        phrase("meta.callback", hook=hook_url, verify=verify_token),
        phrase("meta.fields", fields=", ".join(FIELDS)),
        phrase("messenger.page"),
    )


def _build(setup: AccountSetup, outside: Outside) -> Messenger:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        secret=setup.value("secret"),
        verify_token=setup.value("verify_token"),
        page_id=setup.value("page_id"),
        app_id=setup.value("app_id"),
        hide_numbers=messaging.hides_numbers(setup.value("hide_numbers")),
        proof=setup.value("appsecret_proof").lower() in {"yes", "true", "on", "1"},
        base_url=setup.base_url or graph.BASE_URL,
        link_base=setup.value("link_base", LINK_BASE),
    )
    return Messenger(settings, outside.session, setup.limited(CAPABILITIES))


KIND = ChannelKind(
    kind=Messenger.kind,
    title="Messenger",
    fields=(
        Field(
            key="token",
            secret=True,
            example="EAAexample",
        ),
        Field(
            key="secret",
            secret=True,
            example="0123456789abcdef",
        ),
        Field(key="verify_token", secret=True, example="example-verify"),
        Field(key="page_id", required=False),
        Field(key="app_id", required=False),
        Field(key="appsecret_proof", required=False),
        HIDE_NUMBERS,
        TEXT_LIMIT,
    ),
    build=_build,
    # https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages
    files=Whence(hosts=("fbcdn.net", "fbsbx.com")),
    # More than 40 a second, or the Page's inbox stops: https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    rates=Rates(per_second=40, burst=40, per_address=2, address_burst=6),
)
