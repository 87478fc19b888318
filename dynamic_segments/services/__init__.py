"""Saving dynamic segments, finding their contacts, and counting them."""

from dynamic_segments.services.counting import count, count_afresh, refresh_one
from dynamic_segments.services.finding import are_too_many, contacts_of, contacts_who_meet, existing_ids
from dynamic_segments.services.saving import NestedSegment, NoConditions, delete_segments, duplicate, save_segment

__all__ = [
    "NestedSegment",
    "NoConditions",
    "are_too_many",
    "contacts_of",
    "contacts_who_meet",
    "count",
    "count_afresh",
    "delete_segments",
    "duplicate",
    "existing_ids",
    "refresh_one",
    "save_segment",
]
