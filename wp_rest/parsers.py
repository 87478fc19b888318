"""Bodies in the shapes that WordPress clients send: JSON, forms with PHP brackets, and mixtures."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

import orjson
from django.http.multipartparser import MultiPartParserError
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from wp_rest.exceptions import InvalidBody, InvalidJSON
from wp_rest.parameters import nest, parse_query

# Deeper JSON is never meant.
MAX_DEPTH = 64
# A string literal, or a comma before a closing bracket. The guide's own example of an update has
# such a comma ('Update a Contact'), so its curl line must not be refused.
TRAILING_COMMA = re.compile(rb'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


def parse_json(body: bytes) -> Any:
    """The value of a JSON text; commas before a closing bracket are forgiven.

    Raises InvalidJSON, also for what is nested so deep that it could be stored and not be written again.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            value = orjson.loads(TRAILING_COMMA.sub(lambda match: match[1] or b"", body))
        except orjson.JSONDecodeError:
            raise InvalidJSON from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_too_deep(value):
        raise InvalidJSON
    return value


def is_too_deep(value: Any) -> bool:
    """True for more than MAX_DEPTH lists and objects inside of each other."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        inner = (entry for outer in level for entry in (outer.values() if isinstance(outer, dict) else outer))
        level = [entry for entry in inner if isinstance(entry, dict | list)]
    return bool(level)


def read_body(stream: IO[bytes], parser_context: Any) -> bytes:
    """The whole body. Raises InvalidBody when the connection ended before it did."""
    body = stream.read()
    length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and len(body) < int(length):
        raise InvalidBody
    return body


class JSONParser(parsers.BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = read_body(stream, parser_context)
        return parse_json(body) if body.strip() else {}


class FormParser(parsers.BaseParser):
    """A urlencoded body; also JSON sent under a form's content type, curl's default for `-d`."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = read_body(stream, parser_context)
        if body.lstrip()[:1] in (b"{", b"["):
            return parse_json(body)
        try:
            return parse_query(body.decode("utf-8", "replace"))
        except ValueError as error:
            raise InvalidBody from error


class MultiPartParser(parsers.MultiPartParser):
    """A multipart form; files in it are left out, as no route takes one."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        # Read whole first: a form that was cut short would be taken as far as it goes.
        whole = BytesIO(read_body(stream, parser_context))
        try:
            parts = super().parse(whole, media_type, parser_context)
        except (ParseError, MultiPartParserError) as error:
            raise InvalidBody from error
        return nest((name, value) for name, values in parts.data.lists() for value in values)


def as_object(value: Any) -> Mapping[str, Any] | None:
    """An object as it is, or out of the JSON text that holds it; None for anything else."""
    if isinstance(value, str):
        try:
            value = parse_json(value.encode())
        except (InvalidJSON, UnicodeEncodeError):
            return None
    # PHP writes an empty object as [].
    if value == []:
        return {}
    return value if isinstance(value, Mapping) else None
