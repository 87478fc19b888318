"""The addresses of smart links: on to where they lead.

Whoever comes here is not known, so nothing is done for anybody. For a contact who clicks in a mail, the mail's own signed
address does it (smart_links.services.lead).
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from emails.pages.answers import notice
from smart_links.addresses import is_short
from smart_links.services import find_link


@csrf_exempt  # other methods are a 405 like anywhere
@require_safe
@never_cache
def followed(request: HttpRequest, short: str) -> HttpResponse:
    """`/go/{short}`. One statement."""
    link = find_link(is_short(short))
    if link is None:
        return notice("This link leads nowhere", "It may have been cut off, or it is not kept any more.", status=404)
    response = HttpResponseRedirect(link.target_url)
    response["Referrer-Policy"] = "no-referrer"
    return response


def followed_by_slug(request: HttpRequest) -> HttpResponse:
    """`/?fluentcrm=1&route=smart_url&slug={short}`, as FluentCRM has it."""
    return followed(request, request.GET.get("slug", ""))
