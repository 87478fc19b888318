"""What workers do for numbers (jobs.registry)."""

from jobs.registry import register_sweep
from reports.services.daily import count_changes

register_sweep("count days", count_changes, seconds=10)
