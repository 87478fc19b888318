"""What the API answers about contacts, as literals that several tests compare with."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

# Statements for history, however much it records; and with those that move updated_at.
HISTORY = 1 if connection.vendor == "postgresql" else 2
MOVE = 0 if connection.vendor == "postgresql" else 1
# To link contacts to lists beside tags, or to unlink them beside that: PostgreSQL does all in one statement.
ANOTHER_LINK = 0 if connection.vendor == "postgresql" else 1
# Statements for the history of tags, companies or custom fields themselves, without contacts.
HISTORY_OF_OTHERS = 1
# To lock the companies that a contact owns before it is deleted, where there can be two writers.
LOCK_OWNED = 1 if connection.vendor == "postgresql" else 0
# To hold the tags and lists that new contacts get, where there can be two writers.
HOLD = 1 if connection.vendor == "postgresql" else 0


def counted(reads: int) -> int:
    """Statements that count many contacts: on SQLite the pause of its triggers, the counts, its end, and so many reads."""
    return 0 if connection.vendor == "postgresql" else 3 + reads


NOT_FOUND = {"code": "rest_post_invalid_id", "message": "Invalid post ID.", "data": {"status": 404}}
UNAUTHENTICATED = {
    "code": "rest_forbidden",
    "message": "Sorry, you are not allowed to do that.",
    "data": {"status": 401},
}
FORBIDDEN = {"code": "rest_forbidden", "message": "Sorry, you are not allowed to do that.", "data": {"status": 403}}
NO_ROUTE = {
    "code": "rest_no_route",
    "message": "No route was found matching the URL and request method.",
    "data": {"status": 404},
}
# Without a code, as the guide has it; the field error in both forms of contract.md.
CONFLICT: dict[str, Any] = {
    "message": "Contact already exists with this email",
    "data": {"status": 409},
    "email": {"unique": "Provided email already assigned to another subscriber."},
    "errors": {"email": ["Provided email already assigned to another subscriber."]},
}


def missing(*names: str) -> dict[str, Any]:
    """The 422 for parameters that were not given."""
    texts = {name: f"The {name} field is required." for name in names}
    return {
        "code": "rest_missing_callback_param",
        "message": f"Missing parameter(s): {', '.join(names)}",
        "data": {"status": 422},
        **{name: {"required": text} for name, text in texts.items()},
        "errors": {name: [text] for name, text in texts.items()},
    }


def wrong(name: str, rule: str, text: str) -> dict[str, Any]:
    """The 400 for one parameter that cannot be right."""
    return {
        "code": "rest_invalid_param",
        "message": f"Invalid parameter: {name}",
        "data": {"status": 400},
        name: {rule: text},
        "errors": {name: [text]},
    }


def refused(message: str) -> dict[str, Any]:
    """The 422 that is only a sentence."""
    return {"code": "rest_invalid_param", "message": message, "data": {"status": 422}}


def emails(answer: Any) -> list[str]:
    """The addresses of a page, in its order."""
    assert answer.status_code == 200, answer.content
    return [row["email"] for row in answer.json()["data"]]


def ids(answer: Any) -> list[int]:
    """The ids of a page, in its order."""
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["data"]]


def slugs(segments: list[dict[str, Any]]) -> list[str]:
    """The slugs of the tags or lists of a contact as it was shown."""
    return [segment["slug"] for segment in segments]


def statements(queries: Any) -> list[str]:
    """The statements that were run, without those that only begin or end a transaction."""
    return [sql for sql in _texts(queries) if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


def _texts(queries: Any) -> Iterator[str]:
    for query in queries.captured_queries:
        yield query["sql"].strip()
