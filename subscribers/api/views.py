"""/subscribers: the contacts (guide, 'Contacts'; contract.md; recordings contact-*.json)."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import orjson
from django.conf import settings
from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import definitions, show_field, types_by_slug
from rest.numbers import as_integer
from segments.models import ContactList, Tag
from segments.services import resolve_segments
from subscribers import services
from subscribers.api.filters import Order, select_contacts
from subscribers.api.representation import show_contacts, show_leaving, show_one
from subscribers.api.serializers import (
    ContactSerializer,
    NewContactSerializer,
    ResolvedContact,
    UpsertSerializer,
    resolve_contact,
    resolve_contacts,
)
from subscribers.models import Status, Subscriber
from subscribers.reading import existing_ids, find_id_by_email, read_contacts
from wp_rest.exceptions import NotFound, RestError, Unprocessable, invalid, required, rules_by_field
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_entries, as_ids, as_list, as_objects, as_search, ids_among, is_true
from wp_rest.parsers import as_object
from wp_rest.views import RestView

CONTACTS_PER_PAGE = 10
NEIGHBOURS = 10
SEARCH_LIMIT = 50
VIEW, ADD, CHANGE, DELETE = (f"subscribers.{verb}_subscriber" for verb in ("view", "add", "change", "delete"))


class Conflict(RestError):
    """The guide's 'Duplicate Email (409)', which has no code; the reference's field map rides along."""

    status_code = 409
    code = None
    message = "Contact already exists with this email"

    def __init__(self) -> None:
        text = "Provided email already assigned to another subscriber."
        super().__init__(email={"unique": text}, errors={"email": [text]})


class ContactView(RestView):
    """What the routes of contacts share."""

    def may_create(self, kind: str) -> bool:
        """Words that name no tag (or list) make one only for those who may make one."""
        user: Any = self.request.user
        return user.has_perm("segments.add_tag" if kind == "tags" else "segments.add_contactlist")

    def resolve_contact(self, serializer: ContactSerializer) -> ResolvedContact:
        serializer.is_valid(raise_exception=True)
        return resolve_contact(serializer.validated_data, may_create=self.may_create)

    def answer(self, message: str, pk: int, ignored: Mapping[str, Any] | None = None, **beside: Any) -> Response:
        """An answer to a write: the contact as it now is, under `contact` and under `subscriber`.

        Called within the write's transaction: after it another request may have deleted the contact.
        """
        shown = show_one(pk)
        left_out = {"ignored": ignored} if ignored else {}
        return Response({"message": message, "contact": shown, "subscriber": shown, **beside, **left_out})

    def refuse_taken(self, valid: Mapping[str, Any], pk: int | None = None) -> None:
        """Raise Conflict where another contact than `pk` has the address, before anything is made."""
        email = valid.get("email")
        if email and find_id_by_email(email) not in (None, pk):
            raise Conflict

    def chosen_ids(self) -> list[int]:
        """The contacts that a route for many names. Raises the recorded 422 without any."""
        params = self.params
        name = "subscribers" if params.get("subscribers") else "subscriber_ids"
        ids = as_ids(params.get(name), name)
        if not ids:
            raise required("subscriber_ids")
        return ids


class ContactListView(ContactView):
    """The list, with every filter; create and upsert; delete many."""

    rights: ClassVar = {"GET": VIEW, "POST": ADD, "DELETE": DELETE}

    def get(self, request: Request) -> Response:
        params = self.params
        page = PageRequest.from_params(params, CONTACTS_PER_PAGE)
        selection = select_contacts(params)
        ids, total = selection.page(Order.from_params(params), page.offset, page.per_page)
        custom = is_true(params.get("custom_fields"))
        fields = types_by_slug() if custom else None
        rows = show_contacts(read_contacts(ids, custom_values=custom), custom_fields=fields)
        listed = page.envelope(rows, total, request.path_info, params)
        # Both envelopes hold the same rows: they are written as JSON once.
        listed["data"] = orjson.Fragment(orjson.dumps(rows))
        nested = {"subscribers": listed, "custom": params.get("custom_fields")}
        return Response({"both": {**nested, **listed}, "nested": nested, "flat": listed}[settings.LIST_ENVELOPE])

    def post(self, request: Request) -> Response:
        """Create; with `__force_update` create or update."""
        if is_true(self.params.get("__force_update")):
            return self.upsert()
        serializer = NewContactSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        self.refuse_taken(serializer.validated_data)
        # Refused after all where another request makes the address just now: then no tag is made either.
        with transaction.atomic():
            sent = self.resolve_contact(serializer)
            created = services.create_contacts([sent.draft()])
            if not created:
                raise Conflict
            [pk] = created.values()
            return self.answer("Successfully added the subscriber.", pk, sent.ignored, action_type="created")

    def upsert(self) -> Response:
        user: Any = self.request.user
        if not user.has_perm(CHANGE):
            self.permission_denied(self.request)
        serializer = UpsertSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        valid = serializer.validated_data
        if "status" not in valid and find_id_by_email(valid["email"]) is None:
            raise required("status")
        with transaction.atomic():
            sent = self.resolve_contact(serializer)
            [written] = services.upsert_contacts([sent.draft()]).values()
            if written.created:
                message, action = "Successfully added the subscriber.", "created"
            else:
                message, action = "contact has been successfully updated.", "updated"
            return self.answer(message, written.id, sent.ignored, action_type=action)

    def delete(self, request: Request) -> Response:
        services.delete_contacts(self.chosen_ids())
        return Response({"message": "Selected Subscribers has been deleted"})


class ContactDetailView(ContactView):
    """One contact, by id, or by e-mail address when the id is 0."""

    rights: ClassVar = {"GET": VIEW, "DELETE": DELETE, "PUT": CHANGE}

    def get(self, request: Request, pk: int) -> Response:
        params = self.params
        if pk == 0:
            email = params.get("get_by_email")
            pk = (find_id_by_email(email) if isinstance(email, str) and "\x00" not in email else None) or 0
        wanted = {str(name).removeprefix("subscriber.") for name in as_list(params.get("with"), "with")}
        fields = []
        if wanted & {"custom_values", "custom_fields"}:
            fields = definitions()
        custom = "custom_values" in wanted
        shown = show_contacts(
            read_contacts([pk], custom_values=custom),
            custom_fields=[field.slug for field in fields] if custom else None,
            custom_keys=("custom_values",),
        )
        if not shown:
            raise NotFound
        [contact] = shown
        if contact["status"] in services.LEFT:
            contact |= show_leaving(pk)
        if "commerce_stat" in wanted:
            contact["commerce_stat"] = []
        if "stats" in wanted:
            contact["stats"] = {"emails": 0, "opens": 0, "clicks": 0}
        answer: dict[str, Any] = {"subscriber": contact}
        if "custom_fields" in wanted:
            answer["custom_fields"] = [show_field(field) for field in fields]
        return Response(answer)

    def delete(self, request: Request, pk: int) -> Response:
        if not services.delete_contacts([pk]):
            raise NotFound
        return Response({"message": "Selected Subscribers has been deleted"})

    def put(self, request: Request, pk: int) -> Response:
        """Change what is sent: wrapped in `subscriber` as in the guide (an object or its JSON text), or flat."""
        wrapped = as_object(self.params.get("subscriber") or {})
        if wrapped is None:
            raise invalid("subscriber", "The subscriber must be an object.", "object")
        if not existing_ids([pk]):
            raise NotFound
        serializer = ContactSerializer(data={**self.params, **wrapped})
        serializer.is_valid(raise_exception=True)
        self.refuse_taken(serializer.validated_data, pk)
        try:
            with transaction.atomic():
                sent = self.resolve_contact(serializer)
                dirty = services.update_contact(pk, sent.draft())
                if dirty is None:
                    raise NotFound
                beside = {"isDirty": dirty, "values": sent.custom_values}
                return self.answer("Subscriber successfully updated", pk, sent.ignored, **beside)
        except services.EmailTaken:
            raise Conflict from None


def named_errors(row: Any, errors: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A refused row as it was sent, and why."""
    return {**(row if isinstance(row, dict) else {"row": row}), "errors": errors}


class ContactsPropertyView(ContactView):
    """PUT /subscribers/subscribers-property: one property of many contacts."""

    rights: ClassVar = {"PUT": CHANGE}
    CHOICES: ClassVar = {"status": tuple(Status.values), "contact_type": settings.CONTACT_TYPES}

    def put(self, request: Request) -> Response:
        params = self.params
        ids = self.chosen_ids()
        column, value = params.get("property"), params.get("value")
        if not isinstance(column, str) or column not in self.CHOICES:
            raise Unprocessable("Column is not valid")
        if value not in self.CHOICES[column]:
            raise Unprocessable("Value is not valid")
        if column == "status":
            services.set_status(ids, str(value))
        else:
            services.set_column(ids, column, value)
        return Response({"message": "Subscribers successfully updated"})


class SyncSegmentsView(ContactView):
    """POST /subscribers/sync-segments: attach and detach tags, or lists, of many contacts."""

    rights: ClassVar = {"POST": CHANGE}

    def post(self, request: Request) -> Response:
        params = self.params
        ids = self.chosen_ids()
        kind = params.get("type")
        if kind not in ("tags", "lists"):
            raise Unprocessable("Selected type is not valid")
        model = Tag if kind == "tags" else ContactList
        with transaction.atomic():
            attach = resolve_segments(model, as_entries(params.get("attach"), "attach"), create=self.may_create(kind))
            detach = resolve_segments(model, as_entries(params.get("detach"), "detach"))
            services.sync_segments(ids, kind, attach.ids, detach.ids)
        ignored = list(dict.fromkeys([*attach.ignored, *detach.ignored]))
        shown = show_contacts(read_contacts(ids))
        left_out = {"ignored": {kind: ignored}} if ignored else {}
        return Response({"message": "Successfully updated the subscribers.", "subscribers": shown, **left_out})


class BulkAddUpdateView(ContactView):
    """POST /subscribers/bulk-add-update: create or update many; a row that is wrong is named, the good ones are kept."""

    rights: ClassVar = {"POST": (ADD, CHANGE)}

    def post(self, request: Request) -> Response:
        sent = as_objects(self.params.get("contacts"))
        if sent is None:
            raise Unprocessable("contacts must be a list")
        invalids, rows = [], []
        for row in sent:
            serializer = UpsertSerializer(data=as_object(row) or {})
            if serializer.is_valid():
                rows.append((row, serializer.validated_data))
            else:
                invalids.append(named_errors(row, rules_by_field(serializer.errors)))
        drafts = []
        with transaction.atomic():
            resolved, ignored = resolve_contacts([valid for _, valid in rows], may_create=self.may_create)
            for (row, _), (contact, errors) in zip(rows, resolved, strict=True):
                if contact is None:
                    invalids.append(named_errors(row, {name: {"type": text} for name, text in errors.items()}))
                else:
                    drafts.append(contact.draft())
            # Read before another request can delete one of them.
            written = services.upsert_contacts(drafts) if drafts else {}
            stored = Subscriber.objects.only("email", "status").in_bulk([one.id for one in written.values()])
        listed: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for one in written.values():
            row_now = stored[one.id]
            listed[one.created].append({"id": one.id, "email": row_now.email, "status": row_now.status})
        return Response(
            {
                "message": "Successfully added/updated the subscribers.",
                "created": listed[True],
                "updated": listed[False],
                "invalids": invalids,
                **({"ignored": ignored} if ignored else {}),
            }
        )


class SearchContactsView(ContactView):
    """GET /subscribers/search-contacts: a few contacts for a chooser, keyed by id."""

    rights: ClassVar = {"GET": VIEW}

    def get(self, request: Request) -> Response:
        params = self.params
        search = as_search(params.get("search"))
        limit = as_integer(params.get("limit")) or SEARCH_LIMIT
        limit = min(limit, SEARCH_LIMIT) if limit > 0 else SEARCH_LIMIT
        columns = ("id", "first_name", "last_name", "email")
        found: list[Any] = []
        if search:
            found += Subscriber.objects.matching(search).order_by("pk").only(*columns)[:limit]
        if chosen := ids_among(params.get("values"), "values"):
            found += Subscriber.objects.filter(pk__any_of=chosen).order_by("pk").only(*columns)
        return Response(
            {
                "contacts": {
                    str(contact.pk): {
                        "first_name": contact.first_name,
                        "last_name": contact.last_name,
                        "full_name": contact.full_name,
                        "email": contact.email,
                        "id": str(contact.pk),
                    }
                    for contact in found
                }
            }
        )


class PrevNextView(ContactView):
    """GET /subscribers/prev-next-ids: the neighbours of a contact in the list's own order."""

    rights: ClassVar = {"GET": VIEW}

    def get(self, request: Request) -> Response:
        params = self.params
        current = as_integer(params.get("current_id"))
        if not params.get("filter_type") or not current:
            raise Unprocessable("filter_type & current_id is required")
        contacts, order = select_contacts(params).contacts, Order.from_params(params)
        following = contacts.beyond(current, order.column, NEIGHBOURS + 1, descending=order.descending)
        preceding = contacts.beyond(current, order.column, NEIGHBOURS + 1, descending=not order.descending)
        return Response(
            {
                "navigation": {"next": following[:NEIGHBOURS], "prev": preceding[:NEIGHBOURS]},
                "has_next": len(following) > NEIGHBOURS,
                "has_prev": len(preceding) > NEIGHBOURS,
            }
        )


class SegmentsOfContactView(ContactView):
    """POST /subscribers/{id}/tags, /tags/detach, /lists, /lists/detach: clients call them, FluentCRM has none."""

    rights: ClassVar = {"POST": CHANGE}
    kind: Literal["tags", "lists"] = "tags"
    attach = True

    def post(self, request: Request, pk: int) -> Response:
        entries = as_entries(self.params.get(self.kind), self.kind)
        if not entries:
            raise required(self.kind)
        if not existing_ids([pk]):
            raise NotFound
        model = Tag if self.kind == "tags" else ContactList
        with transaction.atomic():
            named = resolve_segments(model, entries, create=self.attach and self.may_create(self.kind))
            attached, detached = (named.ids, []) if self.attach else ([], named.ids)
            services.sync_segments([pk], self.kind, attached, detached)
            ignored: dict[str, Any] = {self.kind: named.ignored} if named.ignored else {}
            return self.answer("Subscriber successfully updated", pk, ignored)
