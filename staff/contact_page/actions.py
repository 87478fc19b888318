"""What staff do on a contact's page without its form: tags, lists, status, the request for consent, notes."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET, require_POST

from database.expressions import holding
from emails.api.asking import send_soon
from emails.services.asking import ASKED_ALREADY, ask_consent
from notes.services import record_created
from segments.models import ContactList, Tag
from segments.services import is_id, look_up, plain_word, upsert_segments
from segments.services.naming import MAX_TITLE
from staff.contact_page.forms import NewNoteForm, StatusForm, problems, question
from staff.contact_page.page import ContactPage, is_part, page_of
from staff.contact_page.reading import read_contact
from subscribers import services
from subscribers.models import Subscriber

MODELS: dict[str, Any] = {"tags": Tag, "lists": ContactList}
SUGGESTED = 10


class ContactPageActions(ContactPage):
    """Each change is a POST of a small form. With htmx the head of the page comes back, else the page."""

    def get_urls(self) -> list[Any]:
        def address(route: str, name: str, view: Any, method: Any) -> Any:
            return path(route, self.admin_site.admin_view(method(view)), name=f"contact_page_{name}")

        return [
            address("suggest/<str:kind>/", "suggest", self.suggest_view, require_GET),
            address("<int:pk>/<str:kind>/attach/", "attach", self.attach_view, require_POST),
            address("<int:pk>/<str:kind>/detach/", "detach", self.detach_view, require_POST),
            address("<int:pk>/status/", "status", self.status_view, require_POST),
            address("<int:pk>/consent/", "consent", self.consent_view, require_POST),
            address("<int:pk>/note/", "note", self.note_view, require_POST),
            *super().get_urls(),
        ]

    # --- Tags and lists -----------------------------------------------------------------------

    def suggest_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Titles that hold what was typed, as options."""
        model = model_of(kind)
        if not cast(Any, request.user).has_perm(right_to("view", model)):
            raise PermissionDenied
        typed = plain_word(request.GET.get("title", ""))
        titles = (
            model.objects.filter(holding(typed, "title")).order_by("title", "pk") if typed else model.objects.none()
        )
        options = ((title,) for title in titles.values_list("title", flat=True)[:SUGGESTED])
        return HttpResponse(format_html_join("", '<option value="{}"></option>', options))

    def attach_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Attach what has the title that was typed. It is made if there is none, and the user may add one."""
        model, contact = model_of(kind), self.contact_to_change(request, pk)
        title, noun = plain_word(request.POST.get("title", "")), model._meta.verbose_name
        if not title:
            return self.answer(request, pk, problem=f"Type the title of a {noun}.")
        if len(title) > MAX_TITLE:
            return self.answer(request, pk, problem=f"The title of a {noun} has at most {MAX_TITLE} characters.")
        with transaction.atomic():
            found = look_up(model, [title]).row_of(title)
            if found is None and not cast(Any, request.user).has_perm(right_to("add", model)):
                return self.answer(request, pk, problem=f"There is no {noun} “{title}”, and you may not add one.")
            if found is None:
                [found] = upsert_segments(model, [{"title": title, "slug": ""}])
            if not services.sync_segments([pk], cast(Any, kind), [found], []):
                raise Http404
            self.log_change(request, contact, f"Attached {noun} “{title}”.")
        return self.answer(request, pk, done=f"Added: {title}.")

    def detach_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Detach one, by its id."""
        model, contact = model_of(kind), self.contact_to_change(request, pk)
        key = request.POST.get("key", "")
        if not is_id(key):
            return self.answer(request, pk, problem=f"Choose a {model._meta.verbose_name}.")
        with transaction.atomic():
            if not services.sync_segments([pk], cast(Any, kind), [], [int(key)]):
                raise Http404
            self.log_change(request, contact, f"Detached {model._meta.verbose_name} {key}.")
        return self.answer(request, pk, done="Removed.")

    # --- Status and consent -------------------------------------------------------------------

    def status_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set the status. It asks first, if the contact leaves by it or comes back."""
        contact = self.contact_to_change(request, pk)
        form = StatusForm(request.POST)
        if not form.is_valid():
            return self.answer(request, pk, problem=problems(form))
        status, reason = form.cleaned_data["status"], form.cleaned_data["reason"]
        asked = question(contact, status)
        if asked and "confirmed" not in request.POST:
            asking = {"question": asked, "status_form": form, "leaves": status in services.LEFT}
            if is_part(request):
                return self.head_alone(request, contact, asking)
            return self.show(request, contact, "overview", asking)
        with transaction.atomic():
            if not services.set_status([pk], status, reason):
                raise Http404
            self.log_change(request, contact, f"Changed the status to {status}.")
        return self.answer(request, pk, done="The status was changed.")

    def consent_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the request for consent (double opt-in)."""
        contact = self.contact_to_change(request, pk)
        with transaction.atomic():
            asked = ask_consent([pk], returning=[pk])
            send_soon(asked)
            if asked.messages:
                self.log_change(request, contact, "Asked for consent.")
        if asked.messages:
            return self.answer(request, pk, done="The request for consent is on its way.")
        if ASKED_ALREADY in asked.left_out:
            return self.answer(request, pk, problem="It was asked just now. Wait some minutes before you ask again.")
        return self.answer(request, pk, problem="Only a pending or unsubscribed contact can be asked.")

    # --- Notes --------------------------------------------------------------------------------

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a note. With errors the page comes back with what was written."""
        user: Any = request.user
        if not self.has_view_or_change_permission(request) or not user.has_perm("notes.add_note"):
            raise PermissionDenied
        contact = contact_or_404(pk)
        form = NewNoteForm(request.POST)
        if not form.is_valid():
            return self.show(request, contact, "activity", {"note_form": form})
        note = form.save(commit=False)
        note.subscriber_id, note.created_by_id = pk, user.pk
        with transaction.atomic():
            if not services.lock_contacts([pk]):
                raise Http404
            note.save()
            record_created(note)
            self.log_change(request, contact, f"Added note “{note.title}”.")
        messages.success(request, "The note was added.")
        return HttpResponseRedirect(f"{page_of(pk)}?tab=activity")

    # --- Answers ------------------------------------------------------------------------------

    def contact_to_change(self, request: HttpRequest, pk: int) -> Subscriber:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return contact_or_404(pk)

    def answer(self, request: HttpRequest, pk: int, done: str = "", problem: str = "") -> HttpResponse:
        """The head as it is now for htmx, else the page; each with a message."""
        if is_part(request):
            return self.head_alone(request, contact_or_404(pk), {"done": done, "problem": problem})
        if done:
            messages.success(request, done)
        if problem:
            messages.error(request, problem)
        return HttpResponseRedirect(page_of(pk))

    def head_alone(self, request: HttpRequest, contact: Any, more: dict[str, Any]) -> HttpResponse:
        tab = request.GET.get("tab", "overview")
        context = {**self.head(request, contact, tab), **more}
        return TemplateResponse(request, "staff/contact_page/head.html", context)


def contact_or_404(pk: int) -> Subscriber:
    contact = read_contact(pk) if is_id(str(pk)) else None
    if contact is None:
        raise Http404
    return contact


def model_of(kind: str) -> Any:
    if kind not in MODELS:
        raise Http404
    return MODELS[kind]


def right_to(verb: str, model: Any) -> str:
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
