"""The filters of the list of contacts, and the number of contacts that they find."""

from typing import Any, ClassVar, Literal, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, IGNORED_PARAMS, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest

from companies.models import Company
from database.expressions import Fold
from segments.counts import count_contacts
from segments.models import ContactList, Segment, Tag
from segments.services import is_id
from subscribers.models import Status, SubscriberCompany

# The number of tags (or lists, or companies) that a filter offers.
FILTER_CHOICES = 30


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Status.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.with_status([self.value()])


class ContactTypeFilter(admin.SimpleListFilter):
    title = "type"
    parameter_name = "contact_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, name) for name in settings.CONTACT_TYPES]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(contact_type=self.value())


class SegmentFilter(admin.SimpleListFilter):
    """Contacts with one tag (or list, or company). The filter offers the first ones by title; the list of tags has
    links for all of them.
    """

    model: ClassVar[type[Segment | Company]]
    relation: ClassVar[str]
    label: ClassVar[str] = "title"
    order: ClassVar[Any] = "title"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        segments = self.model._default_manager
        offered = list(segments.order_by(self.order, "pk").values_list("pk", self.label)[:FILTER_CHOICES])
        chosen = self.value() or ""
        if is_id(chosen) and int(chosen) not in dict(offered):
            offered += segments.filter(pk=chosen).values_list("pk", self.label)
        return [(str(pk), title) for pk, title in offered]

    def has_output(self) -> bool:
        # Django does not apply a filter without options: after the last tag was deleted, its
        # contacts would be all contacts.
        return super().has_output() or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen is None:
            return queryset
        if not is_id(chosen):
            raise IncorrectLookupParameters
        return queryset.filter(queryset.link_exists(self.relation, [int(chosen)]))


class TagFilter(SegmentFilter):
    title, parameter_name, model, relation = "tag", "tag", Tag, "tags"


class ListFilter(SegmentFilter):
    title, parameter_name, model, relation = "list", "list", ContactList, "lists"


class CompanyFilter(SegmentFilter):
    title, parameter_name, model, relation = "company", "company", Company, "companies"
    label, order = "name", Fold("name")


def kept_count(request: HttpRequest) -> int | None:
    """The number of contacts in the list, if it is kept or cheap: without filters, with a status, with one tag or list,
    with one of these and a status (segments.counts), or with one company only. Else None. The filters have already
    refused values that are not ids.
    """
    params = request.GET
    names = set(params) - {*IGNORED_PARAMS, PAGE_VAR, ERROR_FLAG}
    if params.get(SEARCH_VAR, "").strip():
        return None
    if names == {"company"}:
        return SubscriberCompany.objects.filter(company=int(params["company"])).count()
    segment = names - {"status"}
    if segment not in ({"tag"}, {"list"}, set()):
        return None
    statuses = [params["status"]] if "status" in names else None
    for kind in segment:
        return count_contacts(cast(Literal["tag", "list"], kind), int(params[kind]), statuses)
    return count_contacts(statuses=statuses)
