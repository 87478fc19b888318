"""A contact's own decisions: to leave, what it is called, which lists it is on."""

from collections.abc import Collection, Mapping

from segments.models import ContactList
from subscribers.models import LEFT, Status, Subscriber
from subscribers.services import Draft, atomic, lock_contacts, set_status, sync_segments, update_contact


@atomic
def leave(contact: int, reason: str = "") -> bool:
    """Unsubscribe a contact; False where it left before: status and reason stay. Five statements, and history's."""
    locked = lock_contacts([contact])
    if not Subscriber.objects.filter(pk__any_of=locked).exclude(status__in=LEFT).exists():
        return False
    set_status(locked, Status.UNSUBSCRIBED, reason)
    return True


@atomic
def save_preferences(contact: int, names: Mapping[str, str], lists: Collection[int]) -> None:
    """Give a contact those names (columns), and of the public lists exactly `lists`. Others stay as they are.

    A fixed number of statements.
    """
    public = set(ContactList.objects.filter(is_public=True).values_list("pk", flat=True))
    wanted = public & set(lists)
    sync_segments([contact], "lists", sorted(wanted), sorted(public - wanted))
    update_contact(contact, Draft(names))
