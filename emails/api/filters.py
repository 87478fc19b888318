"""What the lists of templates and of messages are narrowed by."""

from typing import Any

from django_filters import FilterSet

from emails.models import State, Template
from wp_rest.filters import SearchFilter, WordFilter, WordsFilter


class TemplateFilter(FilterSet):
    search = SearchFilter(help_text="Only templates with this text in the title.")
    types = WordsFilter(
        "types", "status", Template.Status.values, help_text="Only templates with one of these statuses."
    )


class ContactMessageFilter(FilterSet):
    """FluentCRM's words for what the contact did."""

    filter = WordFilter(
        "filter",
        "",
        ("open", "click", "unopened"),
        method="did",
        help_text="Only messages that the contact opened, clicked in, or did not open.",
    )

    def did(self, messages: Any, name: str, value: str) -> Any:
        return {"open": messages.opened, "click": messages.clicked, "unopened": messages.unopened}[value]()


class MessageFilter(FilterSet):
    status = WordFilter("status", "state", tuple(State.values), help_text="Only messages in this state.")


TEMPLATE_STATUSES = tuple(Template.Status.values)
