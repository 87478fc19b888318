"""What fails outside of a route is told in the words of the face that was called."""

from django.http import HttpRequest, HttpResponse

from fluenzr.errors import bad_request as fluenzr_bad_request
from fluenzr.errors import server_error as fluenzr_server_error
from wp_rest.views import bad_request as wordpress_bad_request
from wp_rest.views import server_error as wordpress_server_error


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a Host header that is not ours, or more parameters than are read."""
    if request.path_info.startswith("/v1/"):
        return fluenzr_bad_request(request)
    return wordpress_bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    if request.path_info.startswith("/v1/"):
        return fluenzr_server_error(request)
    return wordpress_server_error(request)
