"""/subscribers/{id}/notes (guide, 'Working with Notes'; recordings notes.json and strict-notes.json)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company
from notes.api.filters import NoteFilter
from notes.api.serializers import FORM, NoteSerializer, show_listed_note, show_new_note, show_note
from notes.models import COMPANY_NOTE, Note
from notes.querysets import NoteQuerySet
from notes.services import delete_notes, record_created, updating
from subscribers.reading import existing_ids
from subscribers.services import lock_contacts
from wp_rest.exceptions import NotFound
from wp_rest.parsers import as_object
from wp_rest.viewsets import ModelViewSet


class NoteViewSet(ModelViewSet):
    """The notes of a contact, the newest first. As recorded, the id decides, not `created_at`.

    A note is only found through its own contact.
    """

    serializer_class = NoteSerializer
    filterset_class = NoteFilter
    lookup_url_kwarg = "note_pk"
    per_page = 10
    noun, plural = "note", "notes"
    created = "Note successfully added"
    updated = "Note successfully updated"
    deleted = "Note successfully deleted"
    rights: ClassVar = {
        "list": "notes.view_note",
        "create": "notes.add_note",
        "update": "notes.change_note",
        "destroy": "notes.delete_note",
    }

    @property
    def owner_id(self) -> int:
        """The id of the contact, or company, in the address."""
        number: int = self.kwargs["pk"]
        return number

    def get_queryset(self) -> NoteQuerySet:
        return Note.objects.of_contact(self.owner_id)

    def owner_exists(self) -> bool:
        return bool(existing_ids([self.owner_id]))

    def lock_owner(self) -> bool:
        """Lock the owner until the transaction ends: if another request deleted it now, the commit would fail."""
        return bool(lock_contacts([self.owner_id]))

    def new_note(self) -> dict[str, Any]:
        """The columns of a new note that name its owner."""
        return {"subscriber_id": self.owner_id}

    def list(self, request: Request, **ids: int) -> Response:
        if not self.owner_exists():
            raise NotFound
        notes = self.get_queryset().select_related("created_by").order_by("-pk")
        return Response({"notes": self.page(notes), "fields": FORM})

    def show_page(self, rows: Any) -> Any:
        return [show_listed_note(note) for note in rows]

    @transaction.atomic
    def create(self, request: Request, **ids: int) -> Response:
        if not self.lock_owner():
            raise NotFound
        return super().create(request)

    def sent(self) -> Any:
        """The note that was sent: in `note`, as in the guide (an object or its JSON text), or directly in the body."""
        wrapped = as_object(self.params.get("note"))
        return self.params if wrapped is None else wrapped

    def save(self, serializer: Any) -> tuple[Note, Mapping[str, Any]]:
        note: Note | None = serializer.instance
        if note is None:
            note = serializer.save(created_by=self.request.user, **self.new_note())
            record_created(note)
        else:
            with updating(note):
                serializer.save()
        return note, {}

    def show(self, row: Note) -> Any:
        return show_note(row)

    def show_new(self, row: Note) -> Any:
        return show_new_note(row)

    def delete_row(self, pk: int) -> Any:
        return delete_notes(self.get_queryset().filter(pk=pk))


class CompanyNoteViewSet(NoteViewSet):
    """The notes of a company (companies.json): with other messages, and a status of their own."""

    created = "Note has been successfully added"
    per_page = 15

    def get_queryset(self) -> NoteQuerySet:
        return Note.objects.of_company(self.owner_id)

    def owner_exists(self) -> bool:
        return Company.objects.filter(pk=self.owner_id).exists()

    def lock_owner(self) -> bool:
        return Company.objects.filter(pk=self.owner_id).select_for_update().first() is not None

    def new_note(self) -> dict[str, Any]:
        return {"company_id": self.owner_id, "status": COMPANY_NOTE}
