"""JSON by orjson; `orjson.Fragment` carries pieces that are JSON already."""

from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from rest.numbers import Number


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """JSON always: where there is nothing to tell, `null`, which a client's reader of JSON takes."""
        return orjson.dumps(data, default=write_other)


def write_other(value: Any) -> Any:
    """What orjson does not know: numbers that are echoed keep their digits, the rest is text."""
    return orjson.Fragment(value.text) if isinstance(value, Number) else str(value)
