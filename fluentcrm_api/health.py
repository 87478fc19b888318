"""/healthz says that the process answers, /readyz that it can do its work. For machines, so on any Host, without credentials."""

import logging
from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from fluentcrm_api.server.checks import migrations_are_applied

log = logging.getLogger(__name__)


class HealthChecks:
    """Answers both before anything else looks at the request."""

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
        # The middleware that would do it comes after.
        response["Content-Length"] = str(len(response.content))
        return response


def ready() -> HttpResponse:
    """200, or 503 with what is missing."""
    try:
        state = "ok" if migrations_are_applied() else "The database is not up to date: run `manage.py migrate`."
    except Error:
        state = "The database cannot be used."
    if state == "ok":
        return JsonResponse({"status": state})
    return JsonResponse({"status": state}, status=503, headers={"Retry-After": "5"})
