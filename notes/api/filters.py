"""The filters of lists of notes."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter


class NoteFilter(FilterSet):
    search = SearchFilter(help_text="Only notes with this text in the title.")
