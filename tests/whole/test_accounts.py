"""Accounts added, changed, switched off and removed while web and worker run apart: what customers, admins and providers see of it."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from msgspec import Struct

from config.accounts.sealed import Sealer
from config.commands.accounts import add, connect, list_accounts, place_of
from config.commands.channel_log import Wanted, show_log
from hub.engine.clock import SystemClock
from hub.model.address import Address
from hub.model.errors import SettingsError
from hub.store.channels.accounts import KeptAccounts
from hub.store.keys import Keys
from hub.web.api.shapes.accounts import Account, AccountList, KindList, SeenAccount
from sandbox.telegram.hooks import Timing
from sandbox.telegram.stand_in import TelegramStandIn
from tests.processes import eventually, folder
from tests.whole.children import Child, Family, family_on
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, Caller, Told

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOOK_SECRET = "chosen-by-the-shop"


class Shop(Struct):
    """Web and worker as processes of their own, and a Telegram bot no file names."""

    family: Family
    caller: Caller
    bot: TelegramStandIn
    running: list[Child]

    def values(self, **more: str) -> dict[str, str]:
        """What an admin enters."""
        return {"token": self.bot.token, "secret": HOOK_SECRET, "base_url": self.bot.base_url, **more}

    async def add(self, name: str, **more: str) -> Told:
        """Add the bot under that name."""
        return await self.caller.ask("POST", "/api/accounts", {"channel": "telegram", "name": name, "values": self.values(**more)})

    async def remove(self, name: str) -> int:
        """Take it away; a bot has one webhook, so the next account of it needs that."""
        return (await self.caller.ask("DELETE", f"/api/accounts/telegram/{name}")).status

    async def change(self, name: str, **change: object) -> Told:
        """Change it."""
        return await self.caller.ask("PATCH", f"/api/accounts/telegram/{name}", change)

    async def hooked(self, name: str) -> None:
        """Wait until Telegram brings its updates to that account."""
        await eventually(lambda: (hook := self.bot.world.webhook) is not None and hook.url.endswith(f"/{name}"), what="the webhook")

    async def answered(self, who: str) -> None:
        """Somebody asks, and is answered."""
        self.bot.say(who, HOURS_ASKED)
        await eventually(lambda: any(HOURS in text for text in self.bot.sent_to(who)), what="an answer")

    async def customer(self, name: str, who: str) -> str:
        """Whose that address is."""
        links, key = await self.family.links(), Keys(self.family.settings.key_prefix).address(Address("telegram", name, who))
        found = await links.call(key, "GET", key)
        assert isinstance(found, bytes)
        return found.decode()

    def told(self) -> str:
        """Everything the processes said."""
        return "".join(child.said for child in self.running)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Shop]:
    bot = TelegramStandIn(timing=Timing(backoff=(0.1,)))
    await bot.start()
    with folder() as place, ground(Topology.EMBEDDED) as below:
        async with family_on(below, place) as family, aiohttp.ClientSession() as http:
            web = family.start("web")
            await web.serving()
            worker = family.start("worker")
            yield Shop(family, await family.caller(http), bot, [web, worker])
    await bot.stop()


async def test_every_channel_can_be_set_up_in_three_languages(shop: Shop) -> None:
    kinds = (await shop.caller.ask("GET", "/api/accounts/kinds")).read(KindList).kinds

    assert 12 == len(kinds)
    assert [] == [(kind.kind, field.key) for kind in kinds for field in kind.fields if set(field.what) != {"en", "vi", "zh-TW"}]


async def test_account_added_in_the_console_is_at_work_in_all_processes_and_its_secrets_stay_inside(shop: Shop) -> None:
    told = await shop.add("added")
    await shop.hooked("added")
    await shop.answered("700001")

    listed = await shop.caller.ask("GET", "/api/accounts")
    made = told.read(Account)
    assert (201, "console", True, ("secret", "token")) == (told.status, made.source, made.active, made.set)
    assert {"base_url": shop.bot.base_url} == dict(made.values)
    files = {(one.channel, one.name) for one in listed.read(AccountList).accounts if one.source == "file"}
    assert ("plain", "app") in files
    for secret in (shop.bot.token, HOOK_SECRET):
        assert secret not in (listed.raw + told.raw).decode()
        assert secret not in shop.told()
    assert 200 == await shop.remove("added")


async def test_log_of_an_account_of_the_console_is_told_on_the_command_line_while_it_is_on_and_after(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.add("logged")
    await shop.hooked("logged")
    await shop.answered("700009")

    async def noted() -> bool:
        assert 0 == await show_log(shop.family.settings, Wanted(account="telegram/logged"))
        return "/sendMessage" in capsys.readouterr().out

    await eventually(noted, what="the call in the log")
    assert 200 == (await shop.change("logged", active=False)).status
    assert 0 == await show_log(shop.family.settings, Wanted(account="telegram"))
    assert "telegram/logged" in capsys.readouterr().out
    with pytest.raises(SettingsError, match="telegram/logged"):
        await show_log(shop.family.settings, Wanted(account="telegram/nobody"))
    assert 200 == await shop.remove("logged")


async def test_what_is_wrong_is_a_sentence_for_each_field_and_nothing_is_kept(shop: Shop) -> None:
    told = await shop.caller.ask("POST", "/api/accounts", {"channel": "telegram", "name": "No Name", "values": {"colour": "red"}})
    odd = await shop.add("odd", token="not a token")

    fields = told.body["fields"]
    assert isinstance(fields, dict)
    assert (400, {"$.name", "$.values.colour"}) == (told.status, set(fields))
    assert (400, "$.values.token") == (odd.status, odd.body["field"])
    assert "odd" not in (await shop.caller.ask("GET", "/api/accounts")).raw.decode()


async def test_name_that_is_taken_and_accounts_of_the_file_are_left_alone(shop: Shop) -> None:
    twin = await shop.caller.ask(
        "POST", "/api/accounts", {"channel": "plain", "name": "app", "values": {"secret": "x" * 20, "base_url": shop.bot.base_url}}
    )
    changed = await shop.caller.ask("PATCH", "/api/accounts/plain/app", {"active": False})
    removed = await shop.caller.ask("DELETE", "/api/accounts/plain/app")
    nobody = await shop.caller.ask("DELETE", "/api/accounts/plain/nobody")

    assert [409, 409, 409, 404] == [twin.status, changed.status, removed.status, nobody.status]
    assert "hub.toml" in str(changed.body["detail"])


async def test_secrets_left_out_stay_and_go_to_no_other_address(shop: Shop) -> None:
    await shop.add("kept")
    same = await shop.change("kept", values={"base_url": shop.bot.base_url, "rate_per_second": "20"})
    elsewhere = await shop.change("kept", values={"base_url": "http://127.0.0.1:9"})

    assert (200, ("secret", "token")) == (same.status, same.read(Account).set)
    assert (400, {"$.values.secret", "$.values.token"}) == (elsewhere.status, set(json.loads(elsewhere.raw)["fields"]))
    assert 200 == await shop.remove("kept")


async def test_change_of_an_account_that_somebody_else_changed_is_refused_and_says_who_and_when(shop: Shop) -> None:
    read = (await shop.add("raced")).read(Account)
    first = await shop.change("raced", values={"base_url": shop.bot.base_url, "rate_per_second": "9"}, revision=read.revision)
    second = await shop.change("raced", values={"base_url": shop.bot.base_url, "rate_per_second": "5"}, revision=read.revision)
    gone = await shop.caller.ask("DELETE", f"/api/accounts/telegram/raced?revision={read.revision}")

    now = first.read(Account)
    (kept,) = [one for one in (await shop.caller.ask("GET", "/api/accounts")).read(AccountList).accounts if one.name == "raced"]
    assert ("9", now.revision) == (kept.values["rate_per_second"], kept.revision)
    assert read.revision != now.revision
    assert read.marks == now.marks
    assert [409, 409] == [second.status, gone.status]
    assert ("changed", now.by, now.changed) == (second.body["code"], second.body["owner"], second.body["at"])
    secret = {"base_url": shop.bot.base_url, "secret": "another-one"}
    other = (await shop.change("raced", values=secret, revision=now.revision)).read(Account)
    assert {"secret"} == {key for key in other.marks if other.marks[key] != now.marks[key]}
    # A program that names no revision changes whatever is there, as before there were any.
    assert 200 == (await shop.change("raced", active=False)).status
    assert 200 == await shop.remove("raced")


async def test_account_switched_off_takes_nothing_and_goes_on_when_it_is_switched_on(shop: Shop) -> None:
    await shop.add("switched")
    await shop.hooked("switched")
    await shop.answered("700002")

    off = await shop.change("switched", active=False)
    knocked = await shop.caller.knock("/hooks/telegram/switched", b"{}")
    on = await shop.change("switched", active=True)
    await shop.hooked("switched")
    await shop.answered("700003")

    assert [(200, False), (200, True)] == [(one.status, one.read(Account).active) for one in (off, on)]
    assert 404 == knocked
    assert 200 == await shop.remove("switched")


async def test_conversations_of_an_account_that_was_removed_stay_readable(shop: Shop) -> None:
    await shop.add("leaving")
    await shop.hooked("leaving")
    await shop.answered("700004")
    customer = await shop.customer("leaving", "700004")

    gone = await shop.remove("leaving")
    lines = await shop.caller.lines(customer)

    assert 200 == gone
    assert [HOURS_ASKED] == [line.entry.text for line in lines if line.entry.who == "customer"]
    assert 404 == await shop.caller.knock("/hooks/telegram/leaving", b"{}")
    assert "leaving" not in (await shop.caller.ask("GET", "/api/channels")).raw.decode()


async def test_test_and_connect_tell_what_they_proved_and_what_to_copy(shop: Shop) -> None:
    tried = await shop.caller.ask("POST", "/api/accounts/look", {"channel": "telegram", "name": "tried", "values": shop.values()})
    wrong = await shop.caller.ask(
        "POST", "/api/accounts/look", {"channel": "telegram", "name": "tried", "values": shop.values(token="1:none")}
    )
    await shop.add("connected")
    connected = (await shop.caller.ask("POST", "/api/accounts/telegram/connected/connect")).read(SeenAccount)

    assert "taken" in [point.code for point in tried.read(SeenAccount).points]
    assert "refused" in [point.code for point in wrong.read(SeenAccount).points]
    assert {"taken", "hook_here", "events_all", "reached"} <= {point.code for point in connected.points}
    early = {point.code: point.grade for point in tried.read(SeenAccount).points}
    assert ("good", False) == (early["not_known_there"], "wrong" in early.values())
    # Telegram has an API for it, so nobody has to enter anything there; the shop's own app has none.
    assert {} == connected.copies
    app = (await shop.caller.ask("POST", "/api/accounts/plain/app/connect")).read(SeenAccount)
    assert app.copies["webhook"].endswith("/hooks/plain/app")
    assert 200 == await shop.remove("connected")


async def test_command_adds_an_account_without_a_secret_in_its_arguments_and_connects_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = shop.family.settings
    monkeypatch.setenv("BOT_TOKEN", shop.bot.token)
    monkeypatch.setenv("BOT_SECRET", HOOK_SECRET)

    with pytest.raises(SettingsError, match="token_env=NAME"):
        await add(settings, ("telegram", "typed"), [f"token={shop.bot.token}"])
    given = ["token_env=BOT_TOKEN", "secret_env=BOT_SECRET", f"base_url={shop.bot.base_url}"]
    assert 0 == await add(settings, place_of("telegram/typed"), given)
    await shop.hooked("typed")
    connected = await connect(settings, ("telegram", "typed"))
    listed = await list_accounts(settings)

    told = capsys.readouterr().out
    assert (0, 0) == (connected, listed)
    assert "The webhook points here" in told
    assert shop.bot.token not in told
    assert 200 == await shop.remove("typed")
    with pytest.raises(SettingsError, match="hub channel list"):
        await connect(settings, ("telegram", "typed"))


async def test_account_that_another_key_sealed_is_told_with_its_remedy(shop: Shop) -> None:
    settings = shop.family.settings
    keys = Keys(settings.key_prefix)
    other = Sealer(key=b"k" * 32, where="elsewhere", clock=SystemClock())
    await KeptAccounts(await shop.family.links(), keys).add(other.closed("telegram", "locked", shop.values(), by="an"))

    async def locked() -> bool:
        return 503 == await shop.caller.knock("/hooks/telegram/locked", b"{}")

    await eventually(locked, what="webhooks told to come again")
    (account,) = [one for one in (await shop.caller.ask("GET", "/api/accounts")).read(AccountList).accounts if one.name == "locked"]
    assert "secrets.json" in account.trouble["vi"]
    assert other.name in account.trouble["vi"]
    assert 1 == await list_accounts(settings)
    assert 200 == (await shop.change("locked", values=shop.values())).status
    await shop.hooked("locked")
    assert 200 == await shop.remove("locked")
