"""A client of the API as integrations are: HTTP Basic, JSON in, JSON out."""

import json
from base64 import b64encode
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from accounts.services import create_application_password

FLUENTCRM = "/wp-json/fluent-crm/v2"


class Api:
    """`api.get("/subscribers?per_page=5")`; `api.put("/subscribers/1", {"first_name": "Ada"})`.

    Paths are below the FluentCRM face, unless they start with /wp-json or /?.
    """

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        self.password = ""
        if user is not None:
            self.password = create_application_password(user, "tests")
            pair = f"{user.username}:{self.password}"
            self.headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send JSON, or what `content_type` says; `headers` are added to the credentials."""
        address = path if path.startswith(("/wp-json", "/?")) else FLUENTCRM + path
        headers = self.headers | options.pop("headers", {})
        if body is not None:
            options = {"data": body, "content_type": "application/json"} | options
        return self.client.generic(method, address, headers=headers, **encoded(options))

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PUT", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("DELETE", path, body, **options)


def encoded(options: dict[str, Any]) -> dict[str, Any]:
    """Objects and lists as JSON; texts and bytes go as they are."""
    body = options.get("data")
    if isinstance(body, dict | list):
        options["data"] = json.dumps(body)
    return options
