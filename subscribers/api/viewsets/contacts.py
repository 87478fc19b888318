"""/subscribers: the contacts (guide, 'Contacts'; contract.md; recordings contact-*.json)."""

from typing import Any, ClassVar, Literal

import orjson
from django.conf import settings
from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import definitions, show_field, types_by_slug
from emails.reading import stats_of_contact
from segments.models import ContactList, Tag
from segments.services import resolve_segments
from subscribers import services
from subscribers.api.filters import Order, select_contacts
from subscribers.api.representation import show_contacts, show_leaving
from subscribers.api.serializers import ContactSerializer, NewContactSerializer, UpsertSerializer
from subscribers.api.viewsets.finding import FindContacts
from subscribers.api.viewsets.many import ManyContacts
from subscribers.api.viewsets.requests import may_return
from subscribers.reading import existing_ids, find_id_by_email, read_contacts
from wp_rest.exceptions import NotFound, invalid, required
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_entries, as_list, is_true
from wp_rest.parsers import as_object

CONTACTS_PER_PAGE = 10
VIEW, ADD, CHANGE, DELETE = (f"subscribers.{verb}_subscriber" for verb in ("view", "add", "change", "delete"))


class ContactViewSet(ManyContacts, FindContacts):
    """The list of contacts, with all filters, and one contact by its id, or by e-mail address if the id is 0."""

    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "destroy_many": DELETE,
        "retrieve": VIEW,
        "destroy": DELETE,  # before update in `Allow`, as recorded
        "update": CHANGE,
        "subscribers_property": CHANGE,
        "sync_segments": CHANGE,
        "bulk_add_update": (ADD, CHANGE),
        "search_contacts": VIEW,
        "prev_next_ids": VIEW,
        "attach_tags": CHANGE,
        "detach_tags": CHANGE,
        "attach_lists": CHANGE,
        "detach_lists": CHANGE,
    }

    def list(self, request: Request) -> Response:
        params = self.params
        page = PageRequest.from_params(params, CONTACTS_PER_PAGE)
        selection = select_contacts(params)
        ids, total = selection.page(Order.from_params(params), page.offset, page.per_page)
        custom = is_true(params.get("custom_fields"))
        fields = types_by_slug() if custom else None
        rows = show_contacts(read_contacts(ids, custom_values=custom), custom_fields=fields)
        listed = page.envelope(rows, total, request.path_info, params)
        # Both envelopes have the same rows, which are turned into JSON once.
        listed["data"] = orjson.Fragment(orjson.dumps(rows))
        nested = {"subscribers": listed, "custom": params.get("custom_fields")}
        return Response({"both": {**nested, **listed}, "nested": nested, "flat": listed}[settings.LIST_ENVELOPE])

    def create(self, request: Request) -> Response:
        """Create a contact; with `__force_update` create or update it."""
        if is_true(self.params.get("__force_update")):
            return self.upsert()
        serializer = NewContactSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        self.refuse_taken(serializer.validated_data)
        # Another request may create the address just now. The transaction then creates no tags either.
        with transaction.atomic():
            draft, ignored = self.resolve_contact(serializer)
            created = services.create_contacts([draft])
            if not created:
                raise self.conflict(find_id_by_email(draft.address))
            [pk] = created.values()
            asked = self.ask_consent([pk], (), {})
            return self.answer("Successfully added the subscriber.", pk, ignored, action_type="created", **asked)

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
            draft, ignored = self.resolve_contact(serializer)
            barred = self.read_barred([draft.address])
            [written] = services.upsert_contacts([draft]).values()
            asked = self.ask_consent([written.id], [written.id] if may_return(draft) else (), barred)
            if written.created:
                message, done = "Successfully added the subscriber.", "created"
            else:
                message, done = "contact has been successfully updated.", "updated"
            return self.answer(message, written.id, ignored, action_type=done, **asked)

    def destroy_many(self, request: Request) -> Response:
        services.delete_contacts(self.chosen_ids())
        return Response({"message": "Selected Subscribers has been deleted"})

    def retrieve(self, request: Request, pk: int) -> Response:
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
            contact["stats"] = stats_of_contact(pk)
        answer: dict[str, Any] = {"subscriber": contact}
        if "custom_fields" in wanted:
            answer["custom_fields"] = [show_field(field) for field in fields]
        return Response(answer)

    def update(self, request: Request, pk: int) -> Response:
        """Change what was sent, in `subscriber` as in the guide (an object or its JSON text) or in the body itself."""
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
                draft, ignored = self.resolve_contact(serializer)
                dirty = services.update_contact(pk, draft)
                if dirty is None:
                    raise NotFound
                beside = {"isDirty": dirty, "values": draft.custom_values}
                return self.answer("Subscriber successfully updated", pk, ignored, **beside)
        except services.EmailTaken as taken:
            raise self.conflict(find_id_by_email(str(taken))) from None

    def destroy(self, request: Request, pk: int) -> Response:
        if not services.delete_contacts([pk]):
            raise NotFound
        return Response({"message": "Selected Subscribers has been deleted"})

    # Some clients call these four routes, but FluentCRM does not have them.

    @action(detail=True, methods=["post"], url_path="tags")
    def attach_tags(self, request: Request, pk: int) -> Response:
        return self.change_segments(pk, "tags", attach=True)

    @action(detail=True, methods=["post"], url_path="tags/detach")
    def detach_tags(self, request: Request, pk: int) -> Response:
        return self.change_segments(pk, "tags", attach=False)

    @action(detail=True, methods=["post"], url_path="lists")
    def attach_lists(self, request: Request, pk: int) -> Response:
        return self.change_segments(pk, "lists", attach=True)

    @action(detail=True, methods=["post"], url_path="lists/detach")
    def detach_lists(self, request: Request, pk: int) -> Response:
        return self.change_segments(pk, "lists", attach=False)

    def change_segments(self, pk: int, kind: Literal["tags", "lists"], *, attach: bool) -> Response:
        entries = as_entries(self.params.get(kind), kind)
        if not entries:
            raise required(kind)
        if not existing_ids([pk]):
            raise NotFound
        model = Tag if kind == "tags" else ContactList
        with transaction.atomic():
            named = resolve_segments(model, entries, create=attach and self.may_create(kind))
            attached, detached = (named.ids, []) if attach else ([], named.ids)
            services.sync_segments([pk], kind, attached, detached)
            ignored: dict[str, Any] = {kind: named.ignored} if named.ignored else {}
            return self.answer("Subscriber successfully updated", pk, ignored)
