"""Names and ids that clients send, turned into rows that contacts can be linked to. Every face asks here.

To be called before any contact is locked (subscribers.services.locks), in the transaction that writes
the contacts: what is refused then makes nothing.
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
# More keys than a site can have meant; a client that puts values into its keys would make thousands.
MAX_CUSTOM_FIELDS = 1000

# Whether the acting user has a Django permission.
May = Callable[[str], bool]


class MayNotMake(Exception):
    """A name would have to be made that the acting user may not make; `what` is its kind, in the plural."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class TooManyFields(Exception):
    """There would be more than MAX_CUSTOM_FIELDS custom fields."""


def resolve_for_filter(relation: str, entries: Iterable[Any], *, exact: bool) -> Named:
    """The tags (or lists) that entries of a filter mean: ids, slugs or titles. One statement.

    Unless it is to be `exact`, none when all are ids: an id that no row has is had by nobody anyway.
    """
    words = [str(entry).strip() for entry in entries]
    if not exact and all(is_id(word) for word in words):
        return Named({word: int(word) for word in words})
    return resolve_segments(MODELS[relation], words)


def tags_by_title(titles: Iterable[str], may: May) -> dict[str, int]:
    """The id of the tag of each title; those that do not exist are made. Raises MayNotMake.

    One statement, none for no title, three more when some are made.
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
    """The id of the company of each name; those that do not exist are made. Raises MayNotMake."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    if not may("companies.add_company"):
        known = ids_by_text(Company._meta.db_table, "name", wanted)
        if any(name not in known for name in wanted):
            demand("companies.add_company", may, "companies")
    return resolve_companies(wanted)


def existing_lists(ids: Iterable[int]) -> set[int]:
    """Those of the ids that lists have. One statement, none for no id."""
    wanted = list(ids)
    return set(ContactList.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()


def make_fields(slugs: Collection[str], known: int, may: May) -> None:
    """Make a text field of each slug, beside the `known` number of fields. Raises MayNotMake and TooManyFields."""
    if not slugs:
        return
    demand("custom_fields.add_customfield", may, "custom fields")
    if known + len(slugs) > MAX_CUSTOM_FIELDS:
        raise TooManyFields
    add_text_fields(sorted(slugs))


def demand(right: str, may: May, what: str) -> None:
    if not may(right):
        raise MayNotMake(what)
