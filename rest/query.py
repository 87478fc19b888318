"""The pairs of a query string or a urlencoded body, letter for letter.

Stricter than urllib's parse_qsl with letters, and kinder to addresses: a + stands for a blank, and in an
e-mail address that was put into an address line as it is, for itself.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from rest.charsets import UTF_8, codec_of
from rest.exceptions import InvalidQuery

# What a bare + and a bare @ are while the rest is decoded; no decoded text has either.
PLUS, AT = "\ud800", "\ud801"
# Parameters that hold one address, or a part of one, and no blank.
ADDRESS_NAMES = frozenset({"email", "get_by_email"})
CHARSET = re.compile(r"(?:^|&)_charset_=([^&]+)")
# What no address has, and JSON text has around its texts.
BETWEEN = re.compile(r"([\s\"'<>,;:()\[\]{}\\]+)")


def read_query(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters of a request's address. Raises InvalidQuery (400) for what is no UTF-8, and for too many."""
    try:
        # WSGI has each byte as a letter.
        return read_pairs(environ.get("QUERY_STRING", "").encode("latin-1").decode(), UTF_8)
    except ValueError as error:
        raise InvalidQuery from error


def read_pairs(query: str, codec: str | None = None) -> list[tuple[str, str]]:
    """Name and value of each parameter. Without a `codec` it is the one that `_charset_` names, else UTF-8.

    Raises ValueError for more than MAX_BODY_FIELDS of them and for bytes that are no letters, and UnknownCharset.
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
    # Whoever encodes a form writes %40 for @, and + for a blank. Here a bare @ says that nobody did.
    marked = read_text(value.replace("+", PLUS).replace("@", AT), codec)
    return "".join(read_word(word) for word in BETWEEN.split(marked))


def read_address(text: str) -> str:
    """An address whose bare + are its own, except around it: those are the blanks of a form."""
    return text.strip(PLUS).replace(PLUS, "+")


def read_word(word: str) -> str:
    """One word, in which a + before the @ belongs to the address."""
    local, at, domain = word.rpartition(AT)
    local = local.replace(PLUS, "+").replace(AT, "@")
    return local + at.replace(AT, "@") + domain.replace(PLUS, " ")
