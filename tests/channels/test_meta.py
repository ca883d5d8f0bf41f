"""What Meta's channels share: who may write to the hook, and what Graph's answers mean."""

import msgspec
import pytest

from channels.http import Answer
from channels.meta import graph
from hub.model.channels.ports import Inbound
from hub.model.errors import (
    BadSignature,
    Misconfigured,
    OutcomeUnknown,
    Rejected,
    SendError,
    TemporaryFailure,
    Throttled,
    Unparseable,
)
from hub.model.failure import Failure

SECRET, VERIFY_TOKEN = "app-secret", "ours to choose"
BODY = b'{"object":"page","entry":[{"id":"1"},7]}'


def _post(body: bytes, **headers: str) -> Inbound:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Inbound(method="POST", url="", path_query="/hooks/x/y", headers=named, body=body)


def _get(query: str) -> Inbound:
    return Inbound(method="GET", url="", path_query=f"/hooks/x/y?{query}", headers={}, body=b"")


def _refused(error: dict[str, object], *, status: int = 400, headers: dict[str, str] | None = None) -> SendError | None:
    return graph.decide(Answer(status=status, body=msgspec.json.encode({"error": error}), headers=headers or {}), {})


def test_the_bytes_as_signed_are_let_in() -> None:
    signed = _post(BODY, x_hub_signature_256=graph.signature(SECRET, BODY))

    graph.verify(signed, secret=SECRET, verify_token=VERIFY_TOKEN)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (_post(BODY), "missing_signature"),
        (_post(BODY, x_hub_signature_256=graph.signature("another", BODY)), "bad_signature"),
        (_post(BODY + b" ", x_hub_signature_256=graph.signature(SECRET, BODY)), "bad_signature"),
        (_post(BODY, x_hub_signature_256="sha256=\udcff"), "bad_signature"),
        (_post(BODY, x_hub_signature=graph.signature(SECRET, BODY)), "missing_signature"),
        (_get("hub.mode=subscribe&hub.challenge=1"), "bad_verify_token"),
        (_get("hub.verify_token=another&hub.challenge=1"), "bad_verify_token"),
    ],
)
def test_anything_else_is_kept_out_and_told_why(request_: Inbound, code: str) -> None:
    with pytest.raises(BadSignature) as refused:
        graph.verify(request_, secret=SECRET, verify_token=VERIFY_TOKEN)

    assert code == refused.value.code


def test_a_secret_that_is_not_set_lets_nobody_in() -> None:
    with pytest.raises(BadSignature):
        graph.verify(_post(BODY, x_hub_signature_256=graph.signature("", BODY)), secret="", verify_token="")
    with pytest.raises(BadSignature):
        graph.verify(_get("hub.verify_token="), secret="", verify_token="")


def test_the_challenge_comes_back_as_plain_text() -> None:
    asked = _get("hub.mode=subscribe&hub.verify_token=ours%20to%20choose&hub.challenge=%3Cb%3E1158201444")

    graph.verify(asked, secret=SECRET, verify_token=VERIFY_TOKEN)
    answer = graph.handshake(asked)

    assert answer is not None
    assert (200, b"<b>1158201444", "text/plain") == (answer.status, answer.body, answer.content_type)
    assert graph.handshake(_post(BODY)) is None


def test_one_odd_entry_spares_the_others() -> None:
    found = graph.entries(_post(BODY), "page")

    assert [True, False] == [isinstance(entry, dict) for entry in found]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000, b"{}", b'{"object":"user"}', b'{"object":"page","entry":{}}'])
def test_a_body_that_is_no_webhook_of_ours_is_not_understood(body: bytes) -> None:
    with pytest.raises(Unparseable):
        graph.entries(_post(body), "page")


@pytest.mark.parametrize(
    ("error", "wanted", "failure"),
    [
        ({"code": 190, "error_subcode": 463}, Misconfigured, Failure.AUTH),
        ({"code": 0}, Rejected, Failure.REJECTED),
        ({"code": 230}, Misconfigured, Failure.AUTH),
        ({"code": 368}, Misconfigured, Failure.POLICY),
        ({"code": 100}, Rejected, Failure.INVALID),
        ({"code": 100, "error_subcode": 33}, Misconfigured, Failure.AUTH),
        ({"code": 100, "message": "API calls from the server require an appsecret_proof argument"}, Misconfigured, Failure.AUTH),
        ({"code": 2}, TemporaryFailure, Failure.SERVER),
        ({"code": 1}, OutcomeUnknown, Failure.SERVER),
        ({"code": 4711}, Rejected, Failure.REJECTED),
        ({"code": 4711, "is_transient": True}, TemporaryFailure, Failure.SERVER),
        ({"code": 100, "is_transient": True}, TemporaryFailure, Failure.SERVER),
        ({"code": 190, "is_transient": True}, Misconfigured, Failure.AUTH),
        ({"code": "4"}, Throttled, Failure.THROTTLED),
        ({"code": True}, Rejected, Failure.REJECTED),
        ({}, Rejected, Failure.REJECTED),
    ],
)
def test_the_code_decides(error: dict[str, object], wanted: type[SendError], failure: Failure) -> None:
    for status in (200, 400, 403):
        decided = _refused(error, status=status)

        assert decided is not None
        assert (wanted, failure) == (type(decided), decided.failure)


def test_a_code_nobody_told_us_of_is_decided_by_the_status() -> None:
    wanted = {429: Throttled, 500: OutcomeUnknown, 503: TemporaryFailure, 401: Rejected, 404: Rejected}

    assert wanted == {status: type(_refused({"code": 4711}, status=status)) for status in wanted}


def test_no_code_is_a_matter_of_credentials_only_where_the_status_says_so() -> None:
    assert (Misconfigured, Failure.AUTH) == ((told := _refused({"code": 0}, status=401)).__class__, told.failure if told else None)


def test_the_products_own_codes_go_before_the_general_ones() -> None:
    codes: graph.Codes = {
        (10, 7): graph.Means(error=Rejected, failure=Failure.WINDOW),
        4: graph.Means(error=Rejected, failure=Failure.QUOTA),
    }

    told = [graph.trouble({"code": 10, "error_subcode": 7}, codes), graph.trouble({"code": 10}, codes), graph.trouble({"code": 4}, codes)]

    assert [Failure.WINDOW, Failure.AUTH, Failure.QUOTA] == [each.failure for each in told if each]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, graph.HOURLY_WAIT_SECONDS),
        ({"X-Business-Use-Case-Usage": '{"1":[{"type":"whatsapp","estimated_time_to_regain_access":3},{}],"2":7}'}, 180.0),
        ({"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":0}]}'}, graph.HOURLY_WAIT_SECONDS),
        ({"X-Business-Use-Case-Usage": "["}, graph.HOURLY_WAIT_SECONDS),
    ],
)
def test_a_limit_of_the_account_lasts_as_long_as_graph_says(headers: dict[str, str], wait: float) -> None:
    decided = _refused({"code": 4}, headers=headers)

    assert isinstance(decided, Throttled)
    assert (wait, True) == (decided.retry_after, decided.whole_account)


@pytest.mark.parametrize(
    ("status", "body", "wanted", "failure"),
    [
        (200, b"<html>", OutcomeUnknown, Failure.UNPARSEABLE),
        (403, b"<html>", Misconfigured, Failure.UNPARSEABLE),
        (400, b"", Rejected, Failure.UNPARSEABLE),
        (502, b"Bad Gateway", OutcomeUnknown, Failure.CONNECTION),
        (503, b"", TemporaryFailure, Failure.CONNECTION),
    ],
)
def test_an_answer_that_is_not_graphs_own_proves_nothing(status: int, body: bytes, wanted: type[SendError], failure: Failure) -> None:
    decided = graph.decide(Answer(status=status, body=body), {})

    assert decided is not None
    assert (wanted, failure) == (type(decided), decided.failure)


def test_the_providers_own_words_are_kept_with_their_details() -> None:
    error: dict[str, object] = {"code": 4711, "message": "Invalid", "error_data": {"details": "The body is too long"}}

    decided = _refused(error)

    assert decided is not None
    assert ("Invalid: The body is too long", "4711") == (decided.reason, decided.code)
