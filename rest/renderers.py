"""Writes JSON with orjson; an `orjson.Fragment` is JSON already."""

from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from rest.numbers import Number


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Always JSON: an empty answer is `null`, so that a client's JSON parser accepts it."""
        return orjson.dumps(data, default=write_other)


def write_other(value: Any) -> Any:
    """Types that orjson does not know: a Number keeps its digits, everything else becomes a text."""
    return orjson.Fragment(value.text) if isinstance(value, Number) else str(value)
