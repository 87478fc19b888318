"""The page of a campaign for everybody who has its address: nothing in it is about a contact, and nothing counts."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from campaigns.models import Campaign
from emails.pages.answers import with_headers
from emails.pages.viewing import POLICY
from emails.pages.visitors import wrong_link
from emails.services.previews import look


@csrf_exempt  # other methods are a 405 like anywhere
@require_safe
def shared(request: HttpRequest, secret: str) -> HttpResponse:
    """The mail as nobody in particular would get it."""
    campaign = Campaign.objects.select_related("mailing").filter(share_hash=secret).first()
    if campaign is None:
        return wrong_link(request)
    rendered = look(campaign.mailing)
    titled = rendered.html.replace("<title></title>", f"<title>{escape(rendered.subject)}</title>", 1)
    return with_headers(HttpResponse(titled), POLICY)
