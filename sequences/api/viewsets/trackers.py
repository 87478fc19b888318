"""Contacts in sequences: who is where, who enters and who is taken out (FluentCRM Pro's published interface)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from rest_framework.request import Request
from rest_framework.response import Response

from emails.consent import MAY_GET
from emails.models import Kind
from rest.numbers import as_integer
from sequences.api.recipients import choose_contacts
from sequences.api.representation import show_trackers_of_contact, show_trackers_of_sequence
from sequences.api.viewsets.sequences import find_sequence
from sequences.models import SequenceTracker
from sequences.reading import refusal_of
from sequences.services.enrolling import contacts_of_trackers, enrol, remove
from subscribers.reading import existing_ids
from wp_rest.exceptions import NotFound, Unprocessable
from wp_rest.parameters import as_ids
from wp_rest.viewsets import ListViewSet

VIEW, ADD, DELETE = (f"sequences.{verb}_sequencetracker" for verb in ("view", "add", "delete"))
REMOVED = "Selected contacts have been taken out of the sequence"


class TrackersOfSequenceViewSet(ListViewSet):
    """The contacts of a sequence, the newest first."""

    rights: ClassVar = {"list": VIEW, "create": ADD, "destroy_many": DELETE}

    def list(self, request: Request, pk: int) -> Response:
        find_sequence(pk)
        return Response(self.page(SequenceTracker.objects.filter(sequence=pk).order_by("-pk")))

    def show_page(self, rows: Sequence[SequenceTracker]) -> Sequence[Any]:
        return show_trackers_of_sequence(rows)

    def create(self, request: Request, pk: int) -> Response:
        """Let contacts enter, BULK_CHUNK of them in a request: those who are in it already are left out."""
        if refusal := refusal_of(find_sequence(pk)):
            raise Unprocessable(refusal)
        inside = SequenceTracker.objects.filter(sequence=pk, subscriber=OuterRef("pk"))
        chosen = choose_contacts(self.params).with_status(sorted(MAY_GET[Kind.SEQUENCE])).filter(~Exists(inside))
        with transaction.atomic():
            total = chosen.count()
            ids = chosen.order_by("pk").values_list("pk", flat=True)[: settings.BULK_CHUNK]
            entered = len(enrol(pk, ids))
        page = max(as_integer(self.params.get("page")) or 1, 1)
        return Response(
            {
                "total": total,
                "remaining": total - entered,
                "next_page": page + 1,
                "page_total": entered,
                "in_total": SequenceTracker.objects.filter(sequence=pk).count(),
            }
        )

    def destroy_many(self, request: Request, pk: int) -> Response:
        """Take contacts out, by their own ids or by those of their trackers. They can enter again."""
        trackers = as_ids(self.params.get("tracker_ids"), "tracker_ids")
        contacts = as_ids(self.params.get("subscriber_ids"), "subscriber_ids")
        if not trackers and not contacts:
            raise Unprocessable("Please select contacts")
        find_sequence(pk)
        remove(pk, [*contacts, *contacts_of_trackers(pk, trackers)])
        return Response({"message": REMOVED})


class SequencesOfContactViewSet(ListViewSet):
    """The sequences of a contact, the newest first."""

    rights: ClassVar = {"list": VIEW}

    def list(self, request: Request, pk: int) -> Response:
        if not existing_ids([pk]):
            raise NotFound
        trackers = SequenceTracker.objects.filter(subscriber=pk).order_by("-pk")
        return Response({"sequence_trackers": self.page(trackers)})

    def show_page(self, rows: Sequence[SequenceTracker]) -> Sequence[Any]:
        return show_trackers_of_contact(rows)
