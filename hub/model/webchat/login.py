"""A signed login: the shop's server vouches for who is on the page, in a compact JWT (RFC 7519) signed by HMAC-SHA256."""

import hmac
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.model.base import Value
from hub.model.errors import BadSignature

TOKEN_LENGTH = 4096
LEEWAY_S = 60
"""How far the shop's clock may be from ours."""
LIFE_S = 3600
"""So long a token without `exp` is good after its `iat`."""
LONGEST_LIFE_S = 86_400
"""A token that is good for longer than a day is refused: whoever finds it in a log could be that customer."""
EVIDENCE = "signed web login"

_PART = re.compile(r"[A-Za-z0-9_-]+")
_Word = Annotated[str, Meta(max_length=256)]


class Login(Value, frozen=True):
    """Whom the shop says the customer to be: its own id of them, and what it tells of them."""

    user: str
    traits: dict[str, str] = {}


class _Head(msgspec.Struct):
    alg: str
    crit: msgspec.Raw | None = None


class _Claims(msgspec.Struct):
    user: _Word | int = ""
    sub: _Word | int = ""
    name: _Word | None = None
    email: _Word | None = None
    phone: _Word | None = None
    language: _Word | None = None
    exp: int | float | None = None
    iat: int | float | None = None
    nbf: int | float | None = None


def read_login(token: str, *, key: bytes, now: int) -> Login:
    """Who it is; `now` in ms since 1970. Raises BadSignature, saying what the shop's developer has to mend, for any that does not hold."""
    parts = token.split(".") if len(token) <= TOKEN_LENGTH else ()
    if len(parts) != 3 or not all(map(_PART.fullmatch, parts)):  # noqa: PLR2004 - head, claims, signature
        raise BadSignature("This is no token: send `head.claims.signature`, each in base64url without padding.")
    head, claims, signature = parts
    if not hmac.compare_digest(_signature(f"{head}.{claims}", key).encode(), signature.encode()):
        raise BadSignature("The token is not signed with this hub's login secret: `hub widget` shows it.")
    _check_head(head)
    told = _claims(claims)
    _check_time(told, now / 1000)
    user = str(told.user if told.user != "" else told.sub).strip()
    if not user or not user.isprintable():
        raise BadSignature("The token names nobody: put the shop's own id of the customer into `user`.")
    traits = {"name": told.name, "email": told.email, "phone": told.phone, "language": told.language}
    return Login(user=user, traits={name: plain for name, value in traits.items() if (plain := _on_one_line(value or ""))})


def _on_one_line(value: str) -> str:
    """Without control characters: PostgreSQL's text cannot hold a NUL, and no name ends a line."""
    return "".join(sign for sign in value if unicodedata.category(sign) != "Cc").strip()


def write_login(user: str, *, key: bytes, iat: int, exp: int = 0, **traits: str) -> str:
    """A token as the shop's server makes it; `iat` and `exp` in seconds since 1970."""
    claims = {"user": user, "iat": iat, **({"exp": exp} if exp else {}), **traits}
    signed = f"{_packed({'alg': 'HS256', 'typ': 'JWT'})}.{_packed(claims)}"
    return f"{signed}.{_signature(signed, key)}"


def login_key(secret: bytes) -> str:
    """The secret that the shop's server signs with, made of the hub's own session key: one cannot be had from the other."""
    return _base64(hmac.new(secret, b"omnihub web login", sha256).digest())


def write_key(secret: bytes) -> str:
    """What the shop's server sends events with, made like the login's secret."""
    return _base64(hmac.new(secret, b"omnihub write key", sha256).digest())


def _check_head(part: str) -> None:
    try:
        head = msgspec.json.decode(_bytes(part), type=_Head)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadSignature('The token\'s head is not understood: write {"alg":"HS256","typ":"JWT"}.') from error
    if head.alg != "HS256" or head.crit is not None:
        raise BadSignature("The token must be signed by HS256 (HMAC-SHA256), without `crit`.")


def _claims(part: str) -> _Claims:
    try:
        return msgspec.json.decode(_bytes(part), type=_Claims)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadSignature("The claims are not understood: user, name, email, phone, language are texts, iat and exp seconds.") from error


def _check_time(told: _Claims, now: float) -> None:
    begins = max(told.iat or 0, told.nbf or 0)
    if told.exp is None and told.iat is None:
        raise BadSignature("The token has no time: put `iat` or `exp` (seconds since 1970) into it.")
    ends = told.exp if told.exp is not None else (told.iat or 0) + LIFE_S
    if begins > now + LEEWAY_S:
        raise BadSignature("The token is not valid yet: see that the shop's clock is right and `iat` is in seconds.")
    if ends < now - LEEWAY_S:
        raise BadSignature("The token has expired: make a new one for each page.")
    if ends > now + LONGEST_LIFE_S + LEEWAY_S:
        raise BadSignature("The token is good for more than a day: let it expire sooner.")


def _signature(signed: str, key: bytes) -> str:
    return _base64(hmac.new(key, signed.encode(), sha256).digest())


def _packed(value: object) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(plain: bytes) -> str:
    return urlsafe_b64encode(plain).rstrip(b"=").decode()


def _bytes(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
