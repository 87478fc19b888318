"""Reads the pairs of a query string or a urlencoded body.

Stricter than urllib's parse_qsl with charsets. A + is a space, but in an e-mail address that was not
encoded it stays a +.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from rest.charsets import UTF_8, codec_of
from rest.exceptions import InvalidQuery

# These stand for a bare + and a bare @ while the rest is decoded; no decoded text has them.
PLUS, AT = "\ud800", "\ud801"
# Parameters with one e-mail address, or a part of one, and no space.
ADDRESS_NAMES = frozenset({"email", "get_by_email"})
CHARSET = re.compile(r"(?:^|&)_charset_=([^&]+)")
# No address has one of these; JSON has them around its texts.
BETWEEN = re.compile(r"([\s\"'<>,;:()\[\]{}\\]+)")


def read_query(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The query parameters of a request. Raises InvalidQuery (400) if they are not UTF-8 or too many."""
    try:
        # In WSGI each byte is one character.
        return read_pairs(environ.get("QUERY_STRING", "").encode("latin-1").decode(), UTF_8)
    except ValueError as error:
        raise InvalidQuery from error


def read_pairs(query: str, codec: str | None = None) -> list[tuple[str, str]]:
    """The name and value of each parameter. Without `codec`, the parameter `_charset_` names it; default UTF-8.

    Raises ValueError for more than MAX_BODY_FIELDS parameters or bytes that cannot be decoded, and UnknownCharset.
    """
    if query.count("&") >= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise ValueError("There are too many parameters.")
    if codec is None:
        chosen = CHARSET.search(query)
        codec = codec_of(unquote(chosen[1])) if chosen else UTF_8
    pairs = []
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            name = read_text(name.replace("+", " "), codec)
            pairs.append((name, read_value(name, value, codec)))
    return pairs


def read_text(text: str, codec: str) -> str:
    return unquote(text, codec, "strict") if "%" in text else text


def read_value(name: str, value: str, codec: str) -> str:
    if "+" not in value:
        return read_text(value, codec)
    if name in ADDRESS_NAMES or name.endswith("[email]"):
        return read_address(read_text(value.replace("+", PLUS), codec))
    if "@" not in value:
        return read_text(value.replace("+", " "), codec)
    # An encoded form has %40 for @ and + for a space. A bare @ shows that the value was not encoded.
    marked = read_text(value.replace("+", PLUS).replace("@", AT), codec)
    return "".join(read_word(word) for word in BETWEEN.split(marked))


def read_address(text: str) -> str:
    """An address with its own + inside; a + around it is a space of a form."""
    return text.strip(PLUS).replace(PLUS, "+")


def read_word(word: str) -> str:
    """One word, in which a + before the @ belongs to the address."""
    local, at, domain = word.rpartition(AT)
    local = local.replace(PLUS, "+").replace(AT, "@")
    return local + at.replace(AT, "@") + domain.replace(PLUS, " ")
