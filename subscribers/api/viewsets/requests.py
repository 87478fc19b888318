"""What the routes of contacts share: reading what was sent, and the answer to a write."""

from collections.abc import Collection, Mapping
from typing import Any

from rest_framework.response import Response

from emails.api.asking import send_soon, show_asked
from emails.services.asking import ask_consent, read_barred
from subscribers.api.names import Ignored, resolve_contact
from subscribers.api.representation import show_one
from subscribers.api.serializers import ContactSerializer
from subscribers.models import Status
from subscribers.reading import find_id_by_email
from subscribers.services import Draft
from wp_rest.exceptions import RestError, required
from wp_rest.parameters import as_ids, is_true
from wp_rest.viewsets import RestViewSet


class Conflict(RestError):
    """The guide's 'Duplicate Email (409)', which has no code, with the errors by field of the reference."""

    status_code = 409
    code = None
    message = "Contact already exists with this email"

    def __init__(self, contact_id: int | None = None) -> None:
        text = "Provided email already assigned to another subscriber."
        super().__init__(email={"unique": text}, errors={"email": [text]})
        if contact_id is not None:
            self.beside["contact_id"] = contact_id


def may_return(draft: Draft) -> bool:
    """Whether a contact who left may be asked to come back: not by a request that unsubscribes it."""
    return draft.columns.get("status") != Status.UNSUBSCRIBED


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

    @property
    def asks_consent(self) -> bool:
        """Whether the contacts that the request writes are to be asked for their consent (`double_optin`)."""
        return is_true(self.params.get("double_optin"))

    def read_barred(self, addresses: Collection[str]) -> dict[int, str]:
        """Who is not to be asked whatever status the request gives, looked up before it writes. See ask_consent."""
        return read_barred(addresses) if self.asks_consent else {}

    def ask_consent(
        self, contacts: Collection[int], returning: Collection[int], barred: Mapping[int, str]
    ) -> dict[str, Any]:
        """Ask contacts where the request says so, in the transaction of the write; what the answer says of it."""
        if not self.asks_consent:
            return {}
        asked = ask_consent(contacts, returning=returning, barred=barred)
        send_soon(asked)
        return {"double_optin": show_asked(asked)}

    def refuse_taken(self, valid: Mapping[str, Any], pk: int | None = None) -> None:
        """Raise Conflict if another contact than `pk` has the address, before anything is created."""
        email = valid.get("email")
        if email and (holder := find_id_by_email(email)) not in (None, pk):
            raise self.conflict(holder)

    def conflict(self, holder: int | None) -> Conflict:
        """The error that the contact `holder` has the address; it is named to those who may see contacts."""
        user: Any = self.request.user
        return Conflict(holder if user.has_perm("subscribers.view_subscriber") else None)

    def chosen_ids(self) -> list[int]:
        """The ids of the contacts in the request. Raises the recorded 422 if there are none."""
        params = self.params
        name = "subscribers" if params.get("subscribers") else "subscriber_ids"
        ids = as_ids(params.get(name), name)
        if not ids:
            raise required("subscriber_ids")
        return ids
