"""Making and changing tags and lists, and finding those that a client names."""

from segments.services.naming import (
    Found,
    Named,
    create_missing,
    existing_lists,
    ids_by_title,
    is_id,
    look_up,
    make_slug,
    plain_word,
    resolve_segments,
    slug_of_title,
    tags_by_title,
)
from segments.services.writing import NameTaken, SlugTaken, delete_segments, save_segment, save_titled, upsert_segments

__all__ = [
    "Found",
    "NameTaken",
    "Named",
    "SlugTaken",
    "create_missing",
    "delete_segments",
    "existing_lists",
    "ids_by_title",
    "is_id",
    "look_up",
    "make_slug",
    "plain_word",
    "resolve_segments",
    "save_segment",
    "save_titled",
    "slug_of_title",
    "tags_by_title",
    "upsert_segments",
]
