"""Asking the shop: a signed GET to the shop's own address, JSON back. More of the shop port comes with its adapters."""

import hashlib
import hmac
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import ClientSession, ClientTimeout

from hub.model.channels.ports import Answer
from hub.model.errors import HubError

SIGNATURE_HEADER = "X-Omnihub-Signature"
TIMEOUT_S = 35.0
"""Longer than any turn waits: the turn's own deadline decides, this only gives the connection back."""
ANSWER_BYTES = 64 * 1024


class ShopFailed(HubError):
    """The shop answered with an error; the text is its status."""


def shop_answers(base_url: str, secret: str, session: ClientSession) -> Mapping[str, Answer]:
    """Topics `order` (its number), `orders` (the shop's id of a customer), `product` (the shop's id of it), each a GET at `base_url`.

    `/orders/{number}`, `/customers/{id}/orders`, `/products/{id}`, signed by HMAC-SHA256 over the path in hex; what is answered:
    `ShopOrder` and `ShopOrders` of dialogs/orders.py, `Stocked` of dialogs/cart.py.
    """

    async def order(number: str) -> str:
        return await asked(f"/orders/{quote(number, safe='')}", unknown='{"found": false}')

    async def orders(user: str) -> str:
        return await asked(f"/customers/{quote(user, safe='')}/orders", unknown='{"orders": []}')

    async def product(id: str) -> str:  # noqa: A002 - the field's name
        return await asked(f"/products/{quote(id, safe='')}", unknown='{"found": false}')

    async def asked(path: str, *, unknown: str) -> str:
        signature = hmac.new(secret.encode(), path.encode(), hashlib.sha256).hexdigest()
        async with session.get(
            base_url.rstrip("/") + path, headers={SIGNATURE_HEADER: f"sha256={signature}"}, timeout=ClientTimeout(total=TIMEOUT_S)
        ) as answer:
            if answer.status == HTTPStatus.NOT_FOUND:
                return unknown
            if answer.status != HTTPStatus.OK:
                raise ShopFailed(f"status {answer.status}")
            return (await answer.content.read(ANSWER_BYTES)).decode()

    return {"order": order, "orders": orders, "product": product} if base_url else {}
