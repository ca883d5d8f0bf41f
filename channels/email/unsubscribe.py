"""Leaving the list by one click: https://www.rfc-editor.org/rfc/rfc8058. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

from hub.model.channels.ports import Inbound, Reply
from hub.model.errors import BadSignature

FIELD = "unsubscribe"
_SIGNED_BYTES = 16

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:26em;margin:4em auto;padding:0 1em}}
button{{font:inherit;padding:.6em 1.2em}}</style>
</head><body><p>{words}</p>{form}</body></html>"""
_FORM = """<form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe · Hủy nhận tin · 取消訂閱</button></form>"""
_ASK = "No more advertisements by e-mail?<br>Không nhận thư quảng cáo nữa?<br>不再接收廣告郵件？"
_DONE = "You will get no more advertisements by e-mail.<br>Bạn sẽ không nhận thư quảng cáo nữa.<br>您將不再收到廣告郵件。"


def link(hook_url: str, address: str, *, key: bytes) -> str:
    """The address that takes `address` off the list, for who holds the letter."""
    return f"{hook_url}?{FIELD}={_token(address, key)}"


def is_meant(request: Inbound) -> bool:
    """Whether a request is somebody's leaving, and no service's webhook."""
    return f"{FIELD}=" in urlsplit(request.url).query


def who(request: Inbound, *, key: bytes) -> str:
    """Whose leave-taking it is; raises BadSignature for a link we did not make."""
    token = parse_qs(urlsplit(request.url).query).get(FIELD, [""])[0]
    try:
        address = urlsafe_b64decode(token.partition(".")[0].encode("ascii") + b"==").decode()
    except (ValueError, UnicodeError):
        raise BadSignature("the link is not ours") from None
    if not hmac.compare_digest(token.encode(errors="replace"), _token(address, key).encode()):
        raise BadSignature("the link is not ours")
    return address


def page(request: Inbound) -> Reply:
    """A mail program's scanner only looks (GET), so looking asks and only the button leaves."""
    asks = request.method == "GET"
    body = _PAGE.format(title="Unsubscribe", words=_ASK if asks else _DONE, form=_FORM if asks else "")
    return Reply(body=body.encode(), content_type="text/html")


def _token(address: str, key: bytes) -> str:
    signed = hmac.digest(key, f"{FIELD} {address}".encode(errors="replace"), hashlib.sha256)[:_SIGNED_BYTES]
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (address.encode(errors="replace"), signed))
