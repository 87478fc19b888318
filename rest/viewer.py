"""The page that shows an OpenAPI document and can try its routes: Scalar, served by this server."""

from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

# Scripts are files of this server and nothing is evaluated. Scalar writes its styles into the page, hence
# 'unsafe-inline' for styles. A call goes to this server alone, so that credentials cannot leave for another.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def render_page(title: str, *, document: str, server: str = "") -> bytes:
    """The page for the document at the path `document`. Its routes are below the path `server`."""
    return render_to_string("rest/docs.html", {"title": title, "document": document, "server": server}).encode()


def page_response(page: bytes) -> HttpResponse:
    return HttpResponse(page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})


def with_etag(request: Any, response: HttpResponse) -> Any:
    """The response with an ETag of its content; a 304 if the client already has this content."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)
