"""What GET /webhooks is narrowed by."""

from django_filters import FilterSet

from wp_rest.filters import SearchFilter


class WebhookFilter(FilterSet):
    search = SearchFilter(help_text="Only hooks with this text in the name. Case and accents do not matter.")
