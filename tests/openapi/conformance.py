"""A client that holds every answer it gets to the OpenAPI document."""

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # it has none

from fluentcrm_api.openapi.document import document
from tests.client import FLUENTCRM, Api


class DocumentedApi(Api):
    """`api.seen` collects the (verb, path, status) of every answer; an answer that is not documented fails."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.seen: set[tuple[str, str, str]] = set()

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = super().send(method, path, body, **options)
        address = (path if path.startswith("/wp-json") else FLUENTCRM + path).partition("?")[0]
        self.seen.add(check_answer(method, address, answer))
        return answer


def check_answer(method: str, address: str, answer: Any) -> tuple[str, str, str]:
    """Fail unless the document has the operation and the status, and its schema fits the answer."""
    path = find_path(address)
    status = str(answer.status_code)
    responses = document()["paths"][path][method.lower()]["responses"]
    assert status in responses, f"{method} {path} answered {status}, which is not documented: {answer.content!r}"
    [(media_type, _)] = responses[status]["content"].items()
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    shown = answer.json() if media_type == "application/json" else answer.content.decode()
    errors = [f"{error.json_path}: {error.message}" for error in validator(method, path, status).iter_errors(shown)]
    assert not errors, f"{method} {path} answered {status} with something else: {errors}"
    return method, path, status


@cache
def validator(method: str, path: str, status: str) -> Draft202012Validator:
    content = document()["paths"][path][method.lower()]["responses"][status]["content"]
    [media] = content.values()
    return validator_of(media["schema"])


def validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator that knows the document's components."""
    return Draft202012Validator(
        {"allOf": [schema], "components": document()["components"]}, format_checker=FormatChecker()
    )


def find_path(address: str) -> str:
    """The document's path of an address: one without parameters goes first, as in the URLs' converters."""
    matching = [path for path, pattern in patterns().items() if pattern.fullmatch(address)]
    assert matching, f"{address} is no path of the document"
    return min(matching, key=lambda path: path.count("{"))


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    return {path: re.compile(re.sub(r"\\{\w+\\}", "[0-9]+", re.escape(path))) for path in document()["paths"]}
