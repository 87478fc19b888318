"""What the lists of campaigns and of their messages are narrowed by."""

from typing import Any

from django_filters import FilterSet

from campaigns.models import Status
from emails.models import State
from labels.api.filters import LabelsFilter
from wp_rest.filters import SearchFilter, WordFilter, WordsFilter


class CampaignFilter(FilterSet):
    searchBy = SearchFilter(  # noqa: N815 - FluentCRM's word
        help_text="Only campaigns with this text in the title."
    )
    statuses = WordsFilter("statuses", "status", Status.values, help_text="Only campaigns with one of these statuses.")
    labels = LabelsFilter("campaign")


class RecurringFilter(FilterSet):
    search = SearchFilter(help_text="Only recurring campaigns with this text in the title.")
    labels = LabelsFilter("recurring")


class RecipientFilter(FilterSet):
    """FluentCRM's words for what contacts did."""

    filter_type = WordFilter(
        "filter_type",
        "",
        ("click", "view", "unopened", "failed"),
        method="did",
        help_text="Only messages that were clicked in, opened, sent but not opened, or not sent.",
    )
    search = SearchFilter(
        help_text="Only messages to contacts with all these words in name, e-mail address, phone or address."
    )

    def did(self, messages: Any, name: str, value: str) -> Any:
        match value:
            case "click":
                return messages.clicked()
            case "view":
                return messages.opened()
            case "unopened":
                return messages.filter(state=State.SENT).unopened()
        return messages.filter(state__in=(State.FAILED, State.BOUNCED))
