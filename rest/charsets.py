"""The charsets that a body may be written in."""

import codecs

from django.utils.http import parse_header_parameters

from rest.exceptions import InvalidBody, UnknownCharset

UTF_8 = "utf-8"
MAX_CONTENT_TYPE = 1000
# Python's names of the codecs that decode in linear time; Python has others that do not.
KNOWN = frozenset(
    f"{UTF_8} utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be ascii mac-roman "
    "big5 big5hkscs euc_jp euc_kr gb2312 gb18030 gbk johab koi8-r koi8-u shift_jis cp437 cp850 cp852 cp866 cp874 "
    "cp932 cp949 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso2022_jp tis-620 "
    "iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11 "
    "iso8859-13 iso8859-14 iso8859-15 iso8859-16".split()
)


def find_codec(content_type: str | None) -> str:
    """The codec of the charset that a content type declares, UTF-8 where it declares none. Raises UnknownCharset."""
    # No charset has a longer name, and Django takes quadratic time for long ones.
    _, parameters = parse_header_parameters((content_type or "")[:MAX_CONTENT_TYPE])
    return codec_of(parameters.get("charset", ""))


def codec_of(charset: str) -> str:
    """Python's name of a charset, UTF-8 for "". Raises UnknownCharset (415).

    Latin-1 is read as Windows-1252, as browsers do: it has the same letters, and a euro sign where
    Latin-1 has a control character.
    """
    try:
        codec = codecs.lookup(charset.strip() or UTF_8).name
    except (LookupError, ValueError):
        raise UnknownCharset(charset) from None
    if codec not in KNOWN:
        raise UnknownCharset(charset)
    return "cp1252" if codec == "iso8859-1" else codec


def decode(body: bytes, codec: str) -> str:
    """The text of the bytes. Raises InvalidBody for bytes that the charset does not have."""
    try:
        return body.decode(codec)
    except UnicodeError as error:
        raise InvalidBody("The text is not in the charset that it declares (UTF-8 unless it does).") from error
