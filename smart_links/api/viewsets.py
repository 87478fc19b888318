"""/smart-links: links that tag or list the contact who follows them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from database.expressions import Fold
from smart_links.api.filters import SmartLinkFilter
from smart_links.api.serializers import SmartLinkSerializer, ids_of, show_link
from smart_links.models import SmartLink
from smart_links.services import LeadsHere, counts_of, delete_links, save_link
from wp_rest.exceptions import invalid, required
from wp_rest.parsers import as_object
from wp_rest.viewsets import ModelViewSet

# What the list can be sorted by, with the column or expression.
ORDERS: Mapping[str, Any] = {
    "id": "pk",
    "title": Fold("title"),
    "target_url": "target_url",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
UPWARD = ("asc", "ascending")


class SmartLinkViewSet(ModelViewSet):
    queryset = SmartLink.objects.all()
    serializer_class, filterset_class = SmartLinkSerializer, SmartLinkFilter
    noun, plural = "link", "action_links"
    created = "SmartLink has been created"
    updated = "SmartLink has been updated"
    deleted = "Selected Smart Link has been deleted"
    rights: ClassVar = {
        "list": "smart_links.view_smartlink",
        "create": "smart_links.add_smartlink",
        "update": "smart_links.change_smartlink",
        "destroy": "smart_links.delete_smartlink",
        "activate": "smart_links.change_smartlink",
    }

    def get_queryset(self) -> QuerySet[SmartLink]:
        key = ORDERS.get(str(self.params.get("orderBy")), "pk")
        rows: QuerySet[SmartLink] = SmartLink.objects.order_by(key, "pk")
        return rows if str(self.params.get("order", "")).lower() in UPWARD else rows.reverse()

    def show_page(self, rows: Sequence[SmartLink]) -> Sequence[Any]:
        counts = counts_of([link.pk for link in rows])
        return [show_link(link, counts[link.pk]) for link in rows]

    def show(self, row: SmartLink) -> Any:
        return show_link(row)

    def sent(self) -> Mapping[str, Any]:
        """The link: an object, or the JSON text of one."""
        sent = self.params.get("link")
        if sent is None or sent == "":
            raise required("link")
        link = as_object(sent)
        if link is None:
            raise invalid("link", "The link must be an object.", "object")
        return link

    def save(self, serializer: Any) -> tuple[SmartLink, Mapping[str, Any]]:
        valid = serializer.validated_data
        link: SmartLink = serializer.instance or SmartLink(created_by_id=self.request.user.pk)
        link.title, link.target_url = valid["title"], valid["target_url"]
        if "notes" in valid:
            link.notes = valid["notes"] or ""
        if "actions" in valid:
            link.attach = ids_of(valid["actions"])
            link.detach = ids_of(valid["actions"], "remove_")
        if "detach_actions" in valid:
            link.detach = ids_of(valid["detach_actions"])
        if "enrol" in valid:
            link.enrol = {kind: ids for kind, ids in (valid["enrol"] or {}).items() if ids}
        try:
            save_link(link)
        except LeadsHere:
            raise invalid("target_url", "A smart link cannot lead to a smart link.", "circle") from None
        return link, {}

    def delete_row(self, pk: int) -> Any:
        return delete_links([pk])

    @action(detail=False, methods=["post"])
    def activate(self, request: Request) -> Response:
        """Smart links are always on here."""
        return Response({"message": "SmartLinks are active"})
