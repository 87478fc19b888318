"""What workers do for mail (jobs.registry)."""

from emails.services.numbers import fold_numbers
from emails.services.sending import send_due
from jobs.registry import register_sweep

# Some seconds of work, after which a worker looks at its other work, and whether it is to stop.
BATCH, SECONDS = 200, 5
# So many workers send at once: most of a message's time is the mail server's.
LANES = 4


def send_batch() -> bool:
    """Send what is due; True if there may be more that the rate allows now."""
    return send_due(BATCH, seconds=SECONDS) > 0


register_sweep("send mail", send_batch, seconds=1, lanes=LANES)
register_sweep("fold numbers of mail", fold_numbers, seconds=5)
