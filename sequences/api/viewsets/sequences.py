"""/sequences (FluentCRM Pro's published interface)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from database.expressions import Fold
from sequences.api.filters import SequenceFilter
from sequences.api.mail_stats import add_stats
from sequences.api.representation import show_mail, show_reapplied, show_sequences
from sequences.api.serializers import SequenceSerializer
from sequences.models import EmailSequence, SequenceMail
from sequences.services.sequences import delete_sequences, duplicate_sequence, reapply, save_sequence
from wp_rest.exceptions import NotFound, Unprocessable
from wp_rest.parameters import as_ids, as_list, is_true
from wp_rest.viewsets import ModelViewSet

VIEW, ADD, CHANGE, DELETE = (f"sequences.{verb}_emailsequence" for verb in ("view", "add", "change", "delete"))
ORDERS: dict[str, Any] = {"id": "pk", "title": Fold("title"), "created_at": "created_at", "updated_at": "updated_at"}
DELETED_MANY = "Selected sequences have been deleted"
UP_TO_DATE = "Nobody who completed the sequence has a further mail to get"


class EmailSequenceViewSet(ModelViewSet):
    """Sequences, the newest first."""

    serializer_class = SequenceSerializer
    filterset_class = SequenceFilter
    noun, plural = "sequence", "sequences"
    created = "Sequence has been created"
    updated = "Sequence has been updated"
    deleted = "Sequence has been deleted"
    duplicated = "Sequence has been duplicated"
    reapplied = "Sequence has been applied again"
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "retrieve": VIEW,
        "update": CHANGE,
        "destroy": DELETE,
        "duplicate": ADD,
        "reapply": CHANGE,
        "do_bulk_action": DELETE,
    }

    def get_queryset(self) -> QuerySet[EmailSequence]:
        key = ORDERS.get(str(self.params.get("orderBy")), "pk")
        rows: QuerySet[EmailSequence] = EmailSequence.objects.order_by(key, "pk")
        return rows if str(self.params.get("order", "")).lower() == "asc" else rows.reverse()

    def show_page(self, rows: Sequence[EmailSequence]) -> Sequence[Any]:
        return show_sequences(rows)

    def show(self, row: EmailSequence) -> Any:
        [shown] = show_sequences([row])
        return shown

    def retrieve(self, request: Request, **ids: int) -> Response:
        """With its mails in their order, and what became of them if `with[]=email_stats` is sent."""
        sequence = self.get_object()
        mails = sequence.mails.select_related("mailing").order_by("delay", "pk")
        shown = [show_mail(mail) for mail in mails]
        if "email_stats" in as_list(self.params.get("with"), "with"):
            add_stats(shown)
        return Response({"sequence": self.show(sequence), "sequence_emails": shown})

    def save(self, serializer: Any) -> tuple[EmailSequence, Mapping[str, Any]]:
        sequence = serializer.instance or EmailSequence(created_by_id=self.request.user.pk)
        for name, value in serializer.validated_data.items():
            setattr(sequence, name, value)
        save_sequence(sequence)
        return sequence, {}

    def delete_row(self, pk: int) -> Any:
        return delete_sequences([pk])

    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: int) -> Response:
        copy = duplicate_sequence(self.get_object(), request.user.pk)
        return Response({"sequence": self.show(copy), "message": self.duplicated})

    @action(detail=True, methods=["post"])
    def reapply(self, request: Request, pk: int) -> Response:
        """Send new mails on to those who completed the sequence before."""
        self.get_object()
        again = reapply(pk)
        if again is None:
            raise Unprocessable(UP_TO_DATE)
        return Response({"result": show_reapplied(again), "message": self.reapplied})

    @action(detail=False, methods=["post"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        """Deletes: there is no other action."""
        name = self.params.get("action_name") or "delete_sequences"
        if name != "delete_sequences":
            raise Unprocessable("Selected Action is not valid")
        ids = as_ids(self.params.get("sequence_ids"), "sequence_ids")
        with transaction.atomic():
            if is_true(self.params.get("select_all")):
                ids = list(EmailSequence.objects.values_list("pk", flat=True))
            elif not ids:
                raise Unprocessable("Please select sequences")
            delete_sequences(ids)
        return Response({"message": DELETED_MANY})


def find_sequence(pk: Any) -> EmailSequence:
    """The sequence. Raises NotFound. One statement."""
    sequence: EmailSequence | None = EmailSequence.objects.filter(pk=pk).first()
    if sequence is None:
        raise NotFound
    return sequence


def find_mail(sequence: int, pk: Any) -> SequenceMail:
    """A mail of a sequence. Raises NotFound. One statement."""
    mails = SequenceMail.objects.filter(sequence=sequence, pk=pk)
    mail: SequenceMail | None = mails.select_related("mailing").first()
    if mail is None:
        raise NotFound
    return mail
