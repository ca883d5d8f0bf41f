"""What comes beside an event: where somebody came from, what a message cost."""

from hub.model.base import Value


class Referral(Value, frozen=True):
    """Where a customer came from: an advertisement, a link, a shop's page.

    `click`: the advertiser's id of the click; `text`: how the advertisement reads.
    """

    ref: str = ""
    source: str = ""
    kind: str = ""
    ad: str = ""
    click: str = ""
    headline: str = ""
    url: str = ""
    text: str = ""


class Price(Value, frozen=True):
    """What a message cost as the provider tells it; `amount` in the currency's own units, empty where only the category is told."""

    category: str = ""
    model: str = ""
    billable: bool = True
    amount: str = ""
    currency: str = ""
