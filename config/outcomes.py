"""The page docs/outcomes.md: each failure, what the hub does of itself, and the sentence people read."""

from hub.model.messaging.outcomes import OUTCOMES

_OPENING = """# Outcomes

Made by `config/outcomes.py`; do not edit it here: `.venv/bin/python -m config.outcomes > docs/outcomes.md`.

Every message that did not arrive, was withdrawn, or of which nobody knows, bears one word that all channels share: `failure`, beside the
provider's own `reason` and `code`, on the timeline (`GET /api/customers/{id}/timeline`), in the feed's frames `lines` and `delivery`, in
the archive and in the channel's log. The console shows its sentence, and the provider's own words as small print. Which of a provider's
codes is which failure stands as a table in the channel's own file (`channels/*/errors.py`, `channels/*/codes.py`).

A failure the provider tells later, by a receipt, is told as if the call itself had failed; its reason and code go along. Where it may pass
(`connection_failed`, `provider_5xx`, `throttled`), the same words go again after 30 s, 2 min and 10 min, and it is told only after
that: never marketing, never what arrived meanwhile, what is too old, what the provider's window is closed for, or a bot's words once a
person answers.

| Failure | What the hub does | What people read |
| --- | --- | --- |
"""


def markdown() -> str:
    """The page; a test holds it and the code together."""
    rows = [f"| `{failure.value}` | {told.decision} | {told.words['en']} |\n" for failure, told in OUTCOMES.items()]
    return _OPENING + "".join(rows)


if __name__ == "__main__":
    print(markdown(), end="")
