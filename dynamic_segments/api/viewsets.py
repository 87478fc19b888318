"""/dynamic-segments: saved conditions, and who meets them now."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import types_by_slug
from dynamic_segments import services
from dynamic_segments.api.form_fields import show_form
from dynamic_segments.api.saved_filters import WORDS, kept_words, read_words
from dynamic_segments.api.serializers import SLUG, SegmentSerializer, show_listed_segment, show_segment
from dynamic_segments.models import DynamicSegment
from subscribers.api.filters import Order
from subscribers.api.representation import show_contacts
from subscribers.conditions import Conditions
from subscribers.querysets import SubscriberQuerySet
from subscribers.reading import read_contacts
from subscribers.selection import Selection
from wp_rest.exceptions import NotFound, Unprocessable, required
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_search, is_true
from wp_rest.parsers import as_object
from wp_rest.viewsets import ModelViewSet, RestViewSet

VIEW, ADD, CHANGE, DELETE = (f"dynamic_segments.{verb}_dynamicsegment" for verb in ("view", "add", "change", "delete"))
VIEW_CONTACTS = "subscribers.view_subscriber"


class DynamicSegmentViewSet(ModelViewSet):
    """The segments, newest first, with the kept counts: nothing is counted for the list."""

    queryset = DynamicSegment.objects.order_by("-pk")
    serializer_class = SegmentSerializer
    noun, plural = "segment", "dynamic_segments"
    created = "Segment has been created"
    updated = "Segment has been updated"
    deleted = "Selected segment has been deleted"
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "update": CHANGE,
        "destroy": DELETE,
        "custom_fields": VIEW,
        "duplicate": ADD,
        "estimated_contacts": VIEW_CONTACTS,
        "stats": VIEW,
    }

    def list(self, request: Request, **ids: int) -> Response:
        return Response({self.plural: [show_listed_segment(segment) for segment in self.get_queryset()]})

    def create(self, request: Request, **ids: int) -> Response:
        segment, _ = self.save(self.valid())
        services.count_afresh(segment)
        return Response({"message": self.created, self.noun: show_segment(segment)})

    def update(self, request: Request, **ids: int) -> Response:
        answer = super().update(request, **ids)
        # After the transaction, as it may take a second for a million contacts.
        segment = self.get_object()
        if segment.counted_at is None:
            services.count_afresh(segment)
        return Response({**answer.data, self.noun: show_segment(segment)})

    def sent(self) -> Mapping[str, Any]:
        """The segment: an object, or the JSON text of one."""
        sent = self.params.get("segment")
        if sent is None or sent == "":
            raise required("segment")
        segment = as_object(sent)
        if segment is None:
            raise Unprocessable("The segment must be an object, or the JSON text of one.")
        return segment

    def save(self, serializer: Any) -> tuple[DynamicSegment, Mapping[str, Any]]:
        sent, valid = self.sent(), serializer.validated_data
        segment: DynamicSegment = serializer.instance or DynamicSegment(created_by_id=self.request.user.pk)
        segment.title = valid["title"]
        if "description" in valid:
            segment.description = valid["description"] or ""
        if serializer.instance and not any(name in sent for name in WORDS):
            conditions = Conditions.from_json(segment.conditions)
        else:
            conditions, segment.filters = read_words(sent), kept_words(sent)
        services.save_segment(segment, conditions)
        return segment, {}

    def show(self, row: DynamicSegment) -> Any:
        return show_segment(row)

    def delete_row(self, pk: int) -> Any:
        return services.delete_segments([pk])

    @action(detail=False, url_path="custom-fields")
    def custom_fields(self, request: Request) -> Response:
        return Response(show_form())

    @action(detail=False, methods=["post"], url_path="duplicate/<id:pk>")
    def duplicate(self, request: Request, pk: int) -> Response:
        copy = services.duplicate(self.get_object(), request.user.pk)
        services.count_afresh(copy)
        return Response({"message": "Segment has been duplicated", "segment_id": copy.pk})

    @action(detail=False, methods=["post"], url_path="estimated-contacts")
    def estimated_contacts(self, request: Request) -> Response:
        """The exact number of contacts who meet conditions now."""
        filters = as_object(self.params.get("filters") or {})
        if not filters:
            raise required("filters")
        return Response({"count": services.count(read_words(filters))})

    @action(detail=False)
    def stats(self, request: Request) -> Response:
        """The kept counts by `{slug}_{id}`; null if there are no segments."""
        counts = DynamicSegment.objects.order_by("pk").values_list("pk", "contact_count")
        return Response({"stats": {f"{SLUG}_{pk}": number or 0 for pk, number in counts} or None})


class SegmentContactsViewSet(RestViewSet):
    """The contacts of a segment in pages: counted exactly, as they are now."""

    rights: ClassVar = {"retrieve": (VIEW, VIEW_CONTACTS)}

    def retrieve(self, request: Request, pk: int) -> Response:
        segment = DynamicSegment.objects.filter(pk=pk).first()
        if segment is None:
            raise NotFound
        params = self.params
        search = as_search(params.get("search"))

        def narrow() -> SubscriberQuerySet:
            contacts = services.contacts_of(segment)
            return contacts.matching(search) if search else contacts

        page = PageRequest.from_params(params)
        ids, total = Selection(narrow).page(Order.from_params(params), page.offset, page.per_page)
        custom = is_true(params.get("custom_fields"))
        fields = types_by_slug() if custom else None
        rows = show_contacts(read_contacts(ids, custom_values=custom), custom_fields=fields)
        listed = page.envelope(rows, total, request.path_info, params)
        return Response({"segment": show_segment(segment), "subscribers": listed})
