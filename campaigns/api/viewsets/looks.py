"""/campaigns: what they look like, to staff and in a tester's mailbox (recording campaigns.json)."""

from functools import partial
from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.serializers import CampaignSerializer
from campaigns.api.viewsets.finding import CHANGE, VIEW, existing
from emails.models import Kind, Mailing
from emails.services.previews import NOT_TAKEN, look, send_test
from rest.numbers import as_integer
from retries.services import after_commit
from subscribers.addresses import is_address
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import is_true
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet


class LookViewSet(RestViewSet):
    """Previews and tests. They count for nobody."""

    rights: ClassVar = {"preview_html": VIEW, "send_test_email": CHANGE}

    @action(detail=False, methods=["post"], url_path="email-preview-html")
    def preview_html(self, request: Request) -> Response:
        contact = as_integer(self.params.get("contact_id"))
        nobody = is_true(self.params.get("disable_subscriber"))
        return Response({"preview_html": look(self.mail_to_show(), None if nobody else contact).html})

    @action(detail=False, methods=["post"], url_path="send-test-email")
    def send_test_email(self, request: Request) -> Response:
        user: Any = request.user
        email = self.params.get("email") or user.email
        if not isinstance(email, str) or not is_address(email.strip()):
            raise invalid("email", "The email must be a valid email address.", "email")
        mailing = self.mail_to_show(stored=not is_true(self.params.get("test_campaign")))
        if not mailing.subject or not mailing.body:
            raise Unprocessable("Write a subject and a body before you send a test.")
        problem = after_commit(partial(send_test, mailing, email.strip()))
        if problem:
            return Response({"message": NOT_TAKEN, "result": False})
        done = "is on its way" if problem is None else "was sent"
        return Response({"message": f"A test mail {done} to {email.strip()}.", "result": True})

    def mail_to_show(self, *, stored: bool = False) -> Mailing:
        """What was sent of a campaign over what is kept of it, not saved. Raises NotFound and FieldErrors."""
        number = as_integer(self.params.get("campaign_id"))
        mailing = existing(number).mailing if number else Mailing(kind=Kind.CAMPAIGN)
        sent = as_object(self.params.get("campaign") or {})
        if sent is None:
            raise invalid("campaign", "The campaign must be an object.", "object")
        if stored and number:
            return mailing
        body = sent.get("email_body") or sent.get("post_content")
        named = {"email_body": body} if body else {}
        serializer = CampaignSerializer(data={"title": "Test", **without_title(sent), **named})
        serializer.is_valid(raise_exception=True)
        for column, value in serializer.written.items():
            if column != "title":
                setattr(mailing, column, value)
        mailing.settings = {**mailing.settings, **serializer.settings_of()}
        return mailing


def without_title(sent: Any) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name != "title"}
