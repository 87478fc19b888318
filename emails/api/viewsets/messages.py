"""Mails to contacts (recordings contact-emails.json, contact-side-views.json)."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from emails.api.filters import ContactMessageFilter, MessageFilter
from emails.api.message_representation import show_blank_mail, show_message, show_messages_whole, show_preview
from emails.api.serializers import MailingSerializer
from emails.models import Kind, Mailing, Message
from emails.reading import followed_by_contact
from emails.services.queueing import delete_messages, queue
from emails.services.sending import send_now
from retries.services import after_commit
from subscribers.reading import existing_ids
from wp_rest.exceptions import NotFound, Unprocessable, invalid, required
from wp_rest.parameters import as_ids
from wp_rest.parsers import as_object
from wp_rest.viewsets import ListViewSet, RestViewSet

VIEW, ADD, DELETE = (f"emails.{verb}_message" for verb in ("view", "add", "delete"))
DELETED = "Selected emails has been deleted"


class ContactMessageViewSet(ListViewSet):
    """The mails to one contact, the newest first."""

    filterset_class = ContactMessageFilter
    rights: ClassVar = {
        "list": VIEW,
        "destroy_many": DELETE,
        "send": ADD,
        "template_mock": VIEW,
    }

    @property
    def contact_id(self) -> int:
        number: int = self.kwargs["pk"]
        return number

    def list(self, request: Request, **ids: int) -> Response:
        refuse_missing(self.contact_id)
        messages = Message.objects.of_contact(self.contact_id).listed().select_related("mailing").order_by("-pk")
        return Response({"emails": self.page(messages)})

    def show(self, row: Message) -> Any:
        return show_message(row)

    def destroy_many(self, request: Request, **ids: int) -> Response:
        refuse_missing(self.contact_id)
        delete_messages(as_ids(self.params.get("email_ids"), "email_ids"), self.contact_id)
        return Response({"message": DELETED})

    @action(detail=False, url_path="template-mock")
    def template_mock(self, request: Request, **ids: int) -> Response:
        """What a mail to a contact starts from."""
        refuse_missing(self.contact_id)
        return Response({"email_mock": show_blank_mail()})

    @action(detail=False, methods=["post"])
    def send(self, request: Request, **ids: int) -> Response:
        """Send a mail that was written for this contact; what the mail server does not take now is tried again."""
        sent = self.params.get("campaign")
        if not sent:
            raise required("campaign")
        campaign = as_object(sent)
        if campaign is None:
            raise invalid("campaign", "The campaign must be an object.", "object")
        refuse_missing(self.contact_id)
        serializer = MailingSerializer(data=campaign)
        serializer.is_valid(raise_exception=True)
        mailing = Mailing(kind=Kind.CUSTOM, created_by_id=request.user.pk, **serializer.validated_data)
        queued = queue(mailing, [self.contact_id])
        if not queued:
            raise Unprocessable("Subscriber's status need to be subscribed.")
        after_commit(partial(send_now, queued))
        return Response({"message": "Custom Email has been successfully sent"})


class LinkMetricsViewSet(ListViewSet):
    """The addresses that a contact followed in mails."""

    rights: ClassVar = {"list": VIEW}

    def list(self, request: Request, pk: int) -> Response:
        refuse_missing(pk)
        return Response({"urlMetrics": self.page(followed_by_contact(pk))})

    def show(self, row: dict[str, Any]) -> Any:
        return {"url": row["url"], "count": str(row["times"])}


class MessageViewSet(ListViewSet):
    """All mails, the newest first, with their contacts and what was written."""

    filterset_class = MessageFilter
    rights: ClassVar = {"list": VIEW, "destroy_many": DELETE}

    def list(self, request: Request) -> Response:
        messages = Message.objects.listed().select_related("mailing__campaign").order_by("-pk")
        return Response({"emails": self.page(messages), "statuses": None})

    def show_page(self, rows: Sequence[Message]) -> Sequence[Any]:
        return show_messages_whole(rows)

    def destroy_many(self, request: Request) -> Response:
        delete_messages(as_ids(self.params.get("email_ids"), "email_ids"))
        return Response({"message": DELETED})


class PreviewViewSet(RestViewSet):
    """What one mail looks like."""

    rights: ClassVar = {"list": VIEW}

    def list(self, request: Request, pk: int) -> Response:
        message = Message.objects.filter(pk=pk).select_related("mailing__campaign", "subscriber").first()
        if message is None:
            raise NotFound
        return Response(show_preview(message))


def refuse_missing(contact: int) -> None:
    """Raise NotFound where there is no contact of that id. One statement."""
    if not existing_ids([contact]):
        raise NotFound
