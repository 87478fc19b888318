"""Checks on a body before any of it is read. Only clients with valid credentials may send one."""

from io import BytesIO

from django.conf import settings
from django.http import HttpRequest

from rest.exceptions import BodyTooLarge, CompressedBody


def admit_body(request: HttpRequest, most: int | None = None) -> None:
    """Check the body's size and encoding, and make a body that is sent in chunks readable.

    The body may have up to `most` bytes (default: MAX_BODY_BYTES). Raises CompressedBody (415) and BodyTooLarge (413).
    """
    chunked = is_chunked(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.MAX_BODY_BYTES if most is None else most
    has_body = chunked or (length.isdecimal() and int(length) > 0)
    if has_body and request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in ("", "identity"):
        raise CompressedBody
    if chunked:
        length = str(take_in_chunks(request, most))
    if length.isdecimal() and int(length) > most:
        raise BodyTooLarge
    if "HTTP_IDEMPOTENCY_KEY" in request.META:
        # Kept as it is, before a parser reads it: it is a part of what the key stands for (rest.idempotency).
        request.body  # noqa: B018


def is_chunked(request: HttpRequest) -> bool:
    """True for a chunked body, if the server lets the application read it to its end."""
    chunked = request.META.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    return chunked and bool(request.META.get("wsgi.input_terminated"))


def take_in_chunks(request: HttpRequest, most: int) -> int:
    """Read a chunked body, up to one byte more than is allowed; returns its length. Django would read none of it."""
    body = request.META["wsgi.input"].read(most + 1)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # noqa: SLF001 - where Django reads the body from
    return len(body)
