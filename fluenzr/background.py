"""What workers do for this face: the events of outgoing webhooks are in its words."""

from fluenzr.payloads import render
from jobs.registry import register_sweep
from webhooks.services.spreading import spread


def spread_next() -> bool:
    return spread(render)


register_sweep("make webhook events", spread_next, 1)
