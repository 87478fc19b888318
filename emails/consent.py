"""Who may be written to (contract.md, 'Messages, consent, hooks'). Asked when a mail is queued and when it is sent."""

from collections.abc import Mapping

from emails.models import CONSENT_KINDS, Kind
from subscribers.models import Status

WANTS_MAIL = frozenset({Status.SUBSCRIBED})
# By the kind of a message, the statuses of contacts who may get it.
MAY_GET: Mapping[str, frozenset[str]] = {
    **dict.fromkeys((Kind.CAMPAIGN, Kind.SEQUENCE, Kind.AUTOMATION, Kind.CUSTOM), WANTS_MAIL),
    Kind.TRANSACTIONAL: WANTS_MAIL | {Status.TRANSACTIONAL},
    Kind.DOUBLE_OPTIN: frozenset({Status.PENDING}),
    # Only where the request asked for it: whoever left is asked again.
    Kind.RETURN: frozenset({Status.PENDING, Status.UNSUBSCRIBED}),
}


def may_get(kind: str, status: str) -> bool:
    """Whether a contact of that status may get a message of that kind."""
    return status in MAY_GET[kind]


def asks_consent(kind: str) -> bool:
    """Whether a message asks for consent: no way out to show, and no bulk mail."""
    return kind in CONSENT_KINDS
