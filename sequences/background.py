"""What workers do for sequences (jobs.registry)."""

from jobs.registry import register_sweep
from sequences.services.stepping import step_due

register_sweep("e-mail sequences", step_due, seconds=1)
