"""The profile sections of a contact (recording contact-side-views.json). They are empty without a provider."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from profile_sections.providers import providers_of
from subscribers.models import Subscriber
from wp_rest.exceptions import NotFound
from wp_rest.viewsets import RestViewSet

TICKET_COLUMNS = {
    "id": {"label": "ID", "width": "100px"},
    "status": {"label": "Status", "width": "120px"},
    "Submitted at": {"label": "Submitted at", "width": "150px"},
    "action": {"label": "Action", "width": "150px"},
}


class Section(NamedTuple):
    """One section: its name in the address, the key of its answer ("": the whole answer), and its empty answer."""

    name: str
    key: str
    empty: Mapping[str, Any]


PURCHASES = Section("purchase-history", "orders", {"orders": [], "total": 0})
SUBMISSIONS = Section("form-submissions", "submissions", {"data": [], "total": 0})
TICKETS = Section("support-tickets", "tickets", {"data": [], "total": 0, "columns_config": TICKET_COLUMNS})
EXTERNAL_VIEW = Section("external_view", "", {"heading": "", "content_html": ""})


class ProfileSectionViewSet(RestViewSet):
    """The sections of a contact: the answer of the provider that the request names, merged into the empty answer."""

    rights: ClassVar = dict.fromkeys(
        ("purchase_history", "form_submissions", "support_tickets", "external_view", "info_widgets"),
        "subscribers.view_subscriber",
    )

    def contact(self, pk: int) -> Subscriber:
        contact = Subscriber.objects.filter(pk=pk).first()
        if contact is None:
            raise NotFound
        return contact

    def answer(self, section: Section, pk: int) -> Response:
        contact = self.contact(pk)
        shown = dict(section.empty)
        if provider := providers_of(section.name).get(str(self.params.get("provider"))):
            shown |= provider(contact, self.params)
        return Response({section.key: shown} if section.key else shown)

    @action(detail=True, url_path=PURCHASES.name)
    def purchase_history(self, request: Request, pk: int) -> Response:
        return self.answer(PURCHASES, pk)

    @action(detail=True, url_path=SUBMISSIONS.name)
    def form_submissions(self, request: Request, pk: int) -> Response:
        return self.answer(SUBMISSIONS, pk)

    @action(detail=True, url_path=TICKETS.name)
    def support_tickets(self, request: Request, pk: int) -> Response:
        return self.answer(TICKETS, pk)

    @action(detail=True, url_path=EXTERNAL_VIEW.name)
    def external_view(self, request: Request, pk: int) -> Response:
        return self.answer(EXTERNAL_VIEW, pk)

    @action(detail=True, url_path="info-widgets")
    def info_widgets(self, request: Request, pk: int) -> Response:
        """Small boxes beside a profile; every provider adds its own."""
        contact = self.contact(pk)
        widgets: dict[str, list[Any]] = {"top_widgets": [], "other_widgets": []}
        for provider in providers_of("info-widgets").values():
            added = provider(contact, self.params)
            for place, listed in widgets.items():
                listed.extend(added.get(place, []))
        count = sum(len(listed) for listed in widgets.values())
        return Response({"widgets": {**widgets, "widgets_count": count}})
