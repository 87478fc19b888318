"""What is asked of a body before any of it is read. Only who has shown credentials may send one."""

from io import BytesIO

from django.conf import settings
from django.http import HttpRequest

from rest.exceptions import BodyTooLarge, CompressedBody


def admit_body(request: HttpRequest, most: int | None = None) -> None:
    """Let the request's body be read by its length, also one that is sent in chunks.

    It may have `most` bytes, MAX_BODY_BYTES unless that is given. Raises CompressedBody (415) and BodyTooLarge (413).
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


def is_chunked(request: HttpRequest) -> bool:
    """True for a body whose length is not said beforehand, and that the server lets us read to its end."""
    chunked = request.META.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    return chunked and bool(request.META.get("wsgi.input_terminated"))


def take_in_chunks(request: HttpRequest, most: int) -> int:
    """Read a chunked body, a byte more than is allowed at most (Django would read none of it); its length."""
    body = request.META["wsgi.input"].read(most + 1)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # noqa: SLF001 - where Django reads the body from
    return len(body)
