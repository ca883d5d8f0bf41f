"""`python -m config.openapi`: the API's description as the hub serves it, without a hub; the screens' types are made of it."""

from msgspec import json

from hub.web.api.all_routes import DESCRIBED
from hub.web.api.openapi import document


def page() -> str:
    """The OpenAPI document as JSON text; its version is not the hub's, so that a release changes no type."""
    return json.format(json.encode(document(DESCRIBED, version="0")), indent=1).decode()


if __name__ == "__main__":
    print(page())
