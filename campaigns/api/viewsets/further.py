"""/campaigns-pro: what follows from a campaign that was sent."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.viewsets.finding import CHANGE, VIEW, existing
from campaigns.services.following import ACTIVITIES, act_on_page, resend_unopened
from campaigns.services.sending import NobodyChosen, send_again
from rest.numbers import as_integer
from wp_rest.exceptions import NotFound, Unprocessable, invalid
from wp_rest.parameters import as_ids
from wp_rest.viewsets import RestViewSet

ACTIONS = ("add_tags", "remove_tags")
NONE_TO_RESEND = "There is no email to send again."


class FurtherViewSet(RestViewSet):
    """Messages sent again, and tags for those who opened or clicked."""

    rights: ClassVar = {
        "resend_emails": CHANGE,
        "resend_failed": CHANGE,
        "resend_unopened": CHANGE,
        "tag_actions": (CHANGE, "subscribers.change_subscriber"),
        "posts": VIEW,
        "taxonomies": VIEW,
        "products": VIEW,
    }

    @action(detail=True, methods=["post"], url_path="resend-emails")
    def resend_emails(self, request: Request, pk: int) -> Response:
        """Messages that failed, were stopped, or of which nobody knows whether they arrived; by hand alone."""
        ids = as_ids(self.params.get("email_ids"), "email_ids")
        if not ids:
            raise Unprocessable("Please provide email IDs")
        return self.repeated(pk, ids)

    @action(detail=True, methods=["post"], url_path="resend-failed-emails")
    def resend_failed(self, request: Request, pk: int) -> Response:
        return self.repeated(pk, None)

    def repeated(self, pk: int, ids: Any) -> Response:
        number = send_again(pk, ids)
        if number is None:
            raise NotFound
        if not number:
            raise Unprocessable(NONE_TO_RESEND)
        return Response({"message": f"{number} emails will be sent again."})

    @action(detail=True, methods=["post"], url_path="resend-unopened-emails")
    def resend_unopened(self, request: Request, pk: int) -> Response:
        """A new campaign in the same words for those who got this one and have not opened it."""
        try:
            campaign = resend_unopened(existing(pk), request.user.pk)
        except NobodyChosen:
            raise Unprocessable("Everybody has opened this campaign, or nobody has got it yet.") from None
        return Response({"message": f"The campaign will be sent again as campaign {campaign.pk}."})

    @action(detail=True, methods=["post"], url_path="tag-actions")
    @transaction.atomic
    def tag_actions(self, request: Request, pk: int) -> Response:
        """Attach or detach tags of the contacts of one page of messages; the client asks for page after page."""
        params = self.params
        name, activity = params.get("action_type"), params.get("activity_type")
        if name not in ACTIONS:
            raise invalid("action_type", f"The action_type must be one of: {', '.join(ACTIONS)}.", "in")
        if activity not in ACTIVITIES:
            raise invalid("activity_type", f"The activity_type must be one of: {', '.join(ACTIVITIES)}.", "in")
        page = as_integer(params.get("processing_page"))
        if page is None or not 0 < page < 1_000_000:
            raise invalid("processing_page", "The processing_page must be the number of a page, from 1.", "integer")
        tags, links = as_ids(params.get("tags"), "tags"), as_ids(params.get("link_ids"), "link_ids")
        if not tags:
            raise Unprocessable("Please provide tags")
        done = act_on_page(existing(pk), activity, links, tags, attach=name == "add_tags", page=page)
        return Response(
            {
                "processed_page": page,
                "processed_contacts": len(done.contacts),
                "has_more": done.more,
                "total_count": done.total if page == 1 else False,
                "subscriber_ids": done.contacts,
            }
        )

    # This server has neither posts nor products.

    @action(detail=False)
    def posts(self, request: Request) -> Response:
        return Response({"posts": [], "post_types": []})

    @action(detail=False, url_path="posts/taxonomies")
    def taxonomies(self, request: Request) -> Response:
        return Response({"taxonomies": {}})

    @action(detail=False)
    def products(self, request: Request) -> Response:
        return Response({"products": [], "taxonomies": {}})
