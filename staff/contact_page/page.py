"""The page itself: its head, its tabs, and which of them a user may see."""

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from custom_fields.services import definitions
from segments.services import is_id
from staff.contact_cells import badge
from staff.contact_page.followed import read_enrolments, read_trackers
from staff.contact_page.forms import NewNoteForm, StatusForm
from staff.contact_page.items import KINDS
from staff.contact_page.mails import read_messages
from staff.contact_page.reading import Links, custom_values, details, initials, read_contact, read_links
from staff.contact_page.timeline import Position, Timeline, read_timeline
from staff.screens import Screen
from subscribers.models import Status, Subscriber

# Items of the timeline beside the details, and on a page of its own tab.
NEWEST, PAGE = 10, 30
# The number of colours that avatars have.
COLOURS = 6
TABS = {
    "overview": "Overview",
    "activity": "Activity",
    "messages": "Messages",
    "automations": "Automations and sequences",
    "edit": "Edit",
}
# Whom a request for consent may reach (emails.consent).
MAY_BE_ASKED = (Status.PENDING, Status.UNSUBSCRIBED)
# What a user sees, and does, with which right.
RIGHTS = {
    **{kind.name: kind.permission for kind in KINDS},
    "automations": "automations.view_automation",
    "sequences": "sequences.view_emailsequence",
    "companies": "companies.view_company",
    "consents": "emails.view_consent",
    "add_note": "notes.add_note",
    "tags": "segments.view_tag",
    "lists": "segments.view_contactlist",
}


class ContactPage(Screen):
    """What `change/` of a contact opens: the page to read. `?tab=edit` is the form."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tab = request.GET.get("tab", "")
        edits = self.has_change_permission(request) and (tab == "edit" or IS_POPUP_VAR in request.GET)
        if request.method != "POST" and not edits:
            return self.reading_page(request, object_id, tab if tab in TABS and tab != "edit" else "overview")
        return super().change_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request: HttpRequest, context: Any, *arguments: Any, **options: Any) -> HttpResponse:
        """The form, below the head and the tabs of the page."""
        original = None if context.get("is_popup") else context.get("original")
        # Read anew: an invalid form has changed the original.
        contact = original and read_contact(original.pk)
        if contact:
            context.update(self.head(request, contact, "edit"))
        answer: HttpResponse = super().render_change_form(request, context, *arguments, **options)
        return answer

    def response_change(self, request: HttpRequest, obj: Subscriber) -> HttpResponse:
        answer: HttpResponse = super().response_change(request, obj)
        if "_continue" in request.POST:
            answer.headers["Location"] = f"{page_of(obj.pk)}?tab=edit"
        return answer

    def response_post_save_change(self, request: HttpRequest, obj: Subscriber) -> HttpResponse:
        """Back to the page, where the form was opened."""
        return HttpResponseRedirect(page_of(obj.pk))

    def reading_page(self, request: HttpRequest, object_id: str, tab: str) -> HttpResponse:
        """A tab of the page, or the tab alone for htmx."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        contact = read_contact(int(object_id)) if is_id(object_id) else None
        if contact is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return gone
        return self.show(request, contact, tab)

    def show(
        self, request: HttpRequest, contact: Subscriber, tab: str, more: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """The page with a tab open; `more` is for its templates."""
        head = self.head(request, contact, tab)
        context = {**head, **self.tab(request, contact, tab, head["links"]), **(more or {})}
        if is_part(request):
            part = "items" if tab == "activity" and "before" in request.GET else "tab"
            answer = TemplateResponse(request, f"staff/contact_page/{part}.html", context)
        else:
            context = {
                **self.admin_site.each_context(request),
                "title": contact.full_name or contact.email,
                "opts": self.opts,
                "original": contact,
                "object": contact,
                "change": True,
                "media": self.media + context["note_form"].media,
                **context,
            }
            answer = TemplateResponse(request, "staff/contact_page/page.html", context)
        patch_vary_headers(answer, ["HX-Request"])
        return answer

    def head(self, request: HttpRequest, contact: Any, tab: str) -> dict[str, Any]:
        """What every tab shows above. One statement."""
        user: Any = request.user
        return {
            "contact": contact,
            "initials": initials(contact),
            "colour": contact.pk % COLOURS,
            "status_badge": badge(contact.status),
            "links": read_links(contact.pk),
            "rights": {name: user.has_perm(right) for name, right in RIGHTS.items()},
            "may_change": self.has_change_permission(request, contact),
            "may_be_asked": contact.status in MAY_BE_ASKED,
            "status_form": StatusForm(initial={"status": contact.status}),
            "note_form": NewNoteForm(),
            "tabs": [
                (name, word, f"?tab={name}")
                for name, word in TABS.items()
                if name != "edit" or self.has_change_permission(request, contact)
            ],
            "tab": tab,
            "address": page_of(contact.pk),
        }

    def tab(self, request: HttpRequest, contact: Subscriber, name: str, links: Links) -> dict[str, Any]:
        """What an open tab shows, as far as the user may see it."""
        user: Any = request.user
        before = request.GET.get("before", "")
        match name:
            case "overview":
                return {
                    "details": details(contact),
                    "custom_groups": custom_values(contact, definitions()),
                    "timeline": self.timeline(request, contact.pk, links, NEWEST),
                }
            case "activity":
                return {"timeline": self.timeline(request, contact.pk, links, PAGE, Position.read(before))}
            case "messages" if user.has_perm(RIGHTS["messages"]):
                return read_messages(contact.pk, int(before) if is_id(before) else None)
            case "automations":
                return {
                    "enrolments": read_enrolments(contact.pk) if user.has_perm(RIGHTS["automations"]) else [],
                    "trackers": read_trackers(contact.pk) if user.has_perm(RIGHTS["sequences"]) else [],
                }
        return {}

    def timeline(
        self, request: HttpRequest, pk: int, links: Links, number: int, after: Position | None = None
    ) -> Timeline:
        """What the user may see of it."""
        user: Any = request.user
        kinds = [kind.name for kind in KINDS if user.has_perm(kind.permission)]
        enrolments = links.automations if user.has_perm(RIGHTS["automations"]) else []
        return read_timeline(pk, kinds, number, after, enrolments)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page, and not for the page after a step back."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def page_of(pk: int) -> str:
    """The address of a contact's page."""
    return reverse("admin:subscribers_subscriber_change", args=[pk])
