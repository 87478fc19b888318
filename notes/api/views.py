"""/subscribers/{id}/notes (guide, 'Working with Notes'; recordings notes.json and strict-notes.json)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company
from notes.api.serializers import FORM, NoteSerializer, show_listed_note, show_new_note, show_note
from notes.models import COMPANY_NOTE, Note
from notes.querysets import NoteQuerySet
from notes.services import delete_notes, record_created, updating
from subscribers.reading import existing_ids
from subscribers.services import lock_contacts
from wp_rest.exceptions import NotFound
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_search
from wp_rest.parsers import as_object
from wp_rest.views import RestView


class NoteView(RestView):
    """What the routes of notes share: those of a contact, and below those of a company."""

    added = "Note successfully added"
    per_page = 10

    def notes(self, pk: int) -> NoteQuerySet:
        return Note.objects.of_contact(pk)

    def owner_exists(self, pk: int) -> bool:
        return bool(existing_ids([pk]))

    def lock_owner(self, pk: int) -> bool:
        """Keep the owner until the transaction ends: a note of one that goes now would break the commit."""
        return bool(lock_contacts([pk]))

    def new_note(self, pk: int) -> dict[str, Any]:
        """The columns of a new note that say whose it is."""
        return {"subscriber_id": pk}

    def valid_note(self, note: Note | None = None) -> NoteSerializer:
        """What was sent: wrapped in `note` as in the guide (an object or its JSON text), or flat."""
        wrapped = as_object(self.params.get("note"))
        serializer = NoteSerializer(note, data=self.params if wrapped is None else wrapped)
        serializer.is_valid(raise_exception=True)
        return serializer


class NoteListView(NoteView):
    """The notes of a contact, newest first by id as recorded (a given created_at moves none); create."""

    rights: ClassVar = {"GET": "notes.view_note", "POST": "notes.add_note"}

    def get(self, request: Request, pk: int) -> Response:
        if not self.owner_exists(pk):
            raise NotFound
        params = self.params
        notes = self.notes(pk)
        if search := as_search(params.get("search")):
            notes = notes.matching(search)
        page = PageRequest.from_params(params, self.per_page)
        total = notes.count()
        shown: list[dict[str, Any]] = []
        if not page.beyond(total):
            listed = notes.select_related("created_by").order_by("-pk")[page.offset :][: page.per_page]
            shown = [show_listed_note(note) for note in listed]
        return Response({"notes": page.envelope(shown, total, request.path_info, params), "fields": FORM})

    @transaction.atomic
    def post(self, request: Request, pk: int) -> Response:
        if not self.lock_owner(pk):
            raise NotFound
        note = self.valid_note().save(created_by=request.user, **self.new_note(pk))
        record_created(note)
        return Response({"note": show_new_note(note), "message": self.added})


class NoteDetailView(NoteView):
    """One note, reached through its own contact alone: change, delete."""

    rights: ClassVar = {"PUT": "notes.change_note", "DELETE": "notes.delete_note"}

    @transaction.atomic
    def put(self, request: Request, pk: int, note_pk: int) -> Response:
        # Locked: saving a note that was deleted since it was read would bring it back.
        note = self.notes(pk).filter(pk=note_pk).select_for_update().first()
        if note is None:
            raise NotFound
        serializer = self.valid_note(note)
        with updating(note):
            serializer.save()
        return Response({"note": show_note(note), "message": "Note successfully updated"})

    def delete(self, request: Request, pk: int, note_pk: int) -> Response:
        if not delete_notes(self.notes(pk).filter(pk=note_pk)):
            raise NotFound
        return Response({"message": "Note successfully deleted"})


class OfCompany:
    """The same of a company (companies.json): other words, and a status that tells them apart."""

    added = "Note has been successfully added"
    per_page = 15

    def notes(self, pk: int) -> NoteQuerySet:
        return Note.objects.of_company(pk)

    def owner_exists(self, pk: int) -> bool:
        return Company.objects.filter(pk=pk).exists()

    def lock_owner(self, pk: int) -> bool:
        return Company.objects.filter(pk=pk).select_for_update().first() is not None

    def new_note(self, pk: int) -> dict[str, Any]:
        return {"company_id": pk, "status": COMPANY_NOTE}


class CompanyNoteListView(OfCompany, NoteListView):
    pass


class CompanyNoteDetailView(OfCompany, NoteDetailView):
    pass
