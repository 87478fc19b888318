"""What the routes of contacts share: reading what was sent, and the answer to a write."""

from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from subscribers.api.names import Ignored, resolve_contact
from subscribers.api.representation import show_one
from subscribers.api.serializers import ContactSerializer
from subscribers.reading import find_id_by_email
from subscribers.services import Draft
from wp_rest.exceptions import RestError, required
from wp_rest.parameters import as_ids
from wp_rest.viewsets import RestViewSet


class Conflict(RestError):
    """The guide's 'Duplicate Email (409)', which has no code, with the errors by field of the reference."""

    status_code = 409
    code = None
    message = "Contact already exists with this email"

    def __init__(self) -> None:
        text = "Provided email already assigned to another subscriber."
        super().__init__(email={"unique": text}, errors={"email": [text]})


class ContactRequests(RestViewSet):
    """What the routes of contacts share."""

    def may_create(self, kind: str) -> bool:
        """Whether the user may create tags (or lists), which unknown names do."""
        user: Any = self.request.user
        return user.has_perm("segments.add_tag" if kind == "tags" else "segments.add_contactlist")

    def resolve_contact(self, serializer: ContactSerializer) -> tuple[Draft, Ignored]:
        """What is to be written, and the names that were ignored. Raises ValidationError and FieldErrors."""
        serializer.is_valid(raise_exception=True)
        return resolve_contact(serializer.validated_data, may_create=self.may_create)

    def answer(self, message: str, pk: int, ignored: Ignored | None = None, **beside: Any) -> Response:
        """The answer to a write: the contact as it is now, in `contact` and in `subscriber`.

        Call it in the transaction of the write: later another request may have deleted the contact.
        """
        shown = show_one(pk)
        left_out = {"ignored": ignored} if ignored else {}
        return Response({"message": message, "contact": shown, "subscriber": shown, **beside, **left_out})

    def refuse_taken(self, valid: Mapping[str, Any], pk: int | None = None) -> None:
        """Raise Conflict if another contact than `pk` has the address, before anything is created."""
        email = valid.get("email")
        if email and find_id_by_email(email) not in (None, pk):
            raise Conflict

    def chosen_ids(self) -> list[int]:
        """The ids of the contacts in the request. Raises the recorded 422 if there are none."""
        params = self.params
        name = "subscribers" if params.get("subscribers") else "subscriber_ids"
        ids = as_ids(params.get(name), name)
        if not ids:
            raise required("subscriber_ids")
        return ids
