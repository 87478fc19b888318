"""ETag and 304: a client that asks again for what has not changed gets no body.

The tag is a hash of the answer's bytes, so it costs no statement, and there is nothing that could forget to change it. It
is weak, as a proxy may compress the answer.
"""

from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.response import Response


def tag_answer(request: Any, response: Response) -> None:
    """Give the answer to a GET its ETag as soon as it is rendered, and make it a 304 where the client has it."""

    def tag(rendered: HttpResponse) -> None:
        # Most processors have SHA-256 in hardware, where it is the fastest hash of the standard library.
        etag = f'W/"{sha256(rendered.content, usedforsecurity=False).hexdigest()}"'
        rendered["ETag"] = etag
        if has(request.META.get("HTTP_IF_NONE_MATCH", ""), etag):
            rendered.status_code = 304
            rendered.content = b""
            del rendered["Content-Type"]

    if request.method in ("GET", "HEAD") and response.status_code == 200 and isinstance(response, Response):
        response.add_post_render_callback(tag)


def has(header: str, etag: str) -> bool:
    """Whether an If-None-Match names the tag, weak or not (RFC 9110, 13.1.2)."""
    if not header:
        return False
    opaque = etag.removeprefix("W/")
    return any(sent == "*" or sent.removeprefix("W/") == opaque for sent in parse_etags(header))
