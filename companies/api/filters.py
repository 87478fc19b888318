"""The filters of GET /companies."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter

SOUGHT = (
    "Only companies with this text in the name, e-mail address, phone number, website, industry or description. "
    "Case and accents do not matter."
)


class CompanyFilter(FilterSet):
    search = SearchFilter(help_text=SOUGHT)
