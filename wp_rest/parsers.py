"""Parses forms with PHP brackets, and JSON that is sent with the content type of a form."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from rest.charsets import MAX_CONTENT_TYPE, UTF_8, codec_of, decode, find_codec
from rest.exceptions import InvalidBody, InvalidJSON
from rest.json import parse_json
from rest.parsers import read_body
from wp_rest.parameters import nest, parse_query


class FormParser(parsers.BaseParser):
    """A urlencoded body; also JSON with the content type of a form, which curl sends by default with `-d`.

    The charset is the one of the content type, else that of HTML's field `_charset_`, else UTF-8.
    """

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        codec = find_codec(media_type)
        text = decode(read_body(stream, parser_context), codec)
        if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            return parse_json(text.encode())
        try:
            return parse_query(text, None if "charset" not in (media_type or "").lower() else codec)
        except ValueError as error:
            raise InvalidBody from error


class MultiPartParser(parsers.MultiPartParser):
    """A multipart form. Files are left out, as no route accepts one. Charsets are as in a urlencoded form."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        codec = find_codec(media_type)
        # Read completely first: Django would accept a form that was cut off.
        whole = BytesIO(read_body(stream, parser_context))
        if not is_closed(whole.getvalue(), media_type):
            raise InvalidBody
        try:
            # Latin-1 keeps each byte as one character: Django would replace what it cannot decode by U+FFFD.
            parts = super().parse(whole, media_type, {**parser_context, "encoding": "latin-1"})
            if chosen := parts.data.get("_charset_"):
                codec = codec_of(str(chosen))
            return nest(
                (as_sent(name, UTF_8), as_sent(value, codec)) for name, values in parts.data.lists() for value in values
            )
        except (ParseError, MultiPartParserError) as error:
            raise InvalidBody from error


def is_closed(body: bytes, media_type: str | None) -> bool:
    """Whether a multipart body has its last line; without it the last value may be incomplete."""
    _, parameters = parse_header_parameters((media_type or "")[:MAX_CONTENT_TYPE])
    return not body or f"--{parameters.get('boundary', '')}--".encode() in body


def as_sent(text: str, codec: str) -> str:
    """A text of a form, decoded from one character for each byte. Raises InvalidBody."""
    return text if text.isascii() else decode(text.encode("latin-1"), codec)


def as_object(value: Any) -> Mapping[str, Any] | None:
    """An object, from an object or the JSON text of one; None for anything else."""
    if isinstance(value, str):
        try:
            value = parse_json(value.encode())
        except (InvalidJSON, UnicodeEncodeError):
            return None
    # PHP writes an empty object as [].
    if value == []:
        return {}
    return value if isinstance(value, Mapping) else None
