"""Contacts and companies deleted, with what belongs to them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CASCADE, DO_NOTHING, QuerySet

from changes.services import Entry, record_deletion
from companies.models import Company
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
    contacts = lock_to_delete(ids)
    locked = [contact.id for contact in contacts]
    delete_what_belongs_to(Subscriber, locked)
    Subscriber.objects.filter(pk__any_of=locked)._raw_delete(using="default")
    record_deletion(contacts)
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
    delete_what_belongs_to(Company, found)
    Company.objects.filter(pk__any_of=found)._raw_delete(using="default")
    record(Entry("company_deleted", None, {"title": name}, ("company", pk)) for pk, name in names.items())
    return found


def delete_what_belongs_to(model: Any, ids: Sequence[int]) -> None:
    """Delete the rows that belong to rows of a model, and take these from the others. One statement a kind."""
    for relation in model._meta.related_objects:
        if relation.many_to_many or relation.on_delete is DO_NOTHING:  # the database does it
            continue
        rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__any_of": ids})
        if relation.on_delete is CASCADE:
            delete_with_theirs(rows)
        else:
            rows.update(**{relation.field.name: None})


def delete_with_theirs(rows: QuerySet[Any]) -> None:
    """Delete rows, and before them those that go with them: clicks with their messages. One statement a kind."""
    for relation in rows.model._meta.related_objects:
        if relation.on_delete is CASCADE:
            delete_with_theirs(relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows}))
    rows._raw_delete(using="default")
