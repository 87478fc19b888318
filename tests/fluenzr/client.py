"""A client of FluenzR's face: a Bearer key, JSON in, JSON out."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from accounts.api_keys import create_api_key
from tests.client import encoded


class Fluenzr:
    """`fluenzr.get("/contacts?perPage=5")`; `fluenzr.put("/contacts/con_...", {"firstName": "Ada"})`."""

    def __init__(self, user: User | None = None, *, read_only: bool = False) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        self.key = ""
        if user is not None:
            self.key = create_api_key(user, "tests", read_only=read_only)
            self.headers["Authorization"] = f"Bearer {self.key}"

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send JSON, or what `content_type` says; `headers` are added to the key."""
        headers = self.headers | options.pop("headers", {})
        if body is not None:
            options = {"data": body, "content_type": "application/json"} | options
        return self.client.generic(method, "/v1" + path, headers=headers, **encoded(options))

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PUT", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("DELETE", path, body, **options)


# Status, code, message and details.
Error = tuple[int, str, str, dict[str, list[str]]]


def error_of(response: Any) -> Error:
    """Status, code, message and details of an error; fails on anything beside its envelope."""
    body = response.json()
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    error = body["error"]
    assert error.keys() == {"code", "message", "details"}
    return response.status_code, error["code"], error["message"], error["details"]
