"""/v1/contacts (FluenzR's page on contacts, and its other pages)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import types_by_slug
from fluenzr import services
from fluenzr.dialect import FluenzrView, Page, read_order
from fluenzr.errors import ApiError, Conflict, NotFound, invalid
from fluenzr.fields import GroupIds
from fluenzr.filters import search_contacts, select_contacts
from fluenzr.ids import CONTACT, decode, encode
from fluenzr.representation import show_contacts
from fluenzr.serializers import read_contact, read_field, refusal
from fluenzr.services import ContactInput, Problem, Refused
from fluenzr.words import CONTACT_SORTS
from subscribers.reading import existing_ids
from subscribers.selection import Order, Selection
from subscribers.services import EmailTaken, delete_contacts

VIEW, ADD, CHANGE, DELETE = (f"subscribers.{verb}_subscriber" for verb in ("view", "add", "change", "delete"))
MAX_BULK = 1000
EMAIL_TAKEN = "Email already exists"


class ContactView(FluenzrView):
    """What the routes of contacts share."""

    def contact_id(self, text: str) -> int:
        """The number of an id in the path, whether or not the contact exists. Raises the 404."""
        number = decode(CONTACT, text)
        if number is None:
            raise NotFound("Contact not found")
        return number

    def read(self, *, new: bool) -> ContactInput:
        sent = read_contact(self.sent, new=new)
        if isinstance(sent, Problem):
            raise refusal(sent)
        return sent

    def show(self, pk: int, *, status: int = 200) -> Response:
        """One contact as it now is. Raises the 404.

        After a write, call it in the same transaction: later another request may have deleted the contact.
        """
        shown = show_contacts([pk], types_by_slug())
        if not shown:
            raise NotFound("Contact not found")
        return self.answer(shown[0], status=status)

    def show_page(self, selection: Selection, order: Order, page: Page) -> Response:
        ids, total = selection.page(order, page.offset, page.size)
        return page.answer(show_contacts(ids, types_by_slug()) if ids else [], total)

    def write(self, service: Any, *arguments: Any, **options: Any) -> Any:
        """Call a service; its errors become FluenzR's."""
        try:
            return service(*arguments, self.may, **options)
        except Refused as refused:
            raise refusal(refused.problem) from None
        except EmailTaken:
            raise Conflict(EMAIL_TAKEN, {"email": [EMAIL_TAKEN]}) from None


class ContactListView(ContactView):
    rights: ClassVar = {"GET": VIEW, "POST": ADD}

    def get(self, request: Request) -> Response:
        query = self.query
        order = read_order(query.get("sort"), query.get("order"), CONTACT_SORTS)
        page = Page.read(query)
        return self.show_page(select_contacts(query), order, page)

    def post(self, request: Request) -> Response:
        sent = self.read(new=True)
        with transaction.atomic():
            return self.show(self.write(services.create_contact, sent), status=201)


class ContactDetailView(ContactView):
    rights: ClassVar = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    def get(self, request: Request, contact: str) -> Response:
        return self.show(self.contact_id(contact))

    def put(self, request: Request, contact: str) -> Response:
        pk = self.contact_id(contact)
        try:
            sent = self.read(new=False)
        except ApiError:
            # A contact that does not exist is a 404, also if its new values are wrong.
            if not existing_ids([pk]):
                raise NotFound("Contact not found") from None
            raise
        with transaction.atomic():
            if not self.write(services.update_contact, pk, sent):
                raise NotFound("Contact not found")
            return self.show(pk)

    def delete(self, request: Request, contact: str) -> Response:
        pk = self.contact_id(contact)
        if not delete_contacts([pk]):
            raise NotFound("Contact not found")
        return self.answer({"id": encode(CONTACT, pk), "deleted": True})


class BulkView(ContactView):
    """Create many contacts. A wrong one is reported by its position (from 0); the others are saved."""

    rights: ClassVar = {"POST": ADD}

    def post(self, request: Request) -> Response:
        body = self.sent
        rows = body.get("contacts")
        if rows is None:
            raise invalid("contacts", "contacts is required")
        if not isinstance(rows, list):
            raise invalid("contacts", "contacts must be an array")
        if len(rows) > MAX_BULK:
            raise invalid("contacts", f"contacts may not have more than {MAX_BULK} entries")
        on_duplicate = body.get("onDuplicate") or "skip"
        if on_duplicate not in ("skip", "update"):
            raise invalid("onDuplicate", "onDuplicate must be skip or update")
        if on_duplicate == "update" and not self.may(CHANGE):
            self.permission_denied(request)
        groups = read_field(GroupIds(), "groupIds", body) if body.get("groupIds") is not None else []
        read = [read_contact(row, new=True) for row in rows]
        fitting = {place: sent for place, sent in enumerate(read) if isinstance(sent, ContactInput)}
        outcome = self.write(services.write_contacts, fitting, groups, update=on_duplicate == "update")
        problems = {place: sent for place, sent in enumerate(read) if isinstance(sent, Problem)} | outcome.problems
        return self.answer(
            {
                "created": outcome.created,
                "updated": outcome.updated,
                "skipped": outcome.skipped,
                "errors": [show_problem(place, rows[place], problems[place]) for place in sorted(problems)],
            }
        )


def show_problem(place: int, row: Any, problem: Problem) -> dict[str, Any]:
    email = row.get("email") if isinstance(row, dict) else None
    return {
        "index": place,
        "email": email if isinstance(email, str) else None,
        "message": problem.message,
        "details": {name: list(texts) for name, texts in problem.details.items()},
    }


class SearchView(ContactView):
    rights: ClassVar = {"POST": VIEW}
    reads: ClassVar = frozenset({"POST"})

    def post(self, request: Request) -> Response:
        body = self.sent
        sort = body.get("sort")
        if sort is None:
            sort = {}
        if not isinstance(sort, dict):
            raise invalid("sort", "sort must be an object")
        order = read_order(sort.get("field"), sort.get("order"), CONTACT_SORTS, where="sort.")
        # The page may be in the body or, as for a list, in the address.
        page = Page.read({**self.query, **body})
        return self.show_page(search_contacts(body), order, page)
