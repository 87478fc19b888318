"""What GET /smart-links is narrowed by."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter


class SmartLinkFilter(FilterSet):
    search = SearchFilter(
        help_text="Only links with this text in the title, the target or the notes. Case and accents do not matter."
    )
