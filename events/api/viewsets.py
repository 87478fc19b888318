"""/subscribers/track-event and /subscribers/{id}/tracking-events (recording events.json)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from events.api.filters import EventFilter
from events.api.serializers import TrackedEventSerializer, show_event
from events.models import TrackedEvent
from events.services import track
from rest.numbers import as_integer
from subscribers.reading import existing_ids, find_id_by_email
from subscribers.services import lock_contacts
from wp_rest.exceptions import NotFound, Unprocessable
from wp_rest.viewsets import ListViewSet


class EventViewSet(ListViewSet):
    """The events of contacts: report one, and list those of a contact, the newest first."""

    filterset_class = EventFilter
    rights: ClassVar = {"track_event": "events.add_trackedevent", "tracking_events": "events.view_trackedevent"}

    @action(detail=False, methods=["post"], url_path="track-event")
    @transaction.atomic
    def track_event(self, request: Request) -> Response:
        """Report an event of a contact, named by `subscriber_id` or `email`.

        `repeatable` has no effect, as recorded: each report is a new row.
        """
        params = self.params
        serializer = TrackedEventSerializer(data=params)
        serializer.is_valid(raise_exception=True)
        pk = as_integer(params.get("subscriber_id") or params.get("contact_id")) or 0
        email = params.get("email")
        if not pk and isinstance(email, str) and "\x00" not in email:
            pk = find_id_by_email(email) or 0
        # Locked: if another request deleted the contact now, the commit would fail.
        if not lock_contacts([pk]):
            raise Unprocessable("Subscriber not found", error_code="subscriber_not_found")
        valid = serializer.validated_data
        event = TrackedEvent(
            subscriber_id=pk,
            created_by_id=request.user.pk,
            event_key=valid["event_key"],
            title=valid["title"],
            value=valid.get("value"),
            provider=valid.get("provider") or "custom",
        )
        track(event)
        return Response({"message": "Event has been tracked", "id": event.pk})

    @action(detail=True, url_path="tracking-events")
    def tracking_events(self, request: Request, pk: int) -> Response:
        if not existing_ids([pk]):
            raise NotFound
        return Response({"events": self.page(TrackedEvent.objects.of_contact(pk).order_by("-pk"))})

    def show(self, row: TrackedEvent) -> Any:
        return show_event(row)
