"""Viewsets of the FluentCRM face: a resource is a class, its actions are methods (see wp_rest.routers).

In a class with a method `list`, do not write the annotation `list[...]` below it: there `list` is the method.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from rest.permissions import Rights
from wp_rest.exceptions import NotFound
from wp_rest.filters import SentFilters
from wp_rest.pagination import PageRequest
from wp_rest.views import VERBS, RestView


class RestViewSet(ViewSetMixin, RestView):
    """A resource. `rights` maps each action to the permission that it needs; other actions have no route."""

    rights: ClassVar[Rights] = {}
    lookup_value_converter = "id"  # wp_rest.urls.IdConverter

    def key_of_rights(self, verb: str) -> str:
        return self.action_map.get(verb.lower(), "")

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        # Each route of a resource has its own verbs; Django and DRF read them from this attribute.
        self.http_method_names = [*(verb for verb in self.action_map if verb in VERBS), "head", "options"]
        return super().initialize_request(request, *args, **kwargs)

    def settle_verb(self, verb: str) -> None:
        self.action = self.action_map.get(verb, "metadata")
        super().settle_verb(verb)


class ListViewSet(RestViewSet, GenericAPIView[Any]):
    """A resource with lists in pages. `filterset_class` has their filters (wp_rest.filters)."""

    filter_backends = (SentFilters,)
    filterset_class: ClassVar[Any] = None
    per_page = 15

    def page(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """The requested page of the rows that match the request's filters, in FluentCRM's envelope."""
        page = PageRequest.from_params(self.params, self.per_page)
        listed, total = page.read(self.filter_queryset(rows))
        return page.envelope(list(self.show_page(listed)), total, self.request.path_info, self.params)

    def show_page(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows of a page as the answer shows them. Whatever else it reads takes a fixed number of statements."""
        return [self.show(row) for row in rows]

    def show(self, row: Any) -> Any:
        raise NotImplementedError


class ModelViewSet(ListViewSet):
    """Plain CRUD of the rows of `get_queryset()`: a page of them, one, create, update, delete.

    A subclass has `serializer_class`, `noun` and `plural` (the keys of its answers), the messages of its answers,
    and methods that show, save and delete rows.
    """

    noun: ClassVar[str]
    plural: ClassVar[str]
    created: ClassVar[str]
    updated: ClassVar[str]
    deleted: ClassVar[str]

    def list(self, request: Request, **ids: int) -> Response:
        return Response({self.plural: self.page(self.get_queryset())})

    def create(self, request: Request, **ids: int) -> Response:
        row, beside = self.save(self.valid())
        return Response({"message": self.created, self.noun: self.show_new(row), **beside})

    def retrieve(self, request: Request, **ids: int) -> Response:
        [shown] = self.show_page([self.get_object()])
        return Response({self.noun: shown})

    @transaction.atomic
    def update(self, request: Request, **ids: int) -> Response:
        # Locked: two changes at once are both kept, and a row that is deleted meanwhile does not come back.
        row, beside = self.save(self.valid(self.get_object(lock=True)))
        return Response({"message": self.updated, self.noun: self.show(row), **beside})

    def destroy(self, request: Request, **ids: int) -> Response:
        if not self.delete_row(self.row_id):
            raise NotFound
        return Response({"message": self.deleted})

    @property
    def row_id(self) -> int:
        """The id of the row in the address."""
        number: int = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        return number

    def get_object(self, *, lock: bool = False) -> Any:
        """The row in the address, with `lock` locked until the transaction ends. Raises NotFound. One statement."""
        rows = self.get_queryset().filter(pk=self.row_id)
        row = (rows.select_for_update() if lock else rows).first()
        if row is None:
            raise NotFound
        return row

    def sent(self) -> Any:
        """What was sent for a row."""
        return self.params

    def valid(self, row: Any = None) -> Any:
        """The serializer of what was sent, for `row` or for a new row. Raises ValidationError."""
        serializer = self.get_serializer_class()(row, data=self.sent())
        serializer.is_valid(raise_exception=True)
        return serializer

    def save(self, serializer: Any) -> tuple[Any, Mapping[str, Any]]:
        """Create or change a row with a valid serializer; returns the row and further keys of the answer."""
        raise NotImplementedError

    def show_new(self, row: Any) -> Any:
        """A new row as the answer to its creation shows it."""
        return self.show(row)

    def delete_row(self, pk: int) -> Any:
        """Delete a row; returns a false value if it does not exist."""
        raise NotImplementedError
