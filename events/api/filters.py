"""The filters of the events of a contact."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter


class EventFilter(FilterSet):
    search = SearchFilter(help_text="Only events with this text. Case and accents do not matter.")
