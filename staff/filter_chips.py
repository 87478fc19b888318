"""Lists that say in chips what they are narrowed by; their filters are chosen together, and sent by a button."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from staff.pages import NarrowPages
from staff.parameter_filters import Chip, ParameterFilter


class FilterChips(NarrowPages):
    list_filter_sheet = True
    list_filter_submit = True
    list_before_template = "staff/filter_chips.html"

    class Media:
        css: ClassVar[Mapping[str, Any]] = {"all": ["staff/contacts.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data and "cl" in answer.context_data:
            answer.context_data["chips"] = chips_of(request, answer.context_data["cl"].filter_specs)
        return answer


def chips_of(request: HttpRequest, filters: Iterable[Any]) -> list[dict[str, str]]:
    """What the list is narrowed by, with the address without it. Django's own filters show in the sheet alone."""
    found = [chip for one in filters if isinstance(one, ParameterFilter) for chip in one.chips()]
    text = request.GET.get(SEARCH_VAR, "").strip()
    if text:
        found.insert(0, Chip(f"“{text}”", (SEARCH_VAR,)))
    return [{"text": chip.text, "address": address_without(request, chip)} for chip in found]


def address_without(request: HttpRequest, chip: Chip) -> str:
    kept = request.GET.copy()
    kept.pop(PAGE_VAR, None)
    for name in chip.names:
        left = [value for value in kept.pop(name, []) if chip.value is not None and value != chip.value]
        if left:
            kept.setlist(name, left)
    return f"?{kept.urlencode()}"
