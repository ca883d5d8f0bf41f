"""`hub parse` of a signature alone: a body, a header and its value."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from config.preview.cases import run_parse

BODY = '{"event": "seen"}'


@pytest.mark.parametrize(
    ("channel", "header", "opening", "key"),
    [
        ("messenger", "X-Hub-Signature-256", "sha256=", "app_secret"),
        ("viber", "X-Viber-Content-Signature", "", "secret"),
        ("viber", "X-Viber-Content-Signature", "", "auth_token"),
    ],
)
def test_vector_without_a_request_is_judged(
    channel: str, header: str, opening: str, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "443b8a4b2a7d4e6e-8b5a0e1d2c3f4a5b-6c7d8e9f0a1b2c3d"
    value = opening + hmac.new(secret.encode(), BODY.encode(), hashlib.sha256).hexdigest()
    vector = {key: secret, "header": header, "value": value}
    file = tmp_path / "vectors.json"
    file.write_text(
        json.dumps([{"name": n, "signature_vector": {**vector, "body": body}} for n, body in (("same", BODY), ("other", "{}"))])
    )

    run_parse(channel, file)

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("same", [{"signature_valid": True}]), ("other", [{"signature_valid": False}])] == [
        (one["name"], one["events"]) for one in told
    ]
