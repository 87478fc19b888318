"""Contacts and companies deleted, with what belongs to them."""

from collections.abc import Iterable

from changes.services import Entry, record_deletion
from companies.models import Company
from database.deletion import delete_rows
from segments.counting import counting
from subscribers.models import Subscriber
from subscribers.services.companies import companies_of_members, leave_companies
from subscribers.services.history import record
from subscribers.services.links import atomic
from subscribers.services.locks import lock_to_delete


@atomic
def delete_contacts(ids: Iterable[int]) -> list[int]:
    """Delete contacts and all that is theirs; returns the ids of those that there were.

    A statement for the contacts and one for each kind of row that belongs to one: Django's own
    cascade would read every row first and delete a hundred at a time.
    """
    locked = lock_to_delete(ids)
    record_deletion(locked, Subscriber._meta.db_table)
    with counting(len(locked)) as counts:
        counts.deleted(locked)
        delete_rows(Subscriber, locked)
    return locked


@atomic
def delete_companies(ids: Iterable[int]) -> list[int]:
    """Delete companies; contacts stay, and those whose primary one goes get their next. Returns who there was.

    A fixed number of statements.
    """
    chosen = set(ids)
    # Together and in one order, as two who delete each other's next company wait for both.
    involved = chosen.union(companies_of_members(chosen))
    companies = Company.objects.filter(pk__any_of=list(involved)).order_by("pk").select_for_update()
    names = {pk: name for pk, name in companies.values_list("pk", "name") if pk in chosen}
    found = list(names)
    leave_companies(names)
    delete_rows(Company, found)
    record(Entry("company_deleted", None, {"title": name}, ("company", pk)) for pk, name in names.items())
    return found
