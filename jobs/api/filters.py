"""What GET /jobs is narrowed by."""

from django_filters import FilterSet

from jobs.models import Job, State
from jobs.registry import kinds
from wp_rest.filters import WordFilter


class JobFilter(FilterSet):
    state = WordFilter("state", "state", State.values, help_text="Only jobs in this state.")
    kind = WordFilter("kind", "kind", sorted(kinds()), help_text="Only jobs of this kind.")

    class Meta:
        model = Job
        fields = ()
