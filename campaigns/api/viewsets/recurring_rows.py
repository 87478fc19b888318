"""What recurring campaigns and their mails share: bodies in an object of one name, and the rows that addresses name."""

from typing import Any

from campaigns.models import Recurring
from campaigns.services.recurring import lock_recurring
from wp_rest.exceptions import NotFound, invalid, required
from wp_rest.parsers import as_object
from wp_rest.viewsets import ListViewSet


class Wrapped(ListViewSet):
    """What recurring campaigns and their mails share: their bodies are in an object of one name."""

    def sent(self, name: str) -> Any:
        """The object of that name in the body, or its JSON text. Raises FieldErrors."""
        value = self.params.get(name)
        if not value:
            raise required(name)
        sent = as_object(value)
        if sent is None:
            raise invalid(name, f"The {name} must be an object.", "object")
        return sent


def existing_recurring(pk: int) -> Recurring:
    recurring: Recurring | None = Recurring.objects.filter(pk=pk).first()
    if recurring is None:
        raise NotFound
    return recurring


def locked_recurring(pk: int) -> Recurring:
    recurring = lock_recurring(pk)
    if recurring is None:
        raise NotFound
    return recurring
