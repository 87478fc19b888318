"""A mail in the browser, and the site's logo."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from emails.links import Target
from emails.models import Message
from emails.pages.answers import with_headers
from emails.pages.visitors import gone, named_by_token
from emails.rendering import Compilation
from emails.services.composing import context_of, read_recipients

# A mail is a document of its own with styles on its elements; its pictures come from where staff put them.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


@named_by_token("view")
def viewing(request: HttpRequest, target: Target) -> HttpResponse:
    """The mail as it was sent, without the picture and the links that count: whoever looks may not be the contact."""
    message = Message.objects.filter(pk=target.message, subscriber=target.contact).first()
    if message is None:
        return gone()
    compilation = Compilation.under_current_settings()
    compilation.read([message.mailing_id])
    recipient = read_recipients([message.subscriber_id])[message.subscriber_id]
    rendered = compilation.of(message.mailing_id).render(context_of(message, recipient, compilation), {}, "")
    return with_headers(HttpResponse(rendered.html), POLICY)


@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:
    """The picture of SITE_LOGO."""
    try:
        # The response closes it.
        response = FileResponse(Path(settings.SITE_LOGO).open("rb"))  # noqa: SIM115
    except OSError:
        raise Http404 from None
    response["Cache-Control"] = "public, max-age=86400"
    # A drawing may hold scripts.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
