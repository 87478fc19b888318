"""The side views of a contact (recording contact-side-views.json), empty unless a provider fills them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from profile_sections.providers import providers_of
from subscribers.models import Subscriber
from wp_rest.exceptions import NotFound
from wp_rest.views import RestView

TICKET_COLUMNS = {
    "id": {"label": "ID", "width": "100px"},
    "status": {"label": "Status", "width": "120px"},
    "Submitted at": {"label": "Submitted at", "width": "150px"},
    "action": {"label": "Action", "width": "150px"},
}


class SectionView(RestView):
    """One section: the answer of the provider that the request names, within the recorded shape.

    `key` is the answer's key, or "" where the section is the whole answer.
    """

    rights: ClassVar = {"GET": "subscribers.view_subscriber"}
    section = ""
    key = ""
    empty: ClassVar[Mapping[str, Any]] = {}

    def contact(self, pk: int) -> Subscriber:
        contact = Subscriber.objects.filter(pk=pk).first()
        if contact is None:
            raise NotFound
        return contact

    def get(self, request: Request, pk: int) -> Response:
        contact = self.contact(pk)
        shown = dict(self.empty)
        if provider := providers_of(self.section).get(str(self.params.get("provider"))):
            shown |= provider(contact, self.params)
        return Response({self.key: shown} if self.key else shown)


class PurchaseHistoryView(SectionView):
    section, key = "purchase-history", "orders"
    empty: ClassVar = {"orders": [], "total": 0}


class FormSubmissionsView(SectionView):
    section, key = "form-submissions", "submissions"
    empty: ClassVar = {"data": [], "total": 0}


class SupportTicketsView(SectionView):
    section, key = "support-tickets", "tickets"
    empty: ClassVar = {"data": [], "total": 0, "columns_config": TICKET_COLUMNS}


class ExternalViewView(SectionView):
    section = "external_view"
    empty: ClassVar = {"heading": "", "content_html": ""}


class InfoWidgetsView(SectionView):
    """Small boxes beside a profile; every provider adds its own."""

    section = "info-widgets"

    def get(self, request: Request, pk: int) -> Response:
        contact = self.contact(pk)
        widgets: dict[str, list[Any]] = {"top_widgets": [], "other_widgets": []}
        for provider in providers_of(self.section).values():
            added = provider(contact, self.params)
            for place, listed in widgets.items():
                listed.extend(added.get(place, []))
        count = sum(len(listed) for listed in widgets.values())
        return Response({"widgets": {**widgets, "widgets_count": count}})
