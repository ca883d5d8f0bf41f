"""What the shop sells, and what it costs in which currency."""

from pathlib import Path

import msgspec

from hub.model.base import Value

LANGUAGES = ("vi", "en", "zh-TW")
CURRENCY = {"vi": "VND", "en": "USD", "zh-TW": "TWD"}
"""Who reads in a language pays in its currency here."""


class Product(Value, frozen=True, forbid_unknown_fields=True):
    """One product; its picture is `pictures/<id>.svg`."""

    id: str
    price: dict[str, int]
    sizes: tuple[str, ...]
    name: dict[str, str]
    text: dict[str, str]
    sold_out: tuple[str, ...] = ()


class _File(Value, frozen=True, forbid_unknown_fields=True):
    product: tuple[Product, ...]


def load_catalog() -> dict[str, Product]:
    """All products by id, in the order of the shelf."""
    read = msgspec.toml.decode((Path(__file__).parent / "catalog.toml").read_bytes(), type=_File)
    return {product.id: product for product in read.product}
