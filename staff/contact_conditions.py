"""The builder of conditions on contacts: groups of which one must be met, applied to the list or saved as a segment."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from rest_framework.exceptions import APIException

from database.expressions import Fold, holding
from dynamic_segments.api.saved_filters import as_words, kept_words, read_words
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import save_segment
from rest.text import plain_line
from staff.condition_field import ConditionsWidget, as_text, number_of
from staff.condition_reading import Read, Unreadable, pack, read_by_place, read_text, unpack
from staff.condition_words import CHOSEN, in_words
from staff.parameter_filters import Chip, ParameterFilter
from staff.screens import Screen

# The parameter of the list's address that has the conditions.
WHERE = "where"
# The number of tags (lists, companies, segments) that a search in the builder finds.
FOUND = 20
MAX_TITLE = 192


class ConditionsFilter(ParameterFilter):
    """Contacts who meet the conditions of the address."""

    title, names = "conditions", (WHERE,)
    template = "staff/filters/none.html"

    def has_output(self) -> bool:
        return bool(self.sent)

    def groups(self) -> list[list[dict[str, Any]]]:
        """Raises IncorrectLookupParameters for an address that nobody was given."""
        try:
            return unpack("".join(self.sent[WHERE][-1:]))
        except Unreadable:
            raise IncorrectLookupParameters from None

    def choices(self, changelist: Any) -> Any:
        return []

    def chips(self) -> list[Chip]:
        return [Chip(in_words(self.groups()), (WHERE,))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Nobody, and why, where a condition names what has been deleted since."""
        if not self.sent:
            return queryset
        read = read_by_place(self.groups())
        if read.problem or read.errors:
            messages.error(request, " ".join([read.problem, *read.errors.values()]).strip())
            return queryset.none()
        return read.conditions.narrow(queryset)


class ContactConditions(Screen):
    """The pages of the builder, for who may view contacts."""

    def get_urls(self) -> list[Any]:
        own = [
            path("conditions/", self.site_view(self.conditions_view), name="subscribers_subscriber_conditions"),
            path("conditions/choices/", self.site_view(self.choices_view), name="subscribers_subscriber_choices"),
        ]
        return [*own, *super().get_urls()]

    def site_view(self, view: Any) -> Any:
        return self.admin_site.admin_view(view)

    def conditions_view(self, request: HttpRequest) -> HttpResponse:
        """The builder with the conditions of the address. A form that is sent goes to the list, or says what is wrong."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if "_count" in request.GET:
            return HttpResponse(number_of(request.POST.get(request.GET["_count"], "")))
        try:
            if request.method != "POST":
                return self.builder(request, Read(unpack(request.GET.get(WHERE, "") or pack([]))))
            groups = read_text(request.POST.get("groups", ""))
        except Unreadable:
            return self.builder(request, Read(problem="The conditions cannot be read."))
        read = read_by_place(groups)
        if read.says:
            return self.builder(request, read)
        return self.save_as_segment(request, read) if "_save" in request.POST else self.apply(request, read)

    def apply(self, request: HttpRequest, read: Read) -> HttpResponse:
        try:
            where = pack(read.groups)
        except Unreadable as error:
            return self.builder(request, Read(read.groups, problem=str(error)))
        kept = others(request)
        kept[WHERE] = where
        return HttpResponseRedirect(f"{listed()}?{kept.urlencode()}")

    def save_as_segment(self, request: HttpRequest, read: Read) -> HttpResponse:
        """Make a segment of the conditions, as the API would, and list its contacts."""
        if not may_save(request):
            raise PermissionDenied
        title = plain_line(request.POST.get("title", ""))
        if not title or len(title) > MAX_TITLE:
            problem = f"Give the segment a title of at most {MAX_TITLE} characters."
            return self.builder(request, Read(read.groups, problem=problem))
        sent = as_words(read.groups, {})
        try:
            conditions = read_words(sent)
        except APIException as error:
            return self.builder(request, Read(read.groups, problem=str(error.detail)))
        segment = DynamicSegment(title=title, filters=kept_words(sent), created_by_id=cast(int, request.user.pk))
        with transaction.atomic():
            save_segment(segment, conditions)
            self.log_segment(request, segment)
        self.message_user(request, format_html("Saved the segment “{}”.", title), messages.SUCCESS)
        return HttpResponseRedirect(f"{listed()}?segment={segment.pk}")

    def log_segment(self, request: HttpRequest, segment: DynamicSegment) -> None:
        screen = admin.site.get_model_admin(DynamicSegment)
        screen.log_addition(request, segment, [{"added": {}}])

    def builder(self, request: HttpRequest, read: Read) -> HttpResponse:
        """The page. The statements are those of the builder."""
        widget = ConditionsWidget()
        widget.is_required, widget.may_count, widget.errors = True, True, read.errors
        context = {
            **self.admin_site.each_context(request),
            "title": "Find contacts by conditions",
            "opts": self.opts,
            "media": widget.media,
            "builder": widget.render("groups", as_text(read.groups), {"aria-label": "Conditions"}),
            "problem": read.problem or ("Some conditions need a look." if read.errors else ""),
            "segment_title": request.POST.get("title", ""),
            "may_save": may_save(request),
            "back": f"{listed()}?{others(request).urlencode()}",
        }
        return TemplateResponse(request, "staff/contact_conditions.html", context)

    def choices_view(self, request: HttpRequest) -> HttpResponse:
        """The first tags (lists, companies, segments) whose title holds a text, for who may view them or contacts.

        One statement.
        """
        model, column = CHOSEN.get(request.GET.get("of", ""), (None, ""))
        right = f"{model._meta.app_label}.view_{model._meta.model_name}" if model else ""
        if not (self.has_view_permission(request) or cast(Any, request.user).has_perm(right)):
            raise PermissionDenied
        if model is None:
            return JsonResponse({"found": []})
        text = request.GET.get("q", "").replace("\x00", "").strip()
        rows = model.objects.order_by(Fold(column), "pk")
        found = (rows.filter(holding(text, column)) if text else rows).values_list("pk", column)[:FOUND]
        return JsonResponse({"found": [{"value": str(pk), "text": title} for pk, title in found]})


def others(request: HttpRequest) -> QueryDict:
    """The filters of the list beside the conditions."""
    kept = request.GET.copy()
    kept.pop(WHERE, None)
    kept.pop("p", None)
    return kept


def listed() -> str:
    return reverse("admin:subscribers_subscriber_changelist")


def may_save(request: HttpRequest) -> bool:
    return bool(cast(Any, request.user).has_perm("dynamic_segments.add_dynamicsegment"))
