"""The filters of the lists of automations and of who is in them."""

from typing import Any

from django_filters import FilterSet

from automations.models import Enrolment
from automations.reading import who_ran
from labels.api.filters import LabelsFilter
from subscribers.models import Subscriber
from wp_rest.filters import IdFilter, SearchFilter, WordFilter

STATUSES = tuple(Enrolment.Status.values)
# As its screens send it: no filter.
ANY_STATUS = "all"
STATUS_HELP = "Only contacts with this status in the automation. `waiting` waits for a goal, `pending` for consent."


class AutomationFilter(FilterSet):
    search = SearchFilter(help_text="Only automations with this text in the title. Case and accents do not matter.")
    labels = LabelsFilter("automation")


class ContactFilter(SearchFilter):
    """The enrolments of contacts who have every word of a text in their name, address or phone."""

    def filter(self, qs: Any, value: str) -> Any:
        return qs.filter(subscriber__in=Subscriber.objects.matching(value)) if value else qs


class StatusFilter(WordFilter):
    def filter(self, qs: Any, value: str) -> Any:
        return qs if value == ANY_STATUS else super().filter(qs, value)


class RunFilter(IdFilter):
    def filter(self, qs: Any, value: Any) -> Any:
        return who_ran(qs, value) if value else qs


class ActivityFilter(FilterSet):
    search = ContactFilter(help_text="Only contacts who have every word of this text in name, address or phone.")
    status = StatusFilter("status", "status", (ANY_STATUS, *STATUSES), help_text=STATUS_HELP)


class EnrolmentFilter(ActivityFilter):
    sequence_id = RunFilter("sequence_id", "runs__block", help_text="Only contacts for whom this block ran.")
