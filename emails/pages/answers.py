"""How the pages look to a browser: one frame, nothing from outside, nothing kept."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

STYLE = Path(__file__).parent / "style.css"
POLICY = (
    "default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action {target}; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def page(
    template: str, context: Mapping[str, Any] = MappingProxyType({}), *, status: int = 200, form: bool = False
) -> HttpResponse:
    """A page of emails/pages/; `form` for one whose form may be sent."""
    style, digest = read_style()
    logo = reverse("emails-logo") if settings.SITE_LOGO else ""
    shared = {"site": settings.SITE_NAME, "style": style, "logo": logo}
    response = HttpResponse(render_to_string(f"emails/pages/{template}.html", {**shared, **context}), status=status)
    target = "'self'" if form else "'none'"
    policy = POLICY.format(digest=digest, target=target)
    return with_headers(response, policy)


def notice(title: str, *paragraphs: str, status: int = 200) -> HttpResponse:
    """A page that tells something and offers nothing."""
    return page("notice", {"title": title, "paragraphs": paragraphs}, status=status)


def with_headers(response: HttpResponse, policy: str) -> HttpResponse:
    for name, value in HEADERS.items():
        response[name] = value
    response["Content-Security-Policy"] = policy
    return response


@cache
def read_style() -> tuple[str, str]:
    """The style sheet of the pages, and its SHA-256 for the policy."""
    style = STYLE.read_text()
    return style, b64encode(sha256(style.encode()).digest()).decode()


def masked(email: str) -> str:
    """`a…@example.com`: enough for its owner, not for whom a mail was passed on to."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}…{at}{domain}"
