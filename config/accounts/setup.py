"""Setting channel accounts up while the hub runs: what was entered is looked through, sealed, kept, and tried at the provider."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from aiohttp import ClientSession
from msgspec import Struct, structs

from channels.kinds import ChannelKind, Field
from config.accounts.kinds import MODULES, build_channel, kind_of, known_kinds, setup_of
from config.accounts.lineup import Lineup
from config.accounts.looking import Looks, look_at
from config.accounts.outside import alone
from config.accounts.phrasing import Catalogue, phrase_of
from config.accounts.sealed import Sealer, account_of
from config.reference.reading import Given, Wrong, text
from config.reference.tables import ACCOUNT
from config.settings.values import Account
from hub.model.channels.look import Code, Phrase, phrase
from hub.model.errors import SettingsError
from hub.store.channels.accounts import KeptAccount, KeptAccounts
from hub.store.channels.calls import Place
from hub.web.api.account_book import Changed, InFile, NameTaken, NoSuchAccount, Unfit
from hub.web.api.shapes import accounts as shapes

_HOUSE = ("base_url", "mode", "rate_per_second", "rate_per_address", "typing", "read_marks")
_ENTRIES = {entry.key: entry for entry in ACCOUNT}
_POLLED = frozenset({"telegram", "slack"})
"""Kinds of which an account may be asked for instead of calling; a mailbox always is."""
_RARE = frozenset({
    "text_limit", "caption_limit", "signature_formula", "business_url", "oauth_url", "data_url", "unsigned_echo", "appsecret_proof",
    "form_image", "smtp_port", "smtp_security", "smtp_user", "imap_port", "imap_security", "imap_user", "imap_password", "subject",
    "plus_addressing", "link_base", "api_key", "api_secret", "fold_diacritics", "mms", "bot_username", "bot_user_id", "basic_id",
    "sender_avatar", "uri", "base_url", "rate_per_second", "rate_per_address", "typing",
    "read_marks",
})  # fmt: skip
_DEFAULTS = {"mode": "webhook", "typing": "true", "read_marks": "true"}
_CHOSEN = {"telegram": {"secret"}, "plain": {"secret"}}
_CHOSEN_BY_ALL = frozenset({"verify_token"})
_LEADS = re.compile(r".*(_url|_host)|base_url|login")
"""Fields that say where secrets are sent."""
_PAIR = "belong together"
_NAMED = re.compile(r"[a-z][a-z0-9_]*")


class ConsoleAccounts(Struct, frozen=True):
    """The accounts as admins see and change them. `file`: where those of the settings stand."""

    kept: KeptAccounts
    sealer: Sealer
    lineup: Lineup
    looks: Looks
    file: str
    words: Catalogue

    def kinds(self) -> shapes.KindList:
        """What can be set up: our own channels first, the shop's own app last."""
        names = sorted(known_kinds(), key=lambda name: (name not in MODULES, name == "plain", kind_of(name).title.lower()))
        kinds = tuple(
            shapes.Kind(kind=name, title=kind_of(name).title, fields=fields_of(name, self.words), ours=name in MODULES) for name in names
        )
        return shapes.KindList(kinds=kinds, public_url=self.looks.public_url)

    async def all(self) -> shapes.AccountList:
        """Those of the settings and those of the console."""
        fixed = self.lineup.fixed
        shown = [self._shown_fixed(member.account) for member in self.lineup if member.place in fixed]
        shown += [self._shown(one) for one in await self.kept.all() if one.place not in fixed]
        ordered = tuple(sorted(shown, key=lambda one: (one.channel, one.name)))
        return shapes.AccountList(accounts=ordered, key=self.sealer.name, key_file=self.sealer.where)

    async def add(self, new: shapes.NewAccount, *, by: str) -> shapes.Account:
        """Keep a new one. Raises Unfit, NameTaken."""
        values = await self._fit(new.channel, new.name, _tidy(new.values))
        if (new.channel, new.name) in self.lineup.channels or not await self.kept.add(
            made := self.sealer.closed(new.channel, new.name, values, by=by)
        ):
            raise NameTaken(new.name)
        await self.lineup.look()
        return self._shown(made)

    async def change(self, place: Place, change: shapes.AccountChange, *, by: str) -> shapes.Account:
        """Keep it in another form. Raises Unfit, NoSuchAccount, InFile, Changed."""
        before = await self._known(place, change.revision)
        made = before
        if change.values is not None:
            values = await self._fit(*place, self._with_kept(before, _tidy(change.values)))
            made = self.sealer.closed(*place, values, by=by)
        active = before.active if change.active is None else change.active
        made = KeptAccount(
            channel=made.channel, account=made.account, sealed=made.sealed, key=made.key, active=active,
            changed=self.sealer.clock.now(), by=by,
        )  # fmt: skip
        if not await self.kept.put(made, seen=before):
            await self._overtaken(place)
        await self.lineup.look()
        return self._shown(made)

    async def remove(self, place: Place, *, revision: str) -> None:
        """Forget it. Raises NoSuchAccount, InFile, Changed."""
        before = await self._known(place, revision)
        # Switched off first, which only works on what was seen; then nobody can have changed it in between unnoticed.
        if not await self.kept.put(structs.replace(before, active=False), seen=before):
            await self._overtaken(place)
        await self.kept.remove(place)
        await self.lineup.look()

    async def try_out(self, new: shapes.NewAccount) -> shapes.SeenAccount:
        """Look at what was entered. Raises Unfit."""
        place = new.channel, new.name
        before = await self.kept.find(place)
        values = _tidy(new.values)
        values = await self._fit(*place, self._with_kept(before, values) if before else values)
        account = account_of(*place, values)
        seen = await (look_at(account, self.looks) if before else self.looks.try_out(account))
        return shapes.seen_account(seen, {}, self.words.in_all)

    async def look(self, place: Place) -> shapes.SeenAccount:
        """Look at one that is kept. Raises NoSuchAccount, Unfit."""
        return shapes.seen_account(await look_at(await self._account(place), self.looks), {}, self.words.in_all)

    async def connect(self, place: Place) -> shapes.SeenAccount:
        """Connect one that is kept. Raises NoSuchAccount, Unfit."""
        account = await self._account(place)
        setup = setup_of(account, public_url=self.looks.public_url)
        copies = {"webhook": setup.hook_url, "verify_token": setup.value("verify_token")}
        seen = await self.looks.connect(account)
        # Where an API set the webhook nothing is left to be entered, unless a click speaks of it.
        asked = not seen.has(Code.HOOK_HERE) or any(setup.hook_url in click.values.values() for click in seen.clicks)
        shown = {what: value for what, value in copies.items() if value and asked}
        return shapes.seen_account(seen, shown, self.words.in_all)

    async def _account(self, place: Place) -> Account:
        for member in self.lineup:
            if member.place == place:
                return member.account
        kept = await self.kept.find(place)
        if kept is None:
            raise NoSuchAccount
        return account_of(*place, self._opened(kept))

    async def _known(self, place: Place, revision: str) -> KeptAccount:
        if place in self.lineup.fixed:
            raise InFile(self.file)
        kept = await self.kept.find(place)
        if kept is None:
            raise NoSuchAccount
        if revision not in {"", kept.revision}:
            raise Changed(by=kept.by, at=kept.changed)
        return kept

    async def _overtaken(self, place: Place) -> NoReturn:
        """Somebody was quicker between our reading and our writing."""
        kept = await self.kept.find(place)
        if kept is None:
            raise NoSuchAccount
        raise Changed(by=kept.by, at=kept.changed)

    def _opened(self, kept: KeptAccount) -> dict[str, str]:
        try:
            return self.sealer.values_of(kept)
        except SettingsError as error:
            raise self._unfit({"": phrase_of(error)}) from error

    def _with_kept(self, before: KeptAccount, values: Mapping[str, str]) -> dict[str, str]:
        """What was entered, with the secrets that stay; they go to no other address than they were entered for."""
        secret = secret_keys(kind_of(before.channel))
        try:
            kept = self.sealer.values_of(before)
        except SettingsError:
            return dict(values)  # Another key sealed it: all of it is entered anew.
        stay = {key: value for key, value in kept.items() if key in secret and not values.get(key)}
        moved = {key for key in {*kept, *values} if _LEADS.fullmatch(key) and kept.get(key, "") != values.get(key, "")}
        if moved and stay:
            raise self._unfit(dict.fromkeys(sorted(stay), phrase("fit.moved", fields=", ".join(sorted(moved)))))
        return {**values, **stay}

    async def _fit(self, channel: str, name: str, values: dict[str, str]) -> dict[str, str]:
        """The values, where an account can be built of them. Raises Unfit with a sentence for each field."""
        wrong = wrong_values(channel, name, values)
        if not wrong:
            async with ClientSession() as session:
                try:
                    build_channel(account_of(channel, name, values), alone(session), public_url=self.looks.public_url)
                except SettingsError as error:
                    wrong = _wrong_in(_bare(str(error)), channel, values)
        if wrong:
            raise self._unfit(wrong)
        return values

    def _unfit(self, wrong: Mapping[str, Phrase]) -> Unfit:
        return Unfit({key: self.words.in_all(said) for key, said in wrong.items()})

    def _shown(self, kept: KeptAccount) -> shapes.Account:
        place, trouble, values = kept.place, self.lineup.locked.get(kept.place), dict[str, str]()
        try:
            values = self.sealer.values_of(kept)
        except SettingsError as error:
            trouble = phrase_of(error)
        return shapes.Account(
            channel=kept.channel, name=kept.account, source="console", active=kept.active, changed=kept.changed, by=kept.by,
            trouble=self.words.in_all(trouble) if trouble else {}, hook=self._hook(place), at_work=place in self.lineup.channels,
            values=_open_values(kept.channel, values), set=_set_values(kept.channel, values),
            revision=kept.revision, marks=self.sealer.marks(place, {key: values[key] for key in _set_values(kept.channel, values)}),
        )  # fmt: skip

    def _shown_fixed(self, account: Account) -> shapes.Account:
        values = dict(setup_of(account).values)
        return shapes.Account(
            channel=account.channel, name=account.name, source="file", file=self.file,
            hook=self._hook((account.channel, account.name)),
            values=_open_values(account.channel, values), set=_set_values(account.channel, values),
        )  # fmt: skip

    def _hook(self, place: Place) -> str:
        return f"{self.looks.public_url}/hooks/{'/'.join(place)}" if self.looks.public_url else ""


def _open_values(channel: str, values: Mapping[str, str]) -> dict[str, str]:
    secret = secret_keys(kind_of(channel))
    return {key: value for key, value in values.items() if key not in secret}


def _set_values(channel: str, values: Mapping[str, str]) -> tuple[str, ...]:
    secret = secret_keys(kind_of(channel))
    return tuple(sorted(key for key, value in values.items() if key in secret and value))


def secret_keys(kind: ChannelKind) -> frozenset[str]:
    """The fields of a kind that are never shown."""
    return frozenset({"token", "secret", *(field.key for field in kind.fields if field.secret)})


def fields_of(name: str, words: Catalogue) -> tuple[shapes.KindField, ...]:
    """What an account of the kind is asked for: its own fields, then those every account has."""
    own = [_shown_field(name, field, words) for field in kind_of(name).fields]
    keys = [key for key in _HOUSE if key != "mode" or name in _POLLED]
    house = [Field(key=key, required=False, default=_DEFAULTS.get(key, "")) for key in keys]
    return (*own, *(_shown_field(name, field, words) for field in house if field.key not in {one.key for one in own}))


def _shown_field(kind: str, field: Field, words: Catalogue) -> shapes.KindField:
    # A channel that needs a webhook's secret only where it is called asks for it in the usual case.
    asked = field.required or (field.key == "secret" and kind in {"telegram", "slack"})
    return shapes.KindField(
        key=field.key,
        what=words.of_field(kind, field.key, usual=field.what),
        secret=field.secret,
        required=field.required and not field.default,
        chosen=field.key in _CHOSEN_BY_ALL or field.key in _CHOSEN.get(kind, ()),
        rare=field.key in _RARE and not asked and (kind, field.key) != ("plain", "base_url"),
        example=field.example,
        default=field.default,
    )


def wrong_values(channel: str, name: str, values: Mapping[str, str]) -> dict[str, Phrase]:
    """By field, what is wrong before an account is built at all."""
    if channel not in known_kinds():
        return {"channel": phrase("fit.channel")}
    wrong = {} if _is_read("name", name) else {"name": phrase("fit.name")}
    known = {field.key for field in kind_of(channel).fields} | set(_HOUSE) | {"token", "secret", "link_base"}
    wrong |= {key: phrase("fit.unknown") for key in values if key not in known}
    wrong |= {key: _of_form(key) for key in _HOUSE if values.get(key) and not _is_read(key, values[key])}
    wrong |= {key: phrase("fit.one_line") for key, value in values.items() if not _is_line(value)}
    missing = kind_of(channel).missing(setup_of(account_of(channel, name, values))) if not wrong else ()
    return wrong | dict.fromkeys(missing, phrase("fit.needed"))


def _is_read(key: str, value: str) -> bool:
    try:
        _ENTRIES[key].read(Given(value=value, base=Path()))
    except Wrong:
        return False
    return bool(value)


def _of_form(key: str) -> Phrase:
    return phrase("fit.address") if key.endswith("_url") else phrase("fit.form")


def _is_line(value: str) -> bool:
    try:
        text(Given(value=value, base=Path()))
    except Wrong:
        return False
    return True


def _wrong_in(sentence: str, channel: str, values: Mapping[str, str]) -> dict[str, Phrase]:
    """What a channel's sentence about its settings says of the field it names first, or of that of a pair which is empty."""
    known = {field.key for field in kind_of(channel).fields} | {"token", "secret", "mode", "base_url"}
    named = [word for word in _NAMED.findall(sentence) if word in known]
    if not named:
        return {"": phrase("fit.settings", text=sentence)}
    key = next((word for word in named if not values.get(word)), named[0]) if _PAIR in sentence else named[0]
    return {key: _of_form(key) if values.get(key) else phrase("fit.needed")}


def _bare(sentence: str) -> str:
    """Without the account's name, which stands above the form."""
    return sentence.partition(": ")[2] if sentence.startswith("channel account ") else sentence


def _tidy(values: Mapping[str, str]) -> dict[str, str]:
    """Without the spaces that copying brings along, and without what is empty."""
    return {key: value.strip() for key, value in values.items() if value.strip()}
