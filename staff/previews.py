"""What is written in a form, as a mail, in a frame beside the form."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_sameorigin

from emails.models import Mailing
from emails.pages.answers import with_headers
from emails.pages.viewing import POLICY as PUBLIC_POLICY
from emails.services.previews import look, send_test
from staff.contact_names import may_view_contacts
from staff.screens import Screen
from subscribers.reading import find_id_by_email

# A document of its own, that nothing runs in: only the admin may show it in a frame.
POLICY = PUBLIC_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
WRITTEN = ("subject", "pre_header", "body", "design")


class Previewed(Screen):
    """A form with the fields of a mail: a frame beside it shows what is written, saved or not."""

    change_form_template = "staff/previewed_form.html"

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        show = self.admin_site.admin_view(xframe_options_sameorigin(self.preview))
        return [
            path("preview/", show, name=f"{name}_draft"),
            path("<int:pk>/preview/", show, name=f"{name}_preview"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """The mail as whoever is signed in would get it: as it is in the form that is sent, else as it was saved."""
        if not (self.has_view_permission(request) or self.has_add_permission(request)):
            raise Http404
        row = self.get_queryset(request).filter(pk=pk).first() if request.method != "POST" else None
        return shown(request, self.mail_of(row) if row else None)

    def mail_of(self, row: Any) -> Mailing:
        """What a row says, as a mailing."""
        mailing: Mailing = row.mailing
        return mailing

    def send_test_of(self, request: HttpRequest, row: Any) -> None:
        """Send what was saved to whoever is signed in, and say what became of it."""
        self.message_user(request, *send_to_me(request, self.mail_of(row) if row else None))


def shown(request: HttpRequest, saved: Mailing | None) -> HttpResponse:
    """The mail as whoever is signed in would get it: as it is in the form that is sent, else as it was saved.

    A document for a frame of the admin. Raises Http404 if neither is there.
    """
    mailing = saved
    if request.method == "POST":
        words = {name: request.POST.get(name, "").replace("\x00", "") for name in WRITTEN}
        mailing = Mailing(**{**words, "design": words["design"][:50] or "simple"})
    if mailing is None:
        raise Http404
    email = address_of(request) if may_view_contacts(request.user) else ""
    return with_headers(HttpResponse(look(mailing, find_id_by_email(email) if email else None).html), POLICY)


def send_to_me(request: HttpRequest, mailing: Mailing | None) -> tuple[str, int]:
    """Send a test to whoever is signed in, and to nobody else; what became of it, and the level of that message."""
    email = address_of(request)
    if not email:
        return "No test was sent: your user has no e-mail address.", messages.ERROR
    if mailing is None or not mailing.subject or not mailing.body:
        return "No test was sent: write a subject and a body first.", messages.ERROR
    if problem := send_test(mailing, email):
        return f"No test was sent: {problem}", messages.ERROR
    return f"A test was sent to {email}.", messages.SUCCESS


def address_of(request: HttpRequest) -> str:
    user: Any = request.user
    return str(user.email)
