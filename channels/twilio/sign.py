"""Whether a request is Twilio's, after https://www.twilio.com/docs/usage/security#validating-requests.

The check is our own, for it must see the raw query (the library's takes addresses apart and puts them together again, which turns an
empty query or odd characters into others) and compare in constant time; a test holds it against the library's on anything.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import parse_qs, parse_qsl

from hub.model.channels.ports import Inbound
from hub.model.errors import BadSignature, Unparseable

SIGNATURE_HEADER = "x-twilio-signature"

FORM = "application/x-www-form-urlencoded"

_MOST_FIELDS = 1000
"""Ten times what Twilio sends in its longest form."""

_PORTS = {"https": "443", "http": "80"}

Pairs = list[tuple[str, str]]


def check(request: Inbound, *, token: str, shared_key: str) -> None:
    """Raise BadSignature unless Twilio signed it, with the port of our address or without, as its own library allows.

    With a `shared_key` (a webhook shared key of the console) only that counts and the hash is SHA-256; a header never chooses.
    """
    told = request.headers.get(SIGNATURE_HEADER, "")
    if not told:
        raise BadSignature("the signature is missing", code="missing_signature")
    try:
        signed = _signed_fields(request)
    except ValueError as error:
        raise BadSignature(f"the form cannot be read ({type(error).__name__})") from None
    algorithm, key = ("sha256", shared_key) if shared_key else ("sha1", token)
    wanted = [signature(url, signed, key=key.encode(), algorithm=algorithm) for url in _spellings(request.url)]
    found = [hmac.compare_digest(told.encode(errors="replace"), each.encode()) for each in wanted]
    if not any(found):
        raise BadSignature("the signature is not the request's")


def signature(url: str, fields: Pairs, *, key: bytes, algorithm: str = "sha1") -> str:
    """Base64 of the HMAC of the address, then each field's name and value by the alphabet; what comes twice counts once."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.new(key, text.encode(errors="surrogateescape"), algorithm).digest()).decode()


def fields_of(request: Inbound) -> dict[str, str]:
    """What the request says, as fields: of its body, or of its address where the webhook is set to GET. Raises Unparseable.

    Of a field that comes twice the first counts.
    """
    raw = _query(request.url).encode() if request.method == "GET" else request.body
    try:
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Unparseable(f"not a form ({type(error).__name__})") from None
    return {name: next(values)[1] for name, values in groupby(sorted(pairs, key=lambda pair: pair[0]), key=lambda pair: pair[0])}


def is_form(request: Inbound) -> bool:
    """Whether the body is a form; Twilio's other webhooks are JSON."""
    return request.headers.get("content-type", FORM).partition(";")[0].strip().lower() == FORM


def _signed_fields(request: Inbound) -> Pairs:
    """The fields that were signed with the address. A body that is no form is signed by its hash in the address, or not at all."""
    if is_form(request):
        text = request.body.decode("utf-8", "surrogateescape")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="surrogateescape")
    told = parse_qs(_query(request.url)).get("bodySHA256", [""])[0]
    if not hmac.compare_digest(told.lower().encode(errors="replace"), hashlib.sha256(request.body).hexdigest().encode()):
        raise BadSignature("the body is not the one that was signed")
    return []


def _query(url: str) -> str:
    return url.partition("#")[0].partition("?")[2]


def _spellings(url: str) -> Iterator[str]:
    """The address as it is, without its port, and with the port its scheme means: Twilio is not of one mind about it."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    bare, colon, port = host.rpartition(":")
    named = bool(colon) and port.isdigit()
    yield url
    if named:
        yield f"{scheme}://{bare}{slash}{path}"
    else:
        yield f"{scheme}://{host}:{_PORTS.get(scheme, '80')}{slash}{path}"
