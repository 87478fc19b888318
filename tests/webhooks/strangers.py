"""Someone without credentials who knows a hook's address."""

import json
from typing import Any

from django.test import Client

from webhooks.models import Webhook

FORM = "application/x-www-form-urlencoded"


def address(hook: Webhook | str, place: str = "/", beside: str = "") -> str:
    value = hook.hash if isinstance(hook, Webhook) else hook
    return f"{place}?fluentcrm=1&route=contact&hash={value}{beside}"


def post(hook: Webhook | str, body: Any = None, *, place: str = "/", beside: str = "", **options: Any) -> Any:
    """Post JSON, or a text as a form, to a hook; the answer."""
    if isinstance(body, dict | list):
        options = {"data": json.dumps(body), "content_type": "application/json"} | options
    elif body is not None:
        options = {"data": body, "content_type": FORM} | options
    return Client().generic("POST", address(hook, place, beside), **options)


def data_of(answer: Any, *, success: bool = True) -> Any:
    """What the answer tells, after a look at its status and at whether it is a success."""
    assert answer.status_code == 200, answer.content
    assert answer.json()["success"] is success, answer.content
    return answer.json()["data"]
