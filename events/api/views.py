"""/subscribers/track-event and /subscribers/{id}/tracking-events (recording events.json)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from events.api.serializers import TrackedEventSerializer, show_event
from events.models import TrackedEvent
from rest.numbers import as_integer
from subscribers.reading import existing_ids, find_id_by_email
from subscribers.services import lock_contacts
from wp_rest.exceptions import NotFound, Unprocessable
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_search
from wp_rest.views import RestView


class TrackEventView(RestView):
    """Report an event of the contact of `subscriber_id` or `email`.

    `repeatable` changes nothing, as recorded: each report is a row.
    """

    rights: ClassVar = {"POST": "events.add_trackedevent"}

    @transaction.atomic
    def post(self, request: Request) -> Response:
        params = self.params
        serializer = TrackedEventSerializer(data=params)
        serializer.is_valid(raise_exception=True)
        pk = as_integer(params.get("subscriber_id") or params.get("contact_id")) or 0
        email = params.get("email")
        if not pk and isinstance(email, str) and "\x00" not in email:
            pk = find_id_by_email(email) or 0
        # Locked: an event of a contact that goes at the same moment would break the commit.
        if not lock_contacts([pk]):
            raise Unprocessable("Subscriber not found", error_code="subscriber_not_found")
        valid = serializer.validated_data
        event = TrackedEvent.objects.create(
            subscriber_id=pk,
            created_by_id=request.user.pk,
            event_key=valid["event_key"],
            title=valid["title"],
            value=valid.get("value"),
            provider=valid.get("provider") or "custom",
        )
        return Response({"message": "Event has been tracked", "id": event.pk})


class TrackedEventsView(RestView):
    """The events of a contact, newest first."""

    rights: ClassVar = {"GET": "events.view_trackedevent"}

    def get(self, request: Request, pk: int) -> Response:
        if not existing_ids([pk]):
            raise NotFound
        params = self.params
        events = TrackedEvent.objects.of_contact(pk)
        if search := as_search(params.get("search")):
            events = events.matching(search)
        page = PageRequest.from_params(params)
        total = events.count()
        shown: list[dict[str, Any]] = []
        if not page.beyond(total):
            shown = [show_event(event) for event in events.order_by("-pk")[page.offset :][: page.per_page]]
        return Response({"events": page.envelope(shown, total, request.path_info, params)})
