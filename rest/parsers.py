"""Reads the JSON body of a request, for every face."""

from typing import IO, Any

from rest_framework import parsers

from rest.charsets import UTF_8, decode, find_codec
from rest.exceptions import InvalidBody
from rest.json import parse_json


def read_body(stream: IO[bytes], parser_context: Any) -> bytes:
    """The whole body. Raises InvalidBody when the connection ended before it did."""
    body = stream.read()
    length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and len(body) < int(length):
        raise InvalidBody
    return body


class JSONParser(parsers.BaseParser):
    """Parses JSON in UTF-8, or in the charset of the content type."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        codec = find_codec(media_type)
        body = read_body(stream, parser_context)
        if codec != UTF_8:
            body = decode(body, codec).encode()
        return parse_json(body) if body.strip() else {}
