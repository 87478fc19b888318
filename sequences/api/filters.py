"""What the list of sequences is narrowed by."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter


class SequenceFilter(FilterSet):
    search = SearchFilter(help_text="Only sequences with this text in the title.")
