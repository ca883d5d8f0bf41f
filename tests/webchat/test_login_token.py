"""The shop's word for who is on the page: what holds and what does not."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.errors import BadSignature
from hub.model.webchat.login import login_key, read_login, write_login

KEY = login_key(b"k" * 32).encode()
NOW_S = 1_800_000_000
NOW = NOW_S * 1000


def part(value: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def signed(claims: object, *, head: object = None, key: bytes = KEY) -> str:
    """A token of these parts, signed rightly."""
    text = f"{part(head or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    return f"{text}.{urlsafe_b64encode(hmac.new(key, text.encode(), sha256).digest()).rstrip(b'=').decode()}"


def test_what_the_shop_signed_is_who_it_is() -> None:
    token = write_login("4711", key=KEY, iat=NOW_S, exp=NOW_S + 600, name="Nguyễn An", email="an@shop.example")

    login = read_login(token, key=KEY, now=NOW)

    assert ("4711", {"name": "Nguyễn An", "email": "an@shop.example"}) == (login.user, login.traits)


def test_what_it_tells_of_them_can_be_stored_in_any_archive() -> None:
    """Guard: a text of PostgreSQL's holds no NUL, and a line of the timeline is one line."""
    token = write_login("4711", key=KEY, iat=NOW_S, name=" Nguyễn\0 An\n", phone="\t")

    assert {"name": "Nguyễn An"} == read_login(token, key=KEY, now=NOW).traits


@pytest.mark.parametrize(
    "claims",
    [{"sub": "4711", "exp": NOW_S + 60}, {"user": 4711, "iat": NOW_S}, {"user": "4711", "sub": "x", "exp": NOW_S - 30, "more": [1]}],
    ids=["the standard's name", "a number", "a clock that is half a minute off"],
)
def test_shops_write_it_in_their_ways(claims: object) -> None:
    assert "4711" == read_login(signed(claims), key=KEY, now=NOW).user


GOOD = {"user": "4711", "iat": NOW_S}


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        "a.b.=",
        signed(GOOD, key=b"another shop's"),
        signed(GOOD, head={"alg": "none"}),
        signed(GOOD, head={"alg": "HS512"}),
        signed(GOOD, head={"alg": "HS256", "crit": ["exp"]}),
        signed(GOOD, head=["HS256"]),
        signed(GOOD).rpartition(".")[0] + ".",
        f"{part({'alg': 'none'})}.{part(GOOD)}.",
        signed({"user": "4711"}),
        signed({"user": "4711", "exp": NOW_S - 61}),
        signed({"user": "4711", "iat": NOW_S - 3700}),
        signed({"user": "4711", "iat": NOW_S + 61}),
        signed({"user": "4711", "nbf": NOW_S + 61, "exp": NOW_S + 100}),
        signed({"user": "4711", "exp": NOW_S + 90_000}),
        signed({"user": "4711", "exp": 1e308}),
        signed({"iat": NOW_S}),
        signed({"user": " ", "iat": NOW_S}),
        signed({"user": "a\nb", "iat": NOW_S}),
        signed({"user": "x" * 300, "iat": NOW_S}),
        signed({"user": {"id": 1}, "iat": NOW_S}),
        signed({"user": "4711", "iat": "now"}),
        signed([1]),
        signed({**GOOD, "name": "x" * 5000}),
    ],
)
def test_nothing_else_holds(token: str) -> None:
    with pytest.raises(BadSignature):
        read_login(token, key=KEY, now=NOW)


@given(st.integers(0, 200), st.integers(1, 255))
def test_one_changed_sign_and_it_does_not_hold(at: int, by: int) -> None:
    token = write_login("4711", key=KEY, iat=NOW_S)
    place = at % len(token)
    altered = token[:place] + chr((ord(token[place]) + by) % 256) + token[place + 1 :]

    with pytest.raises(BadSignature):
        read_login(altered, key=KEY, now=NOW)


@given(st.text(max_size=200))
def test_no_text_whatsoever_does_more_than_be_refused(token: str) -> None:
    with pytest.raises(BadSignature):
        read_login(token, key=KEY, now=NOW)
