"""A company's page: what is known of it, and its contacts, whom staff add and remove in place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from companies.models import Company
from custom_fields.models import CustomField, Scope
from custom_fields.services import definitions
from segments.services import is_id
from staff.confirmation import counted
from staff.contact_cells import badge
from staff.contact_names import may_view_contacts
from staff.contact_page.page import COLOURS, is_part
from staff.contact_page.reading import ADDRESS, custom_values, in_words
from staff.screens import Screen
from subscribers import services
from subscribers.models import Subscriber

# The number of contacts that one page of them names, and of addresses that are taken at once.
SHOWN_CONTACTS = 10
MOST_ADDRESSES = 100
# What the page says of a company beside its form: a column and its label.
KNOWN = {
    "timezone": "Time zone",
    "employees_number": "Employees",
    "date_of_start": "Founded",
}
LINKS = {"website": "Website", "linkedin_url": "LinkedIn", "facebook_url": "Facebook", "twitter_url": "Twitter"}


class CompanyPage(Screen):
    """Head and contacts stand above the form. With htmx only the contacts come back after a change."""

    change_form_template = "staff/company_page/page.html"

    def get_urls(self) -> list[Any]:
        def address(route: str, name: str, view: Any, method: Any) -> Any:
            return path(route, self.admin_site.admin_view(method(view)), name=f"company_page_{name}")

        return [
            address("<int:pk>/contacts/", "contacts", self.contacts_view, require_GET),
            address("<int:pk>/contacts/attach/", "attach", self.attach_view, require_POST),
            address("<int:pk>/contacts/detach/", "detach", self.detach_view, require_POST),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *arguments: Any, **options: Any) -> HttpResponse:
        original = None if context.get("is_popup") else context.get("original")
        # Read anew: an invalid form has changed the original.
        company = original and self.get_queryset(request).select_related("owner").filter(pk=original.pk).first()
        if company:
            context.update(self.head(request, company), **self.contacts(request, company))
        answer: HttpResponse = super().render_change_form(request, context, *arguments, **options)
        return answer

    def head(self, request: HttpRequest, company: Any) -> dict[str, Any]:
        """What is known of a company. One statement."""
        return {
            "company": company,
            "initials": company.name[:1].upper(),
            "colour": company.pk % COLOURS,
            "known": known(company),
            "web": [(label, value) for name, label in LINKS.items() if (value := getattr(company, name))],
            "custom_groups": custom_values(company, fields_of(company)),
            "may_view_contacts": may_view_contacts(request.user),
        }

    def contacts(self, request: HttpRequest, company: Any) -> dict[str, Any]:
        """A page of a company's contacts, upward by id. One statement."""
        sent = request.GET.get("after", "")
        after = int(sent) if is_id(sent) else 0
        found: list[Any] = []
        if may_view_contacts(request.user):
            members = Subscriber.objects.filter(company_links__company=company, pk__gt=after).order_by("pk")
            columns = ("email", "first_name", "last_name", "job_title", "status", "company_id")
            found = list(members.only(*columns)[: SHOWN_CONTACTS + 1])
        shown = found[:SHOWN_CONTACTS]
        for contact in shown:
            contact.badge = badge(contact.status)
        return {
            "company": company,
            "contacts": shown,
            "after": after,
            "next": shown[-1].pk if len(found) > SHOWN_CONTACTS else None,
            "page": page_of(company.pk),
            "listed": f"{reverse('admin:subscribers_subscriber_changelist')}?company={company.pk}",
            "may_view_contacts": may_view_contacts(request.user),
            "may_change_contacts": self.may_change_contacts(request),
        }

    def may_change_contacts(self, request: HttpRequest) -> bool:
        """As the API: the company changes, and the contacts do."""
        user: Any = request.user
        may: bool = self.has_change_permission(request) and user.has_perm("subscribers.change_subscriber")
        return may and may_view_contacts(user)

    # --- In place -----------------------------------------------------------------------------

    def contacts_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A page of the contacts, for htmx."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        company = self.company_or_404(request, pk)
        if not is_part(request):
            return HttpResponseRedirect(f"{page_of(pk)}?{request.GET.urlencode()}")
        return TemplateResponse(request, "staff/company_page/contacts.html", self.contacts(request, company))

    def attach_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add the contacts with the addresses that were typed. Nobody is added if one of them is unknown."""
        company = self.company_to_change(request, pk)
        typed = list(dict.fromkeys(request.POST.get("emails", "").replace("\x00", "").replace(",", " ").split()))
        if not typed:
            return self.answer(request, pk, problem="Type the e-mail address of a contact.", typed=typed)
        if len(typed) > MOST_ADDRESSES:
            return self.answer(request, pk, problem=f"Type at most {MOST_ADDRESSES} addresses at once.", typed=typed)
        found = dict(Subscriber.objects.with_any_email(typed).annotate(plain=F("address")).values_list("plain", "pk"))
        unknown = [address for address in typed if address.lower() not in found]
        if unknown:
            return self.answer(request, pk, problem=f"No contact has the address {', '.join(unknown)}.", typed=typed)
        with transaction.atomic():
            new = services.attach_companies(found.values(), [company.pk])
            if new:
                self.log_change(request, company, f"Added {counted(Subscriber._meta, len(new))}.")
        if not new:
            return self.answer(request, pk, done="All of them were in it already.")
        return self.answer(request, pk, done=f"Added: {counted(Subscriber._meta, len(new))}.")

    def detach_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a contact out of the company, by its id."""
        company = self.company_to_change(request, pk)
        sent = request.POST.get("contact", "")
        if not is_id(sent):
            return self.answer(request, pk, problem="Choose a contact.")
        with transaction.atomic():
            gone = services.detach_companies([int(sent)], [company.pk])
            if gone:
                self.log_change(request, company, f"Removed contact {sent}.")
        if not gone:
            return self.answer(request, pk, problem="The contact was not in it any more.")
        return self.answer(request, pk, done="Removed.")

    def company_or_404(self, request: HttpRequest, pk: int) -> Any:
        company = self.get_queryset(request).filter(pk=pk).first() if is_id(str(pk)) else None
        if company is None:
            raise Http404
        return company

    def company_to_change(self, request: HttpRequest, pk: int) -> Company:
        if not self.may_change_contacts(request):
            raise PermissionDenied
        company: Company = self.company_or_404(request, pk)
        return company

    def answer(
        self, request: HttpRequest, pk: int, done: str = "", problem: str = "", typed: list[str] | None = None
    ) -> HttpResponse:
        """The contacts as they are now for htmx, else the page; each with a message."""
        if is_part(request):
            more: Mapping[str, Any] = MappingProxyType(
                {"done": done, "problem": problem, "typed": " ".join(typed or [])}
            )
            context = {**self.contacts(request, self.company_or_404(request, pk)), **more}
            return TemplateResponse(request, "staff/company_page/contacts.html", context)
        if done:
            messages.success(request, done)
        if problem:
            messages.error(request, problem)
        return HttpResponseRedirect(page_of(pk))


def known(company: Company) -> list[tuple[str, str]]:
    """What is known of a company beside its head: a label and a value each."""
    address = ", ".join(filter(None, (getattr(company, name) for name in ADDRESS)))
    values = [(label, in_words(value)) for name, label in KNOWN.items() if (value := getattr(company, name))]
    return [*([("Address", address)] if address else []), *values]


def fields_of(company: Company) -> list[CustomField]:
    """The custom fields of companies, and one for each value whose field is not there any more. One statement."""
    fields = definitions(Scope.COMPANY)
    others = company.custom_values.keys() - {field.slug for field in fields}
    return [*fields, *(CustomField(slug=slug, label=slug) for slug in sorted(others))]


def page_of(pk: int) -> str:
    """The address of a company's page."""
    return reverse("admin:companies_company_change", args=[pk])
