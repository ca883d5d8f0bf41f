"""What the shop sells, and what it costs in which currency."""

from pathlib import Path

import msgspec

from hub.model.base import Value

LANGUAGES = ("vi", "en", "zh-TW")
CURRENCY = {"vi": "VND", "en": "USD", "zh-TW": "TWD"}
"""Who reads in a language pays in its currency here."""


PLENTY = 16


class Product(Value, frozen=True, forbid_unknown_fields=True):
    """One product; its picture is `pictures/<id>.svg`."""

    id: str
    price: dict[str, int]
    sizes: tuple[str, ...]
    name: dict[str, str]
    text: dict[str, str]
    sold_out: tuple[str, ...] = ()

    @property
    def stock(self) -> dict[str, int]:
        """Pieces by size: plenty of the first, fewer of each that follows, none of what is sold out."""
        sizes = self.sizes or ("",)
        return {size: 0 if size in self.sold_out else max(2, PLENTY - 7 * place) for place, size in enumerate(sizes)}


class _File(Value, frozen=True, forbid_unknown_fields=True):
    product: tuple[Product, ...]


def load_catalog() -> dict[str, Product]:
    """All products by id, in the order of the shelf."""
    read = msgspec.toml.decode((Path(__file__).parent / "catalog.toml").read_bytes(), type=_File)
    return {product.id: product for product in read.product}
