"""Instagram: a professional account's messages and comments, over Graph.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging
"""

import re

from channels.commenting import COMMENTING
from channels.fields import soft, soft_id, soft_object
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.meta import graph, messaging
from channels.meta.acts import HIDE_NUMBERS, Place, comment_calls
from channels.meta.errors import CODES
from channels.meta.instagram_tokens import Lasting, Leave, Version
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
from hub.model.messaging.message import ButtonKind, Capabilities, MediaKind
from hub.model.text.measuring import Unit

TEXT_UNITS = 1000
"""https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message

Told as characters in one place and as bytes of UTF-8 in another: bytes keep both.
"""

MEDIA_BYTES = {MediaKind.IMAGE: 8_000_000, **dict.fromkeys(set(FILE_TYPES) - {MediaKind.IMAGE}, 25_000_000)}
"""https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload"""

FIELDS = ("messages", "messaging_postbacks", "messaging_seen", "messaging_referral", "message_reactions", "comments", "live_comments")
"""The events we read: https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks"""

PAGE_FIELDS = ("messages",)
"""Over its Page, an account's events come once any of the Page's is subscribed to."""

ABOUT = "instagram"
ALONE = "instagram"
"""The `login` of accounts without a Page: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login"""

OWN_URL = "https://graph.instagram.com/v25.0"
"""Where those are asked for."""

COMMENTS = Place(answers="replies", hides="hide", text_units=2200, verbs=COMMENTING["instagram"])
"""https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies"""

_VERSION = re.compile(r"/v\d+\.\d+$")

POST_FIELDS = {"text": ("caption",), "url": ("permalink",), "picture": ("thumbnail_url", "media_url")}
"""https://developers.facebook.com/docs/instagram-platform/reference/instagram-media; a film has a thumbnail, a picture is its own."""

PERSON_FIELDS = "name,username,profile_pic"
"""What is told of everybody who wrote, without a further permission: https://developers.facebook.com/docs/messenger-platform/instagram/features/user-profile"""

CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.BYTES,
    quick_replies=QUICK_REPLIES,
    quick_reply_title=TITLE,
    buttons=BUTTONS,
    button_title=TITLE,
    button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL)),
    cards=CARDS,
    card_buttons=BUTTONS,
    card_title=CARD_TITLE,
    media=frozenset((*FILE_TYPES, MediaKind.LIKE)),
    media_bytes=MEDIA_BYTES,
    reply_to=True,
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
    """One account. `token` is its Page's or its own, `secret` the app's; `verify_token` is ours to choose."""

    account: str
    token: str
    secret: str
    verify_token: str
    instagram_account_id: str = ""
    username: str = ""
    app_id: str = ""
    proof: bool = False
    login: str = ""
    hide_numbers: bool = True
    base_url: str = graph.BASE_URL

    def __repr__(self) -> str:
        """Tokens and secret never reach a log."""
        return f"Settings(account={self.account!r}, instagram_account_id={self.instagram_account_id!r}, base_url={self.base_url!r})"


class Instagram:
    """One account as a channel. Raises SettingsError for settings that cannot be right."""

    kind = "instagram"

    def __init__(self, settings: Settings, outside: Outside, capabilities: Capabilities = CAPABILITIES) -> None:
        _check(settings)
        self.account = settings.account
        self.capabilities = capabilities
        self._settings = settings
        # Its pages of documentation know no metadata, and Graph refuses keys it does not know: our echoes are known by their ids.
        self._dialect = Dialect(can=capabilities, marking=Marking.NONE)
        self._me = Me(channel=self.kind, account=settings.account, own_id=settings.instagram_account_id, app_id=settings.app_id)
        self._leave = self._leave_of(outside)

    @property
    def own_id(self) -> str:
        """The account's number; empty where it was not set."""
        return self._settings.instagram_account_id

    def verify(self, request: Inbound) -> None:
        """The signature of the raw body, or a handshake's verify token; raises BadSignature."""
        graph.verify(request, secret=self._settings.secret, verify_token=self._settings.verify_token)

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one webhook; raises Unparseable for a body that is not Instagram's."""
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
        return await messaging.uploaded(await self._leave.graph(), delivery, files, platform=self.kind)

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox."""
        return await messaging.send(await self._leave.graph(), call, delivery.address)

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show "typing…" for a while or until the next message. Raises a SendError."""
        await messaging.signal(await self._leave.graph(), to, messaging.TYPING)

    async def mark_read(self, to: Address, external_id: str) -> None:
        """Show the customer that all up to now was seen. Raises a SendError."""
        await messaging.signal(await self._leave.graph(), to, messaging.SEEN)

    async def who(self, address: Address) -> Person:
        """Who somebody is: their name, their account and picture. Raises a SendError."""
        return await messaging.who(await self._leave.graph(), address, PERSON_FIELDS)

    @property
    def comment_verbs(self) -> frozenset[CommentVerb]:
        """All but a like, which Instagram gives to nobody's program."""
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
        return await messaging.act(await self._leave.graph(), call)

    async def post(self, id: str) -> Post:  # noqa: A002 - the field's name
        """What people comment under. Raises a SendError."""
        return await messaging.post(await self._leave.graph(), id, POST_FIELDS)

    async def connect(self, hook_url: str) -> Connection:
        """Have the account's events brought to our app; where to is set by hand. Raises a SendError."""
        await messaging.subscribe(await self._leave.graph(), FIELDS if self._is_alone else PAGE_FIELDS)
        return await self.look(hook_url)

    async def look(self, hook_url: str) -> Connection:
        """How the account stands. Raises a SendError."""
        s, wanted = self._settings, FIELDS if self._is_alone else PAGE_FIELDS
        name, own_id = await self._who()
        token = await self._leave.current()
        missing = await messaging.missing_fields(await self._leave.graph(), s.app_id, wanted)
        problems: tuple[Phrase, ...] = ()
        if not own_id:
            problems = (phrase("instagram.no_account"),)
        elif s.instagram_account_id not in {"", own_id}:
            problems = (phrase("instagram.other_account", found=own_id, wanted=s.instagram_account_id),)
        clicks = _clicks(hook_url, s.verify_token)
        return Connection(
            name=name, problems=problems, clicks=clicks, until=token.until, missing=missing, tells_events=True, renews=self._is_alone
        )  # fmt: skip

    def start_link(self, token: str) -> str:
        """An address that opens the chat with `token` as referral; empty while the account's name is not set.

        https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/ig-me-links
        """
        return f"https://ig.me/m/{self._settings.username}?ref={token}" if self._settings.username else ""

    async def close(self) -> None:
        """Let a token's renewal end; the session belongs to the hub."""
        await self._leave.close()

    @property
    def _is_alone(self) -> bool:
        """Whether the account is asked for without a Page."""
        return self._settings.login == ALONE

    def _leave_of(self, outside: Outside) -> Leave | Lasting:
        """A Page's token lasts, an account's own has to be renewed."""
        s = self._settings

        def graph_of(token: str, version: Version) -> graph.Graph:
            url = s.base_url if version is Version.OURS else _VERSION.sub("", s.base_url)
            proof = s.secret if s.proof else ""
            access = graph.Access(token=token, base_url=url, proof_secret=proof, place=graph.TokenPlace.ADDRESS)
            return graph.Graph(outside.session, access, CODES)

        if not self._is_alone:
            return Lasting(s.token, graph_of=graph_of)
        return Leave(s.account, s.token, graph_of=graph_of, clock=outside.clock, tokens=outside.tokens)

    async def _who(self) -> tuple[str, str]:
        """The account's name and number: its own, or those of the account that belongs to the token's Page."""
        graph = await self._leave.graph()
        if self._is_alone:
            told = await graph.get("me", {"fields": "user_id,username"})
            return soft(told, "username"), soft_id(told, "user_id")
        told = await graph.get("me", {"fields": "id,name,instagram_business_account{id,username}"})
        account = soft_object(told, "instagram_business_account")
        return soft(account, "username") or soft(told, "name"), soft_id(account, "id")


def _check(settings: Settings) -> None:
    required = {
        "token": (settings.token, "at Meta: your app → Messenger → Instagram settings → Generate token beside the Page."),
        "secret": (settings.secret, "at Meta: your app → App settings → Basic → App secret."),
        "verify_token": (settings.verify_token, "choose any text, and give Meta the same one."),
    }
    messaging.check(f"channel account instagram/{settings.account}", required, settings.base_url)


def _clicks(hook_url: str, verify_token: str) -> tuple[Phrase, ...]:
    """Instagram's hook is not set by any call.

    https://developers.facebook.com/docs/messenger-platform/instagram/features/webhook
    """
    return (
        phrase("instagram.open"),
        phrase("meta.callback", hook=hook_url, verify=verify_token),
        phrase("meta.fields", fields=", ".join(FIELDS)),
        phrase("instagram.allow"),
    )


def _build(setup: AccountSetup, outside: Outside) -> Instagram:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        secret=setup.value("secret"),
        verify_token=setup.value("verify_token"),
        instagram_account_id=setup.value("instagram_account_id"),
        username=setup.value("username").removeprefix("@"),
        app_id=setup.value("app_id"),
        hide_numbers=messaging.hides_numbers(setup.value("hide_numbers")),
        proof=setup.value("appsecret_proof").lower() in {"yes", "true", "on", "1"},
        login=setup.value("login"),
        base_url=setup.base_url or (OWN_URL if setup.value("login") == ALONE else graph.BASE_URL),
    )
    return Instagram(settings, outside, setup.limited(CAPABILITIES))


KIND = ChannelKind(
    kind=Instagram.kind,
    title="Instagram",
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
        Field(key="instagram_account_id", required=False),
        Field(key="login", required=False),
        Field(key="username", required=False),
        Field(key="app_id", required=False),
        Field(key="appsecret_proof", required=False),
        HIDE_NUMBERS,
        TEXT_LIMIT,
    ),
    build=_build,
    # https://developers.facebook.com/docs/messenger-platform/instagram/features/webhook
    files=Whence(hosts=("fbcdn.net", "fbsbx.com", "cdninstagram.com")),
    # 300 a second for words, 10 with sound or film: https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    rates=Rates(per_second=100, burst=100, per_address=2, address_burst=6),
)
