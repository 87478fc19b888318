"""Turns names and ids that clients send into rows that contacts can be linked to, for every face.

Whether an unknown name is created, ignored or an error is different in each face: subscribers.api.names and
fluenzr.services.names decide. Call these functions before any contact is locked (subscribers.services.locks), in the
transaction that writes the contacts, so that a refused request creates nothing.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from companies.models import Company
from companies.services import resolve_companies
from custom_fields.services import add_text_fields
from database.sql import ids_by_text
from segments.models import ContactList, Tag
from segments.services import Named, create_missing, is_id, look_up, resolve_segments

MODELS: dict[str, Any] = {"tags": Tag, "lists": ContactList}
# More than any site needs. A client that sends values as keys would create thousands.
MAX_CUSTOM_FIELDS = 1000

# Whether the acting user has a Django permission.
May = Callable[[str], bool]


class MayNotMake(Exception):
    """The user may not create a name that does not exist yet; `what` is its kind, in the plural."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class TooManyFields(Exception):
    """There would be more than MAX_CUSTOM_FIELDS custom fields."""


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


def tags_by_title(titles: Iterable[str], may: May) -> dict[str, int]:
    """The id of the tag with each title. Tags that do not exist are created. Raises MayNotMake.

    One statement, none without titles, and three more if some are created.
    """
    wanted = list(dict.fromkeys(titles))
    if not wanted:
        return {}
    found = look_up(Tag, wanted)
    if any(title not in found.titles for title in wanted):
        demand("segments.add_tag", may, "tags")
        found = create_missing(Tag, wanted, found)
    return {title: ids[0] for title, ids in found.titles.items()}


def companies_by_name(names: Iterable[str], may: May) -> dict[str, int]:
    """The id of the company with each name. Companies that do not exist are created. Raises MayNotMake."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    if not may("companies.add_company"):
        known = ids_by_text(Company._meta.db_table, "name", wanted)
        if any(name not in known for name in wanted):
            demand("companies.add_company", may, "companies")
    return resolve_companies(wanted)


def existing_lists(ids: Iterable[int]) -> set[int]:
    """The ids that exist. One statement, none without ids."""
    wanted = list(ids)
    return set(ContactList.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()


def make_fields(slugs: Collection[str], known: int, may: May) -> None:
    """Create a text field for each slug; `known` fields exist. Raises MayNotMake and TooManyFields."""
    if not slugs:
        return
    demand("custom_fields.add_customfield", may, "custom fields")
    if known + len(slugs) > MAX_CUSTOM_FIELDS:
        raise TooManyFields
    add_text_fields(sorted(slugs))


def demand(right: str, may: May, what: str) -> None:
    if not may(right):
        raise MayNotMake(what)
