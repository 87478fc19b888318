"""The filters of the list of contacts, each of several values, and the number of contacts that they find."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, cast

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, IGNORED_PARAMS, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest

from companies.models import Company
from database.expressions import Fold
from dynamic_segments.conditions import InSegment
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import are_too_many
from segments.counts import Kind, contacts_by_status, count_contacts, totals
from segments.models import ContactList, Segment, Tag
from staff.parameter_filters import FILTER_CHOICES, DayFilter, Several
from subscribers.conditions import Link
from subscribers.models import Status, SubscriberCompany

# How the values of a filter are joined: the operator of subscribers.conditions for each word of the address.
MODES = {"": "in", "all": "in_all", "none": "not_in"}
MODE_WORDS = {"": "any of them", "all": "all of them", "none": "none of them"}


class StatusFilter(Several):
    title, names = "status", ("status",)

    def offers(self) -> Sequence[tuple[str, str, int | None]]:
        counts = contacts_by_status()
        return [(value, str(label), counts.get(value, 0)) for value, label in Status.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_status(self.values) if self.values else queryset


class ContactTypeFilter(Several):
    title, names = "type", ("contact_type",)

    def offers(self) -> Sequence[tuple[str, str, int | None]]:
        return [(name, name, None) for name in settings.CONTACT_TYPES]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(contact_type__in=self.values) if self.values else queryset


class SegmentFilter(Several):
    """Contacts with tags (or lists, or companies). The filter offers the first ones by title; the list of tags has
    links for all of them, and the builder of conditions finds each by its title.
    """

    model: ClassVar[type[Segment | Company | DynamicSegment]]
    relation: ClassVar[str]
    label: ClassVar[str] = "title"
    order: ClassVar[Any] = Fold("title")
    counted: ClassVar[Kind | None] = None
    modes = MODE_WORDS

    def offers(self) -> Sequence[tuple[str, str, int | None]]:
        """The first ones with their counts, and those that are chosen. Three statements at most."""
        segments = self.model._default_manager
        offered = list(segments.order_by(self.order, "pk").values_list("pk", self.label)[:FILTER_CHOICES])
        if missing := self.missing(dict(offered)):
            others = segments.filter(pk__in=missing).order_by(self.order, "pk")
            offered += others.values_list("pk", self.label)
        counts = totals(self.counted, [pk for pk, _ in offered]) if self.counted and offered else None
        return [(str(pk), title, None if counts is None else counts.get(pk, 0)) for pk, title in offered]

    def ids(self) -> tuple[int, ...]:
        if self.mode not in MODES:
            raise IncorrectLookupParameters
        return super().ids()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        ids = self.ids()
        return queryset.filter(Link(self.relation, MODES[self.mode], ids).as_q()) if ids else queryset


class TagFilter(SegmentFilter):
    title, names, model, relation, counted = "tag", ("tag", "tag_mode"), Tag, "tags", "tag"


class ListFilter(SegmentFilter):
    title, names, model, relation, counted = "list", ("list", "list_mode"), ContactList, "lists", "list"


class CompanyFilter(SegmentFilter):
    title, names, model, relation = "company", ("company", "company_mode"), Company, "companies"
    label, order = "name", Fold("name")


class DynamicSegmentFilter(SegmentFilter):
    """Contacts in saved segments. Each has the number of contacts when it was last counted."""

    title, names, model = "segment", ("segment", "segment_mode"), DynamicSegment
    modes: ClassVar[dict[str, str]] = {mode: MODE_WORDS[mode] for mode in ("", "none")}

    def offers(self) -> Sequence[tuple[str, str, int | None]]:
        segments = DynamicSegment.objects.order_by(self.order, "pk")
        columns = ("pk", "title", "contact_count")
        offered = list(segments.values_list(*columns)[:FILTER_CHOICES])
        if missing := self.missing(row[0] for row in offered):
            offered += segments.filter(pk__in=missing).values_list(*columns)
        return [(str(pk), title, count) for pk, title, count in offered]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        ids = self.ids()
        if self.mode == "all":
            raise IncorrectLookupParameters
        condition = InSegment("dynamic_segments", MODES[self.mode], ids)
        if are_too_many([condition]):
            raise IncorrectLookupParameters
        return queryset.filter(condition.as_q()) if ids else queryset


class CreatedFilter(DayFilter):
    title, names, column = "created", ("created_from", "created_to"), "created_at"


class ActivityFilter(DayFilter):
    title, names, column = "last activity", ("active_from", "active_to"), "last_activity"


def kept_count(request: HttpRequest) -> int | None:
    """The number of contacts in the list, if it is kept or cheap: without filters, with statuses, with one tag or list,
    with one of these and statuses (segments.counts), or with one company only. Else None. The filters have already
    refused values that are not ids.
    """
    sent = {name: list(dict.fromkeys(filter(None, values))) for name, values in request.GET.lists()}
    names = {name for name, values in sent.items() if values} - {*IGNORED_PARAMS, PAGE_VAR, ERROR_FLAG}
    if request.GET.get(SEARCH_VAR, "").strip():
        return None
    if names == {"company"} and len(sent["company"]) == 1:
        return SubscriberCompany.objects.filter(company=int(sent["company"][0])).count()
    segment = names - {"status"}
    if segment not in ({"tag"}, {"list"}, set()):
        return None
    statuses = sent["status"] if "status" in names else None
    for kind in segment:
        if len(sent[kind]) > 1:
            return None
        return count_contacts(cast(Literal["tag", "list"], kind), int(sent[kind][0]), statuses)
    return count_contacts(statuses=statuses)
