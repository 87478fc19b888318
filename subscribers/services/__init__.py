"""Everything that changes contacts. Each function takes a set, opens one transaction, costs a fixed
number of statements, records what happened to whom and moves updated_at of those contacts alone that
changed. One contact is a set of one. `locks` says what is locked, and in which order.
"""

from subscribers.models import LEFT
from subscribers.services.companies import attach_companies, choose_companies, detach_companies, hold_companies_of
from subscribers.services.contacts import EmailTaken, Written, create_contacts, update_contact, upsert_contacts
from subscribers.services.custom_values import set_custom_value
from subscribers.services.deletion import delete_companies, delete_contacts
from subscribers.services.drafts import EDITABLE, Draft
from subscribers.services.links import atomic
from subscribers.services.locks import hold, hold_and_lock, lock_contacts
from subscribers.services.segments import (
    attach_lists,
    attach_tags,
    detach_lists,
    detach_tags,
    leave_segments,
    merge_segments,
    sync_segments,
)
from subscribers.services.statuses import left_again, set_column, set_status

__all__ = [
    "EDITABLE",
    "LEFT",
    "Draft",
    "EmailTaken",
    "Written",
    "atomic",
    "attach_companies",
    "attach_lists",
    "attach_tags",
    "choose_companies",
    "create_contacts",
    "delete_companies",
    "delete_contacts",
    "detach_companies",
    "detach_lists",
    "detach_tags",
    "hold",
    "hold_and_lock",
    "hold_companies_of",
    "leave_segments",
    "left_again",
    "lock_contacts",
    "merge_segments",
    "set_column",
    "set_custom_value",
    "set_status",
    "sync_segments",
    "update_contact",
    "upsert_contacts",
]
