"""What workers do for segments (jobs.registry)."""

from dynamic_segments.services import refresh_one
from jobs.registry import register_sweep

register_sweep("count segments", refresh_one, seconds=15)
