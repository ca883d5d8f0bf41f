"""The price list: read from a file people can edit."""

import tomllib
from pathlib import Path

import msgspec

from hub.model.base import Value
from hub.model.channels.prices import PriceLine, Prices
from hub.model.errors import SettingsError

SAMPLE = Path(__file__).parents[1] / "sample" / "prices.toml"


class _File(Value, frozen=True, forbid_unknown_fields=True):
    prefixes: dict[str, str] = {}
    price: tuple[PriceLine, ...] = ()


def load_prices(file: Path | None = None) -> Prices:
    """The prices of a file, or those that come with the hub; raises SettingsError in a sentence that says what is wrong."""
    where = file or SAMPLE
    try:
        told = msgspec.convert(tomllib.loads(where.read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise SettingsError(f"shop.prices names {where}, which cannot be read ({error.strerror}); correct the path or unset it.") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise SettingsError(f"{where} is not a price list: {error}; compare it with config/sample/prices.toml.") from error
    return Prices(lines=told.price, prefixes=told.prefixes)
