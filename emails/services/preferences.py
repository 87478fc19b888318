"""A contact's own decisions: to leave, what it is called, which lists it is on."""

from collections.abc import Collection, Mapping

from django.utils import timezone

from changes.services import record
from emails.models import Message
from emails.services.events import entry_of_message
from segments.models import ContactList
from subscribers.models import LEFT, Status, Subscriber
from subscribers.services import Draft, atomic, left_again, lock_contacts, set_status, sync_segments, update_contact


@atomic
def leave(contact: int, reason: str = "", message: int = 0) -> bool:
    """Unsubscribe a contact; False where it left before: status and reason stay. Seven statements, and history's.

    History also has that it left again. `message` is the id of the message by whose address it leaves.
    """
    locked = lock_contacts([contact])
    if not Subscriber.objects.filter(pk__any_of=locked).exclude(status__in=LEFT).exists():
        record(left_again(locked, reason))
        return False
    set_status(locked, Status.UNSUBSCRIBED, reason)
    left_by = Message.objects.filter(pk=message, subscriber=contact, unsubscribed_at=None).first()
    if left_by:
        left_by.unsubscribed_at = timezone.now()
        left_by.save(update_fields=["unsubscribed_at", "updated_at"])
        record(entry_of_message("message_unsubscribed", left_by))
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
