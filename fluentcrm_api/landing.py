"""The first page, `/`: the addresses of the APIs, their descriptions and the admin."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from staff.error_pages import wants_page

# Name, path, what it is.
PLACES = (
    ("api", "/wp-json/fluent-crm/v2"),
    ("docs", "/wp-json/fluent-crm/v2/docs"),
    ("openapi", "/wp-json/fluent-crm/v2/openapi.json"),
    ("fluenzr_api", "/v1"),
    ("fluenzr_openapi", "/v1/openapi.json"),
    ("admin", "/admin/"),
)


@csrf_exempt
def landing(request: HttpRequest) -> HttpResponse:
    """A page for browsers, the same addresses as JSON for programs. No statement. Anyone may see it.

    `/?rest_route=...` never reaches it (wp_rest.middleware). Other methods than GET are a 404.
    """
    if request.method not in ("GET", "HEAD"):
        raise Http404
    site = site_address(request)
    places: dict[str, str] = {name: site + path for name, path in PLACES}
    response: HttpResponse
    if wants_page(request):
        context: dict[str, Any] = {"name": settings.SITE_NAME, "site": site, **places}
        response = HttpResponse(render_to_string("fluentcrm_api/landing.html", context))
    else:
        response = JsonResponse({"name": settings.SITE_NAME, **places})
    response["Vary"] = "Accept"
    # WordPress clients find the API of a site by this header.
    response["Link"] = f'<{site}/wp-json/>; rel="https://api.w.org/"'
    return response


def site_address(request: HttpRequest) -> str:
    """The address that was called. SITE_URL if its host is the same: behind a proxy the request may not show https."""
    if urlsplit(settings.SITE_URL).netloc == request.get_host():
        return str(settings.SITE_URL)
    return f"{request.scheme}://{request.get_host()}"
