"""What workers do for campaigns (jobs.registry)."""

from campaigns.services.deletion import remove_messages
from campaigns.services.recurring import make_due_run
from campaigns.services.sending import finish_sent, start_next
from jobs.registry import register_sweep


def start_and_finish() -> bool:
    """Start one campaign that is due, and note which ones were sent; True if another may be due."""
    started = start_next()
    finish_sent()
    return started


register_sweep("campaigns", start_and_finish, seconds=1)
register_sweep("recurring campaigns", make_due_run, seconds=20)
register_sweep("deleted campaigns", remove_messages, seconds=10)
