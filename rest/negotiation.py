"""Answers are JSON, whatever the client accepts. A body without a content type is read as what it looks like."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysJSON(BaseContentNegotiation):
    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        kind = (request.content_type or "").split(";")[0].strip().lower()
        if kind.startswith("application/") and kind.endswith("+json"):
            kind = "application/json"
        elif kind in ("", "text/plain"):
            kind = "application/x-www-form-urlencoded"
        return next((parser for parser in parsers if parser.media_type == kind), None)
