"""What workers do for mail (jobs.registry)."""

from emails.services.sending import send_due
from jobs.registry import register_sweep

# Some seconds of work: a worker that is told to stop, stops after it.
BATCH = 200


def send_batch() -> bool:
    """Send what is due; True if there may be more that the rate allows now."""
    return send_due(BATCH) > 0


register_sweep("send mail", send_batch, seconds=1)
