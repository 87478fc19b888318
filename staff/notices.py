"""Pages of the admin with one message. They do not use the database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def notice(title: str, text: str, *, status: int, retry_after: int | None = None) -> HttpResponse:
    """A page in the admin's layout. Rendered without the request, which would read its user from the database."""
    context = {"title": title, "text": text, "site_header": settings.SITE_NAME, "site_title": settings.SITE_NAME}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return HttpResponse(render_to_string("staff/notice.html", context), status=status, headers=headers)


def too_many_failures(retry_after: int) -> HttpResponse:
    minutes = -(-retry_after // 60)
    plural = "minute" if minutes == 1 else "minutes"
    return notice(
        "Too many attempts to sign in",
        f"Too many wrong passwords came from your address. Try again in {minutes} {plural}.",
        status=429,
        retry_after=retry_after,
    )


def locked_out(request: HttpRequest, original_response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: the page for a user who has to wait."""
    return too_many_failures(int(settings.AXES_COOLOFF_TIME.total_seconds()))
