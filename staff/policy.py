"""What a page of the admin may load: nothing from other addresses, and no code or styles inside the page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# The styles that the rich text editor (Trix) makes for its two elements, empty at first, and nothing else.
EDITOR_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-JDgngvYGBXjCEm5edwNK0gSIH1v4MowQ29dRjjv54IY='",
    "'sha256-jAP18ioNeNaQBBU5RJvT96kjJnVxHvZs+s8WUNiLnvA='",
)
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {' '.join(EDITOR_STYLES)}; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)


class ContentSecurityPolicy:
    """Sends the policy with each answer of the admin that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/admin"):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
