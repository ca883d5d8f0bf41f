"""What Slack's answers mean: HTTP 200 with `ok`: false and a word; https://docs.slack.dev/reference/methods/chat.postMessage/#errors."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from channels import http
from channels.fields import Json, soft
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SendError, TemporaryFailure, Throttled
from hub.model.failure import Failure

_OURS_TO_MEND = frozenset({
    "access_denied", "accesslimited", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth",
    "messages_tab_disabled", "missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "org_login_required",
    "org_user_not_in_team", "team_access_not_granted", "team_not_found", "token_expired", "token_revoked", "two_factor_setup_required",
})  # fmt: skip
"""The token, its scopes, the app's settings: nothing else goes either until they are mended."""

_REJECTED: Mapping[str, Failure] = {
    "channel_not_found": Failure.RECIPIENT,
    "user_not_found": Failure.RECIPIENT,
    "users_not_found": Failure.RECIPIENT,
    "user_disabled": Failure.RECIPIENT,
    "is_archived": Failure.RECIPIENT,
    "not_in_channel": Failure.RECIPIENT,
    "cannot_dm_bot": Failure.RECIPIENT,
    "im_not_found": Failure.RECIPIENT,
    "is_inactive": Failure.RECIPIENT,
    "user_not_visible": Failure.RECIPIENT,
    "channel_type_not_supported": Failure.RECIPIENT,
    "duplicate_channel_not_found": Failure.RECIPIENT,
    "msg_too_long": Failure.INVALID,
    "msg_blocks_too_long": Failure.INVALID,
    "no_text": Failure.INVALID,
    "invalid_blocks": Failure.INVALID,
    "invalid_blocks_format": Failure.INVALID,
    "invalid_arguments": Failure.INVALID,
    "invalid_json": Failure.INVALID,
    "json_not_object": Failure.INVALID,
    "markdown_text_conflict": Failure.INVALID,
    "cannot_reply_to_message": Failure.INVALID,
    "thread_not_found": Failure.INVALID,
    "invalid_thread_ts": Failure.INVALID,
    "too_many_attachments": Failure.INVALID,
    "attachment_payload_limit_exceeded": Failure.INVALID,
    "duplicate_message_not_found": Failure.INVALID,
    "invalid_metadata_format": Failure.INVALID,
    "invalid_metadata_schema": Failure.INVALID,
    "metadata_too_large": Failure.INVALID,
    "metadata_must_be_sent_from_app": Failure.INVALID,
    "as_user_not_supported": Failure.INVALID,
    "invalid_arg_name": Failure.INVALID,
    "invalid_array_arg": Failure.INVALID,
    "invalid_charset": Failure.INVALID,
    "invalid_form_data": Failure.INVALID,
    "invalid_post_type": Failure.INVALID,
    "missing_post_type": Failure.INVALID,
    "deprecated_endpoint": Failure.UNSUPPORTED,
    "method_deprecated": Failure.UNSUPPORTED,
    "method_not_supported_for_channel_type": Failure.UNSUPPORTED,
    "message_limit_exceeded": Failure.QUOTA,
    "restricted_action": Failure.POLICY,
    "restricted_action_non_threadable_channel": Failure.POLICY,
    "restricted_action_read_only_channel": Failure.POLICY,
    "restricted_action_thread_locked": Failure.POLICY,
    "restricted_action_thread_only_channel": Failure.POLICY,
    "posting_to_channel_denied": Failure.POLICY,
    "slack_connect_canvas_sharing_blocked": Failure.POLICY,
    "slack_connect_file_upload_sharing_blocked": Failure.POLICY,
    "file_not_found": Failure.MEDIA,
    "file_deleted": Failure.MEDIA,
    "file_upload_size_restricted": Failure.MEDIA,
    "file_uploads_disabled": Failure.MEDIA,
    "blocked_file_type": Failure.MEDIA,
    "storage_limit_reached": Failure.MEDIA,
    "unknown_type": Failure.MEDIA,
    "cant_update_message": Failure.UNCHANGEABLE,
    "edit_window_closed": Failure.UNCHANGEABLE,
    "update_failed": Failure.UNCHANGEABLE,
    "message_not_found": Failure.UNCHANGEABLE,
    "cant_delete_message": Failure.UNCHANGEABLE,
    "cant_delete_file": Failure.UNCHANGEABLE,
    "compliance_exports_prevent_deletion": Failure.UNCHANGEABLE,
}
"""What is wrong with this one message, or with where it goes."""

_PASSING = frozenset(("service_unavailable", "team_added_to_org", "request_timeout"))
_DOUBTFUL = frozenset(("internal_error", "fatal_error"))
"""By the documentation some part of it may have succeeded before these were raised."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decide(answer: http.Answer) -> SendError | None:
    """None where Slack took the call. Limits are by method and channel, so a wait is this address's, not the account's.

    https://docs.slack.dev/apis/web-api/rate-limits/
    """
    told = told_by(answer)
    code = soft(told, "error")
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or code in {"ratelimited", "rate_limited"}:
        wait = http.UNTOLD_WAIT_SECONDS if answer.retry_after is None else answer.retry_after
        return Throttled(code or "too many requests", code=code or str(answer.status), retry_after=wait)
    if wrong := http.decide(answer.status, reason=code, code=code, retry_after=answer.retry_after):
        return wrong
    if told.get("ok") is True:
        return None
    if not told:
        return OutcomeUnknown("the answer is not Slack's", code=str(answer.status), failure=Failure.UNPARSEABLE)
    return _refused(told, code)


def told_by(answer: http.Answer) -> Json:
    """What the body says; empty where it is no JSON object."""
    try:
        found = msgspec.json.decode(answer.body)
    except _UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _refused(told: Json, code: str) -> SendError:
    words = ": ".join(part for part in (code, _more(told)) if part)
    if code in _OURS_TO_MEND:
        return Misconfigured(words, code=code)
    if code in _DOUBTFUL:
        return OutcomeUnknown(words, code=code, failure=Failure.SERVER)
    if code in _PASSING:
        return TemporaryFailure(words, code=code, failure=Failure.SERVER)
    if code:
        return Rejected(words, code=code, failure=_REJECTED.get(code, Failure.REJECTED))
    if told.get("ok") is False:
        return Rejected("refused without a reason", failure=Failure.CONTENT)
    return OutcomeUnknown("the answer does not say whether it went", failure=Failure.CONTENT)


def _more(told: Json) -> str:
    """Which scope is missing, or which block is wrong."""
    if needed := soft(told, "needed"):
        return f"the app needs the scope {needed}"
    about = told.get("response_metadata")
    messages = about.get("messages") if isinstance(about, dict) else None
    return str(messages[0])[:200] if isinstance(messages, list) and messages else ""
