"""Viewsets of the FluentCRM face: a resource is a class, its actions are methods (see wp_rest.routers).

A class with a method `list` has no annotation `list[...]` below it: there the word is the method.
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
    """A resource. `rights` maps each action to what it takes; an action that is not in it is no route."""

    rights: ClassVar[Rights] = {}
    lookup_value_converter = "id"  # wp_rest.urls.IdConverter

    def key_of_rights(self, verb: str) -> str:
        return self.action_map.get(verb.lower(), "")

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        # Each route of a resource has its own verbs. Django and DRF look for them in this attribute.
        self.http_method_names = [*(verb for verb in self.action_map if verb in VERBS), "head", "options"]
        return super().initialize_request(request, *args, **kwargs)

    def settle_verb(self, verb: str) -> None:
        self.action = self.action_map.get(verb, "metadata")
        super().settle_verb(verb)


class ListViewSet(RestViewSet, GenericAPIView[Any]):
    """A resource with lists that come in pages. `filterset_class` says what they are narrowed by (wp_rest.filters)."""

    filter_backends = (SentFilters,)
    filterset_class: ClassVar[Any] = None
    per_page = 15

    def page(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """The page that is asked for of those rows that fit the request's filters, in FluentCRM's envelope."""
        page = PageRequest.from_params(self.params, self.per_page)
        listed, total = page.read(self.filter_queryset(rows))
        return page.envelope(list(self.show_page(listed)), total, self.request.path_info, self.params)

    def show_page(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows of a page on the wire; for rows that need more than themselves, with a fixed number of statements."""
        return [self.show(row) for row in rows]

    def show(self, row: Any) -> Any:
        raise NotImplementedError


class ModelViewSet(ListViewSet):
    """Plain CRUD of the rows of `get_queryset()`: a page of them, one, create, update, delete.

    A subclass has `serializer_class`, `noun` and `plural` (the keys of its answers), its three sentences, and
    says how rows are shown, saved and deleted.
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
        # Locked: of two changes at once none is lost, and one that is deleted now does not come back.
        row, beside = self.save(self.valid(self.get_object(lock=True)))
        return Response({"message": self.updated, self.noun: self.show(row), **beside})

    def destroy(self, request: Request, **ids: int) -> Response:
        if not self.delete_row(self.row_id):
            raise NotFound
        return Response({"message": self.deleted})

    @property
    def row_id(self) -> int:
        """The id of the address's row."""
        number: int = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        return number

    def get_object(self, *, lock: bool = False) -> Any:
        """The address's row, kept until the transaction ends where `lock` says so. Raises NotFound. One statement."""
        rows = self.get_queryset().filter(pk=self.row_id)
        row = (rows.select_for_update() if lock else rows).first()
        if row is None:
            raise NotFound
        return row

    def sent(self) -> Any:
        """What was sent for a row."""
        return self.params

    def valid(self, row: Any = None) -> Any:
        """The serializer of what was sent, for the row that is changed or a new one. Raises ValidationError."""
        serializer = self.get_serializer_class()(row, data=self.sent())
        serializer.is_valid(raise_exception=True)
        return serializer

    def save(self, serializer: Any) -> tuple[Any, Mapping[str, Any]]:
        """Create or change a row by a valid serializer; returns it and what else the answer tells."""
        raise NotImplementedError

    def show_new(self, row: Any) -> Any:
        """A new row as the answer to its creation shows it."""
        return self.show(row)

    def delete_row(self, pk: int) -> Any:
        """Delete a row; returns something false where there was none."""
        raise NotImplementedError
