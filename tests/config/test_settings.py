"""Settings: hub.toml, then the environment; whatever is wrong is one sentence with name and remedy and no secret."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.reference.alerts import ALERTS
from config.reference.files import MEDIA, S3
from config.reference.loops import LOOPS
from config.reference.nudges import COMMENTS, NUDGES
from config.reference.page import markdown
from config.reference.reading import Secret
from config.reference.tables import ACCOUNT, CHAT, SHOP, TOP, Mode
from config.settings.load import load_settings
from config.settings.values import Account, Settings
from config.storage.bucket import place_of
from hub.model.errors import SettingsError
from hub.store.connections.link import Replicas
from hub.store.embedded.setup import Fsync

DOCS = Path(__file__).parents[2] / "docs"
SECRET = "5ecret-W0rd"
EVERY_VARIABLE = {
    "HUB_DATA": "/srv/hub",
    "HUB_SECRETS_FILE": "keys.json",
    "HUB_HOST": "0.0.0.0",  # noqa: S104 - a setting, nothing listens
    "HUB_PORT": "0",
    "HUB_PREFIX": "tea",
    "HUB_PUBLIC_URL": "https://chat.shop.example/",
    "HUB_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
    "REDIS_URL": f"rediss://:{SECRET}@redis.example/2",
    "HUB_REDIS_REPLICAS": "required",
    "HUB_REDIS_BIN": "redis-server",
    "ARCHIVE_URL": f"postgresql://hub:{SECRET}@db.example/hub",
    "HUB_FSYNC": "everysec",
    "HUB_MAXMEMORY": "2GB",
    "HUB_BURST_SECONDS": "0.5",
    "HUB_LOG": "warning",
    "HUB_SHOP_NAME": "Tea & Co",
    "HUB_SHOP_LANGUAGES": "vi, zh-TW",
    "HUB_SHOP_LANGUAGE": "zh-TW",
    "HUB_SHOP_TIME_ZONE": "Asia/Taipei",
    "HUB_SHOP_FAQ": "/srv/faq.toml",
    "HUB_SHOP_PRICES": "/srv/prices.toml",
    "HUB_SHOP_BASE_URL": "http://127.0.0.1:9000",
    "HUB_SHOP_FEEDBACK_SECONDS": "30",
}


def loaded(folder: Path, toml: str = "", environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a folder with that hub.toml and that environment."""
    if toml:
        (folder / "hub.toml").write_text(toml)
    return load_settings(environ or {}, folder=folder)


def refusal(folder: Path, toml: str = "", environ: Mapping[str, str] | None = None) -> str:
    """The sentence with which they are refused."""
    with pytest.raises(SettingsError) as told:
        loaded(folder, toml, environ)
    return str(told.value)


def test_nothing_given_is_a_hub_that_runs_here(tmp_path: Path) -> None:
    found = loaded(tmp_path)

    assert found.data == tmp_path / "data"
    assert (found.host, found.port) == ("127.0.0.1", 8080)
    assert (found.redis_url, found.archive_url) == ("", "")
    assert found.fsync is Fsync.ALWAYS
    assert found.maxmemory == 512 * 1024 * 1024
    assert found.shop.language == "en"
    assert found.accounts == ()


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, 'port = 81\nhost = "::1"\n[shop]\nname = "File"', {"HUB_PORT": "82", "HUB_SHOP_NAME": "Trà & Bánh"})

    assert (found.port, found.host, found.shop.name) == (82, "::1", "Trà & Bánh")


def test_the_hubs_own_port_goes_before_the_platforms(tmp_path: Path) -> None:
    assert loaded(tmp_path, environ={"PORT": "83"}).port == 83
    assert loaded(tmp_path, environ={"PORT": "83", "HUB_PORT": "84"}).port == 84


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert loaded(tmp_path, "port = 81", {"HUB_PORT": "", "REDIS_URL": "", "HUB_NONSENSE": ""}).port == 81


def test_relative_paths_start_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "shop.toml").write_text('data = "../kept"\n[shop]\nfaq = "faq.toml"')

    found = loaded(tmp_path, environ={"HUB_CONFIG": "etc/shop.toml"})

    assert found.data == tmp_path / "kept"
    assert found.shop.faq == tmp_path / "etc" / "faq.toml"


def test_relative_paths_of_the_environment_start_in_the_current_folder(tmp_path: Path) -> None:
    assert loaded(tmp_path, environ={"HUB_DATA": "here"}).data == tmp_path / "here"


def test_every_setting_can_come_by_its_variable(tmp_path: Path) -> None:
    found = loaded(tmp_path, environ=EVERY_VARIABLE)

    assert set(EVERY_VARIABLE) == {entry.env[0] for entry in (*TOP, *SHOP)}
    assert found.key_prefix == "tea:"
    assert found.redis_replicas is Replicas.REQUIRED
    assert found.public_url == "https://chat.shop.example"
    assert found.trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32")
    assert found.maxmemory == 2 * 1024**3
    assert found.burst_seconds == 0.5
    assert found.redis_url == EVERY_VARIABLE["REDIS_URL"]
    assert found.shop.languages == ("vi", "zh-TW")
    assert found.shop.faq == Path("/srv/faq.toml")


BUCKET = 'bucket = "shop-files"\naccess_key = "AKIA"\n'


def test_a_bucket_has_keys_its_secret_is_shown_nowhere_and_amazon_is_asked_where_no_other_is_named(tmp_path: Path) -> None:
    found = loaded(tmp_path, f'[s3]\n{BUCKET}region = "eu-central-1"\nsecret_key_env = "OURS"', {"OURS": SECRET}).s3

    assert (SECRET, "path") == (str(found.secret_key), found.style.value)
    assert "https://s3.eu-central-1.amazonaws.com" == place_of(found).endpoint
    assert SECRET not in f"{found!r} {place_of(found)!r}"


@pytest.mark.parametrize("toml", [BUCKET, 'bucket = "shop-files"\n', 'access_key = "AKIA"\nsecret_key = "s"\n'])
def test_a_bucket_without_keys_and_keys_without_a_bucket_are_a_sentence(tmp_path: Path, toml: str) -> None:
    with pytest.raises(SettingsError, match=r"\[s3\] needs bucket, access_key and secret_key, all three or none"):
        loaded(tmp_path, f"[s3]\n{toml}")


def test_an_account_keeps_what_is_its_channels_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    toml = """
    [[account]]
    channel = "telegram"
    token_file = "token"
    secret_env = "HUB_TELEGRAM_SECRET"
    mode = "polling"
    rate_per_second = 30
    base_url = "http://127.0.0.1:8081"
    allowed_updates = "message"
    drop_pending = true
    limit = 100
    app_secret_env = "APP"
    """

    found = loaded(tmp_path, toml, {"HUB_TELEGRAM_SECRET": "signed", "APP": "theirs"}).accounts

    options = {"allowed_updates": "message", "drop_pending": "true", "limit": "100", "app_secret": "theirs"}
    expected = Account(
        channel="telegram",
        name="main",
        token=Secret(SECRET),
        secret=Secret("signed"),
        base_url="http://127.0.0.1:8081",
        mode=Mode.POLLING,
        rate_per_second=30.0,
        options=options,
    )
    assert found == (expected,)


def test_no_secret_is_shown_by_a_settings_value(tmp_path: Path) -> None:
    toml = f'[[account]]\nchannel = "telegram"\ntoken = "{SECRET}"\nsecret = "{SECRET}"\napp_secret = "{SECRET}"'
    environ = {"REDIS_URL": f"redis://:{SECRET}@h", "ARCHIVE_URL": f"postgresql://u:{SECRET}@h/d"}

    found = loaded(tmp_path, toml, environ)

    assert found.accounts[0].token == SECRET
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("HUB_PORT", "80a", ('HUB_PORT is "80a"', "whole number from 0 to 65535")),
        ("HUB_PORT", "70000", ("HUB_PORT", "whole number from 0 to 65535")),
        ("HUB_PORT", "tcp://10.0.0.1:8080", ("HUB_PORT", "enableServiceLinks: false")),
        ("HUB_FSYNC", "no", ('HUB_FSYNC is "no"', "always or everysec")),
        ("HUB_MAXMEMORY", "1mb", ("HUB_MAXMEMORY", "at least 32mb")),
        ("HUB_MAXMEMORY", "lots", ("HUB_MAXMEMORY", "at least 32mb")),
        ("HUB_PREFIX", "{p07}", ("HUB_PREFIX", "small letters")),
        ("HUB_PUBLIC_URL", "shop.example", ("HUB_PUBLIC_URL", "give an address like https://")),
        ("HUB_PUBLIC_URL", f"https://me:{SECRET}@shop.example", ("HUB_PUBLIC_URL", "an address with a user in it")),
        ("HUB_TRUSTED_PROXIES", "10.0.0.0/40", ("HUB_TRUSTED_PROXIES", "10.0.0.0/8")),
        ("HUB_BURST_SECONDS", "nan", ("HUB_BURST_SECONDS", "number from 0 to 30")),
        ("HUB_SHOP_TIME_ZONE", "Saigon", ("HUB_SHOP_TIME_ZONE", "Asia/Ho_Chi_Minh")),
        ("HUB_SHOP_TIME_ZONE", "../../etc/passwd", ("HUB_SHOP_TIME_ZONE", "Asia/Ho_Chi_Minh")),
        ("HUB_SHOP_LANGUAGES", "Vietnamese!", ("HUB_SHOP_LANGUAGES", "vi, en, zh-TW")),
        ("HUB_SHOP_LANGUAGE", "fr", ('language is "fr"', "en, vi, zh-TW")),
        ("REDIS_URL", f"http://:{SECRET}@h", ("REDIS_URL", "not shown", "redis+cluster://HOST,HOST")),
        ("REDIS_URL", f"redis://:a/{SECRET}@h", ("REDIS_URL", "%2F")),
        ("ARCHIVE_URL", f"mysql://u:{SECRET}@h/d", ("ARCHIVE_URL", "not shown", "postgresql://")),
        ("HUB_CONFIG", "elsewhere.toml", ("HUB_CONFIG", "is not there")),
        ("HUB_PROT", "1", ('"HUB_PROT"', "HUB_PORT")),
        ("HUB_SERVICE_HOST", "10.0.0.1", ("HUB_SERVICE_HOST", "enableServiceLinks: false")),
    ],
)
def test_a_wrong_variable_is_one_sentence(tmp_path: Path, name: str, given: str, words: tuple[str, ...]) -> None:
    sentence = refusal(tmp_path, environ={name: given})

    assert [word for word in words if word not in sentence] == []
    assert SECRET not in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("prot = 1", ('"prot" is not a setting', "port")),
        ('[shop]\nlanguges = ["vi"]', ("languges", "languages")),
        ("port = true", ("port in hub.toml is True", "whole number")),
        ("port = 8080.5", ("port in hub.toml is 8080.5", "whole number")),
        ("burst_seconds = inf", ("burst_seconds", "number from 0 to 30")),
        (f"port = 0x{'f' * 5000}", ("port in hub.toml is a very large number",)),
        (f"burst_seconds = 0x{'f' * 5000}", ("burst_seconds in hub.toml is a very large number",)),
        ("host = {a = 1}", ("host in hub.toml is a table", "give")),
        ("shop = 1", ("shop in hub.toml is 1", "[shop]")),
        ("account = 1", ("account in hub.toml", "[[account]]")),
        ("[account]\nx=1", ("account in hub.toml", "[[account]]")),
        ("port = ", ("hub.toml is not TOML", "end of document")),
        ("a = " + "[" * 5000, ("hub.toml is not TOML",)),
        ("[[account]]\nname = 'x'", ("account 1's channel", "missing")),
        ("[[account]]\nchannel = 'a/b'", ("account 1's channel", "like telegram")),
        (f"[[account]]\nchannel = 'x'\ntoekn = '{SECRET}'", ("toekn", "write token if")),
        ("[[account]]\nchannel = 'line'\nchannel_id = ['1']", ("channel_id is a list",)),
        (f"[[account]]\nchannel = 'x'\ntoken = ['{SECRET}']", ("account 1's token", "not shown")),
        (f"[[account]]\nchannel = 'x'\ntoken_env = '{SECRET}'", ("account 1's token", "a variable that is not set")),
        ("[[account]]\nchannel = 'x'\ntoken_env = 'TOKEN_X'", ("account 1's token", "TOKEN_X")),
        (f"[[account]]\nchannel = 'x'\ntoken_file = '{SECRET}'", ("account 1's token", "No such file")),
        (f"[[account]]\nchannel = 'x'\ntoken = '{SECRET}'\ntoken_env = 'A'", ("token and by token_env", "keep one")),
        (f"[[account]]\nchannel = 'x'\nown = ['{SECRET}']", ("account 1's own is a list",)),
        ("[[account]]\nchannel = 'x'\nmode = 'push'", ("account 1's mode", "webhook or polling")),
        ("[[account]]\nchannel = 'x'\n[[account]]\nchannel = 'x'", ("two accounts x/main",)),
        ("redis_url = 'nonsense'", ("redis_url in hub.toml", "redis://")),
        ("redis_url = 'redis://h'\nredis_url_env = 'R'", ("keep one",)),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, toml: str, words: tuple[str, ...]) -> None:
    sentence = refusal(tmp_path, toml)

    assert [word for word in words if word not in sentence] == []
    assert SECRET not in sentence
    assert sentence[-1] in ".?"
    assert "\n" not in sentence


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_bytes(b'host = "\xff"')

    assert "at byte 8" in refusal(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://user:pass@h:1/0",
        "rediss://h:6380",
        "unix:///run/redis.sock",
        "redis+sentinel://h1,h2:26379/shop",
        "redis+cluster://h1:7000,h2",
    ],
)
def test_every_form_of_a_redis_address_is_taken(tmp_path: Path, url: str) -> None:
    assert loaded(tmp_path, environ={"REDIS_URL": url}).redis_url == url


def test_the_page_of_settings_is_the_codes() -> None:
    assert (DOCS / "settings.md").read_text() == markdown()


def test_the_pages_example_is_taken(tmp_path: Path) -> None:
    example = markdown().partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "telegram.secret").write_text("signed")

    found = loaded(tmp_path, example, {"TELEGRAM_TOKEN": "t"})

    assert found.accounts[0].secret == "signed"


def test_every_default_is_taken_when_it_is_written_out(tmp_path: Path) -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("| `")]

    assert len(rows) == len((*TOP, *SHOP, *CHAT, *MEDIA, *S3, *LOOPS, *NUDGES, *COMMENTS, *ALERTS, *ACCOUNT))
    toml = 'data = "data"\nport = 8080\nmaxmemory = "512mb"\nfsync = "always"\n[shop]\nlanguages = ["en", "vi", "zh-TW"]'
    assert loaded(tmp_path, toml) == loaded(tmp_path, "\n")


VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=3),
    st.sampled_from(
        ["redis://h", "https://x", "unix://", "redis://[", "http://[::1", "redis://h:99999", "~nobody/x", "\ud800", "a\x00b", "..", "/"]
    ),
)
VARIABLES = sorted(
    {name for entry in (*TOP, *SHOP, *CHAT, *MEDIA, *S3, *LOOPS) for name in entry.env} | {"HUB_X", "HUB_CONFIG", "HOME", "T"}
)


def toml_of(tree: Mapping[str, object]) -> str:
    """Lines of TOML with those keys; a value that TOML cannot say stands as it is, which must be refused as well."""
    return "\n".join(f"{key} = {_toml_value(value)}" for key, value in tree.items())


def _toml_value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(sign):08x}" for sign in value) + '"'
        case list():
            return f"[{', '.join(_toml_value(each) for each in value)}]"
        case _:
            return str(value)


def outcome(folder: Path, environ: Mapping[str, str]) -> str:
    """The sentence they are refused with, or empty; any other exception gets out."""
    try:
        load_settings(environ, folder=folder)
    except SettingsError as error:
        return str(error)
    return ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(VARIABLES), st.text(max_size=40) | st.sampled_from(["redis://[", "~nobody/x", "\udcff", "9" * 5000]), max_size=5
    )
)
def test_no_environment_raises_anything_else(tmp_path: Path, environ: dict[str, str]) -> None:
    assert "\n" not in outcome(tmp_path, environ)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    st.dictionaries(st.sampled_from([entry.key for entry in TOP]), VALUES, max_size=4),
    st.dictionaries(st.sampled_from([entry.key for entry in SHOP]), VALUES, max_size=4),
    st.dictionaries(st.sampled_from([entry.key for entry in CHAT]), VALUES, max_size=4),
    st.dictionaries(
        st.sampled_from([*(entry.key for entry in ACCOUNT), "own", "token_env", "token_file", "own_file", "_env"]), VALUES, max_size=5
    ),
)
def test_no_file_of_known_keys_raises_anything_else(
    tmp_path: Path, top: dict[str, object], shop: dict[str, object], chat: dict[str, object], account: dict[str, object]
) -> None:
    toml = f"{toml_of(top)}\n[shop]\n{toml_of(shop)}\n[chat]\n{toml_of(chat)}\n[[account]]\n{toml_of({'channel': 'x'} | account)}\n"
    (tmp_path / "hub.toml").write_text(toml)

    assert "\n" not in outcome(tmp_path, {"T": "t"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(st.binary(max_size=200) | st.text(alphabet='[]{}="\\.\n#a1', max_size=60).map(str.encode))
def test_no_bytes_in_the_file_raise_anything_else(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hub.toml").write_bytes(content)

    assert "\n" not in outcome(tmp_path, {})
