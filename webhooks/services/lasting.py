"""Which statuses a hook or a report does not replace."""

from collections.abc import Mapping

from subscribers.models import Status

# Contacts with these statuses keep them (contract.md, 'Messages, consent, hooks').
NOT_WRITTEN_TO = frozenset({Status.BOUNCED, Status.COMPLAINED, Status.SPAMMED})
# For each new status, the statuses that it does not replace.
LASTING: Mapping[str, frozenset[str]] = {
    # A contact that has confirmed is not asked again, and an order removes no contact from the newsletter.
    Status.PENDING: NOT_WRITTEN_TO | {Status.SUBSCRIBED},
    Status.TRANSACTIONAL: NOT_WRITTEN_TO | {Status.SUBSCRIBED},
    Status.BOUNCED: frozenset({Status.COMPLAINED, Status.SPAMMED}),
    Status.COMPLAINED: frozenset(),
}
