"""Where an unasked message goes: where the cart came from while that session is open, else the best place that can be written to."""

from hub.model.address import Address, is_reachable
from hub.model.customers.record import Consent, Live
from hub.model.webchat.chat import KIND as WEB_CHAT
from hub.model.words import ConsentState, Purpose
from hub.nudges.policy import Policy

PROVIDER = "provider"
"""The basis of a consent that the provider told us of: the customer blocked us, nothing arrives there."""


def consent_of(record: Live, channel: str, purpose: Purpose = Purpose.MARKETING) -> Consent | None:
    """What was said last of this purpose on this channel, or on all; None where nothing was."""
    said = [c for c in record.consents if c.purpose is purpose and c.channel in {channel, "*"}]
    return max(said, key=lambda c: c.at) if said else None


def suppressed(record: Live, channel: str) -> bool:
    """Whether the provider says that nothing can be sent there any more."""
    said = consent_of(record, channel)
    return said is not None and said.state is ConsentState.REFUSED and said.basis == PROVIDER


def last_word(record: Live, address: Address) -> int:
    """When the customer last wrote from there, as far as the record remembers (ms; 0: never)."""
    return max((c.last_word for c in record.conversations if address in c.threads and c.post is None), default=0)


def is_ours(address: Address, policy: Policy) -> bool:
    """Whether we can send there: no shop address, and of an account that is connected."""
    return is_reachable(address) and (policy.accounts is None or f"{address.channel}/{address.account}" in policy.accounts)


def choose(record: Live, policy: Policy, now: int) -> Address | None:
    """The address; None where there is none. A cart's own session counts as open for a day after it was last heard of."""
    cart = record.cart
    if cart and cart.address and is_ours(cart.address, policy):
        heard = max(cart.seen, last_word(record, cart.address))
        if now - heard <= policy.session_ms and not _refuses(record, cart.address):
            return cart.address
    threads = (address for c in record.conversations for address in c.threads)
    known = [address for address in dict.fromkeys((*record.addresses, *threads)) if is_ours(address, policy)]
    return max(known, key=lambda address: _rank(record, address, policy, now), default=None)


def _refuses(record: Live, address: Address) -> bool:
    said = consent_of(record, address.channel)
    return said is not None and said.state is ConsentState.REFUSED


def _rank(record: Live, address: Address, policy: Policy, now: int) -> tuple[bool, bool, bool, int, str]:
    """Not where they said no; not into a web page that was closed long ago; where they said yes; where they wrote last."""
    said, word = consent_of(record, address.channel), last_word(record, address)
    closed = address.channel == WEB_CHAT and now - word > policy.session_ms
    given = said is not None and said.state is ConsentState.GIVEN
    return not _refuses(record, address), not closed, given, word, str(address)
