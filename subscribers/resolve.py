"""Turns names and ids in filters into the rows that contacts can be linked to, for every face.

What is made of the names in a contact that is written is in segments.services, companies.services and
custom_fields.services.
"""

from collections.abc import Iterable
from typing import Any

from companies.models import Company
from segments.models import ContactList, Tag
from segments.services import Named, is_id, resolve_segments

MODELS: dict[str, Any] = {"tags": Tag, "lists": ContactList}


def resolve_for_filter(relation: str, entries: Iterable[Any], *, exact: bool) -> Named:
    """The tags (or lists) in a filter: ids, slugs or titles; companies are only named by ids. One statement.

    No statement if all are ids, unless `exact`: no contact has a tag that does not exist anyway.
    """
    words = [str(entry).strip() for entry in entries]
    if not exact and all(is_id(word) for word in words):
        return Named({word: int(word) for word in words})
    if relation == "companies":
        ids = {word: int(word) for word in words if is_id(word)}
        there = set(Company.objects.filter(pk__any_of=list(ids.values())).values_list("pk", flat=True))
        found = {word: pk for word, pk in ids.items() if pk in there}
        return Named(found, [word for word in words if word not in found])
    return resolve_segments(MODELS[relation], words)
