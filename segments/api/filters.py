"""The filters of GET /tags and GET /lists."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter

SOUGHT = "with this text in the title, slug or description. Case and accents do not matter."


class TagFilter(FilterSet):
    search = SearchFilter(help_text=f"Only tags {SOUGHT}")


class ListFilter(FilterSet):
    search = SearchFilter(help_text=f"Only lists {SOUGHT}")
