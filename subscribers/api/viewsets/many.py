"""Changes of many contacts with one request."""

from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from segments.models import ContactList, Tag
from segments.services import resolve_segments
from subscribers import services
from subscribers.api.names import resolve_contacts
from subscribers.api.representation import show_contacts
from subscribers.api.serializers import UpsertSerializer
from subscribers.api.viewsets.requests import ContactRequests, may_return
from subscribers.models import Status, Subscriber
from subscribers.reading import read_contacts
from subscribers.services import Draft
from wp_rest.exceptions import Unprocessable, rules_by_field
from wp_rest.parameters import as_entries, as_objects
from wp_rest.parsers import as_object

# The possible values of each property.
CHOICES = {"status": tuple(Status.values), "contact_type": settings.CONTACT_TYPES}


def named_errors(row: Any, errors: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A refused contact as it was sent, with its errors."""
    return {**(row if isinstance(row, dict) else {"row": row}), "errors": errors}


class ManyContacts(ContactRequests):
    """The actions of ContactViewSet that change many contacts."""

    @action(detail=False, methods=["put"], url_path="subscribers-property")
    def subscribers_property(self, request: Request) -> Response:
        """Set one property of many contacts."""
        params = self.params
        ids = self.chosen_ids()
        column, value = params.get("property"), params.get("value")
        if not isinstance(column, str) or column not in CHOICES:
            raise Unprocessable("Column is not valid")
        if value not in CHOICES[column]:
            raise Unprocessable("Value is not valid")
        if column == "status":
            services.set_status(ids, str(value))
        else:
            services.set_column(ids, column, value)
        return Response({"message": "Subscribers successfully updated"})

    @action(detail=False, methods=["post"], url_path="sync-segments")
    def sync_segments(self, request: Request) -> Response:
        """Attach and detach tags, or lists, of many contacts."""
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

    @action(detail=False, methods=["post"], url_path="bulk-add-update")
    def bulk_add_update(self, request: Request) -> Response:
        """Create or update many contacts. Wrong ones are listed in the answer; the others are saved."""
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
        drafts: list[Draft] = []
        with transaction.atomic():
            resolved, ignored = resolve_contacts([valid for _, valid in rows], may_create=self.may_create)
            for (row, _), contact in zip(rows, resolved, strict=True):
                if isinstance(contact, Draft):
                    drafts.append(contact)
                else:
                    invalids.append(named_errors(row, {name: {"type": text} for name, text in contact.items()}))
            # Read before another request can delete one of them.
            barred = self.read_barred([draft.address for draft in drafts])
            written = services.upsert_contacts(drafts) if drafts else {}
            returning = [written[draft.address].id for draft in drafts if may_return(draft)]
            asked = self.ask_consent([one.id for one in written.values()], returning, barred)
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
                **asked,
            }
        )
