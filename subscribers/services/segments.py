"""Tags and lists of contacts: attached, detached, left."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from segments.counting import counting
from segments.models import Segment, Tag
from segments.services import delete_segments
from subscribers.services.history import each, record
from subscribers.services.links import (
    Kind,
    atomic,
    attach_to_each,
    contacts_linked_to,
    contacts_of,
    detach_from_all,
    detach_from_each,
    without,
)
from subscribers.services.locks import hold_and_lock, lock_contacts


def attach_tags(ids: Iterable[int], tags: Collection[int]) -> int:
    """Give each of the contacts each of the tags; what is not there is left out. Returns how many contacts there are.

    Two statements, and history's.
    """
    return sync_segments(ids, "tags", tags, ())


def attach_lists(ids: Iterable[int], lists: Collection[int]) -> int:
    """Put each of the contacts on each of the lists, as attach_tags does."""
    return sync_segments(ids, "lists", lists, ())


def detach_tags(ids: Iterable[int], tags: Collection[int]) -> int:
    """Take each of the tags from each of the contacts. Returns how many contacts there are.

    Two statements, and history's.
    """
    return sync_segments(ids, "tags", (), tags)


def detach_lists(ids: Iterable[int], lists: Collection[int]) -> int:
    """Take each of the contacts off each of the lists, as detach_tags does."""
    return sync_segments(ids, "lists", (), lists)


@atomic
def sync_segments(
    ids: Iterable[int], kind: Literal["tags", "lists"], attach: Collection[int], detach: Collection[int]
) -> int:
    """Attach tags (or lists) to each of the contacts and detach others; what is in both ends attached.

    Returns how many contacts there are. At most three statements, and history's.
    """
    held, locked = hold_and_lock(ids, tags=attach) if kind == "tags" else hold_and_lock(ids, lists=attach)
    with counting(len(locked)) as counts:
        attached = attach_to_each(kind, locked, held.tags if kind == "tags" else held.lists)
        detached = detach_from_each(kind, locked, without(detach, attach))
        counts.linked({f"{kind}_attached": attached, f"{kind}_detached": detached}, held.statuses)
    record(each(f"{kind}_attached", attached, "targets") + each(f"{kind}_detached", detached, "targets"))
    return len(locked)


@atomic
def merge_segments(model: type[Segment], ids: Iterable[int], into: int) -> int:
    """Give everybody with one of the tags (or lists) the tag `into`, and delete those; returns who is new to `into`.

    Nothing happens if `into` is not there. What names a deleted one elsewhere is told as of any other that is deleted.
    Four statements and history's, and those of delete_segments.
    """
    kind: Literal["tags", "lists"] = "tags" if model is Tag else "lists"
    # Locked alone, as they are deleted: nobody gets one of them from here on.
    wanted = model._default_manager.filter(pk__any_of=sorted({*ids, into})).order_by("pk")
    found = list(wanted.select_for_update().values_list("pk", flat=True))
    if into not in found:
        return 0
    gone = without(found, [into])
    locked = lock_contacts(contacts_linked_to(kind, gone))
    with counting(len(locked)) as counts:
        attached = attach_to_each(kind, locked, [into])
        counts.linked({f"{kind}_attached": attached})
    record(each(f"{kind}_attached", attached, "targets"))
    delete_segments(model, gone)
    return len(contacts_of(attached))


@atomic
def leave_segments(model: type[Segment], titles: Mapping[int, str]) -> None:
    """Take tags (or lists) that are about to be deleted from everybody. Three statements, and history's.

    `titles` are their titles, by id; they are locked by the caller. History tells each of the contacts the title.
    """
    kind: Kind = "tags" if model is Tag else "lists"
    locked = lock_contacts(contacts_linked_to(kind, titles))
    with counting(len(locked)) as counts:
        left = detach_from_all(kind, titles)
        counts.linked({f"{kind}_detached": left})
    named = {pk: {"title": title, "deleted": True} for pk, title in titles.items()}
    record(each(f"{kind}_detached", left, "targets", named))
