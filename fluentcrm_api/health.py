"""/healthz: the process answers. /readyz: it can do its work. Without credentials, and with any Host header."""

import logging
from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from fluentcrm_api.server.checks import migrations_are_applied

log = logging.getLogger(__name__)


class HealthChecks:
    """Answers both before any other middleware sees the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in ("/healthz", "/readyz"):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response: HttpResponse = JsonResponse(
                {"status": "method not allowed"}, status=405, headers={"Allow": "GET"}
            )
        elif request.path_info == "/healthz":
            response = JsonResponse({"status": "ok"})
        else:
            response = ready()
        response["Cache-Control"] = "no-store"
        # The middleware that sets it comes later.
        response["Content-Length"] = str(len(response.content))
        return response


def ready() -> HttpResponse:
    """200, or 503 with the reason."""
    try:
        state = "ok" if migrations_are_applied() else "The database is not up to date: run `manage.py migrate`."
    except Error:
        state = "The database cannot be used."
    if state == "ok":
        return JsonResponse({"status": state})
    return JsonResponse({"status": state}, status=503, headers={"Retry-After": "5"})
