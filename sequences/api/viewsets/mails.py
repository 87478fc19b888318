"""/sequences/{id}/email (FluentCRM Pro's published interface)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from emails.models import Mailing
from rest.numbers import as_integer
from sequences.api.representation import BESIDE, show_blank_mail, show_mail, show_sequences
from sequences.api.serializers import SequenceMailSerializer
from sequences.api.viewsets.sequences import CHANGE, VIEW, find_mail, find_sequence
from sequences.models import EmailSequence, SequenceMail
from sequences.services.mails import delete_mails, duplicate_mail, save_mail
from wp_rest.exceptions import NotFound, Unprocessable, invalid, required
from wp_rest.parameters import as_list
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet

CREATED, UPDATED = "Sequence email has been created", "Sequence email has been updated"
DELETED, DUPLICATED = "Email sequence successfully deleted", "Sequence email has been duplicated"
METHODS = ("create", "update")
COLUMNS = ("title", "subject", "pre_header", "body", "design")


class SequenceMailViewSet(RestViewSet):
    """The mails of a sequence. The one with the id 0 is what a new one starts from."""

    lookup_url_kwarg = "email_pk"
    rights: ClassVar = {
        "create": CHANGE,
        "retrieve": VIEW,
        "update": CHANGE,
        "destroy": CHANGE,
        "duplicate": CHANGE,
    }

    def create(self, request: Request, pk: int) -> Response:
        return create_mail(request, find_sequence(pk), self.params.get("email"))

    def retrieve(self, request: Request, pk: int, email_pk: int) -> Response:
        sequence = find_sequence(pk)
        email = show_mail(find_mail(pk, email_pk)) if email_pk else show_blank_mail(sequence)
        asked = "sequence" in as_list(self.params.get("with"), "with")
        return Response({"sequence": show_sequences([sequence])[0] if asked else [], "email": email})

    def update(self, request: Request, pk: int, email_pk: int) -> Response:
        return update_mail(pk, email_pk, self.params.get("email"))

    def destroy(self, request: Request, pk: int, email_pk: int) -> Response:
        if not delete_mails(find_sequence(pk), [email_pk]):
            raise NotFound
        return Response({"message": DELETED})

    @action(detail=False, methods=["post"])
    def duplicate(self, request: Request, pk: int) -> Response:
        """Copy the mail of `email_id`."""
        sent = self.params.get("email_id") or self.params.get("mail_id")
        if not sent:
            raise required("email_id")
        copy = duplicate_mail(find_mail(pk, as_id(sent, "email_id")), request.user.pk)
        return Response({"message": DUPLICATED, "email": show_mail(copy)})


class SaveSequenceMailViewSet(RestViewSet):
    """One route for a new mail and for a change: `route_method` says which."""

    rights: ClassVar = {"create": CHANGE}

    def create(self, request: Request) -> Response:
        method = self.params.get("route_method")
        if method not in METHODS:
            raise Unprocessable(f"The route_method must be one of: {', '.join(METHODS)}")
        sequence = find_sequence(as_id(self.params.get("sequence_id"), "sequence_id"))
        sent = self.params.get("email")
        if method == "create":
            return create_mail(request, sequence, sent)
        return update_mail(sequence.pk, as_id(self.params.get("mail_id"), "mail_id"), sent)


def as_id(sent: Any, name: str) -> int:
    """Raises FieldErrors: 422 for nothing, 400 for anything but an id."""
    if sent in (None, ""):
        raise required(name)
    number = as_integer(sent)
    if number is None or number < 1:
        raise invalid(name, f"The {name} must be an id.", "id")
    return number


def create_mail(request: Request, sequence: EmailSequence, sent: Any) -> Response:
    columns = valid(sent)
    mail = SequenceMail(sequence=sequence, mailing=Mailing(created_by_id=request.user.pk))
    if sender := sequence.settings.get("mailer_settings"):
        mail.mailing.settings = {"mailer_settings": sender}
    return saved(CREATED, mail, columns)


@transaction.atomic
def update_mail(sequence: int, pk: int, sent: Any) -> Response:
    columns = valid(sent)
    return saved(UPDATED, find_mail(sequence, pk), columns)


def valid(sent: Any) -> dict[str, Any]:
    """What was sent as `email`: an object, or the JSON text of one. Raises FieldErrors and ValidationError."""
    if not sent:
        raise required("email")
    email = as_object(sent)
    if email is None:
        raise invalid("email", "The email must be an object.", "object")
    serializer = SequenceMailSerializer(data=email)
    serializer.is_valid(raise_exception=True)
    columns: dict[str, Any] = serializer.validated_data
    return columns


def saved(message: str, mail: SequenceMail, columns: dict[str, Any]) -> Response:
    """Write a mail with what was sent of it; what was not sent stays as it is."""
    settings = {name: value for name, value in columns.get("settings", {}).items() if name not in BESIDE}
    for name, value in settings.pop("timings", {}).items():
        setattr(mail, name, value)
    for name in COLUMNS:
        setattr(mail.mailing, name, columns.get(name, getattr(mail.mailing, name)))
    beside = {name: columns[name] for name in BESIDE if name in columns}
    mail.mailing.settings = {**mail.mailing.settings, **settings, **beside}
    mail.template_id = columns.get("template_id", mail.template_id)
    try:
        save_mail(mail)
    except EmailSequence.DoesNotExist:
        raise NotFound from None
    return Response({"message": message, "email": show_mail(mail)})
