"""Errors as the API tells them: application/problem+json (RFC 9457) with a sentence that names the remedy."""

from http import HTTPStatus

from aiohttp import web
from msgspec import json

from hub.model.base import Value
from hub.model.errors import HubError
from hub.web.http.headers import JSON_HEADERS

PROBLEM_TYPE = "application/problem+json"


class Problem(Value, frozen=True):
    """What went wrong. `field`: JSON path of the wrong value; `code`, `owner`: why a turn refused and who has the conversation.

    `owner`, `at` (ms since 1970) where something was changed since it was read: by whom and when. `fields`: where several values are
    wrong, by JSON path what is wrong with each; `words`: the same by language, where it is said in all.
    """

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    field: str = ""
    code: str = ""
    owner: str = ""
    at: int = 0
    key: str = ""
    fields: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}


class Refusal(HubError):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers or {}


def refusal(
    status: HTTPStatus, detail: str, *, field: str = "", code: str = "", owner: str = "", fields: dict[str, str] | None = None
) -> Refusal:
    """A refusal of that status, saying that."""
    return Refusal(Problem(title=status.phrase, status=status, detail=detail, field=field, code=code, owner=owner, fields=fields or {}))


def answered(refused: Refusal) -> web.Response:
    """The refusal as a response."""
    return web.Response(
        status=refused.problem.status,
        body=json.encode(refused.problem),
        content_type=PROBLEM_TYPE,
        headers={**JSON_HEADERS, **refused.headers},
    )
