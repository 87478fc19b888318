"""/tags and /lists. They differ in small ways that clients rely on, as recorded in tags.json and lists.json."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from database.expressions import Fold
from segments.api.filters import ListFilter, TagFilter
from segments.api.serializers import SegmentSerializer, show_option, show_segment
from segments.counts import counts_by_status
from segments.models import ContactList, Segment, Tag
from segments.services import SlugTaken, delete_segments, make_slug, save_segment, slug_of_title, upsert_segments
from wp_rest.exceptions import FieldErrors, NotFound, RestError, Unprocessable, required
from wp_rest.parameters import as_ids, as_objects, is_empty, is_true, unreadable
from wp_rest.parsers import as_object
from wp_rest.viewsets import ModelViewSet

SORTABLE = {"id", "title", "slug", "created_at", "updated_at"}


class SegmentViewSet(ModelViewSet):
    """What /tags and /lists share. An update is by id or by the title's slug; the only bulk action is to delete."""

    model: ClassVar[type[Segment]]
    noun: ClassVar[Literal["tag", "list"]]
    serializer_class = SegmentSerializer
    saved_many: ClassVar[str]

    def list(self, request: Request, **ids: int) -> Response:
        answer = self.envelope(self.page(self.get_queryset().order_by(*self.order())))
        if is_true(self.params.get(f"all_{self.plural}")):
            answer[f"all_{self.plural}"] = [show_option(segment) for segment in self.get_queryset().order_by("pk")]
        return Response(answer)

    def envelope(self, page: Mapping[str, Any]) -> dict[str, Any]:
        return {self.plural: page}

    def order(self) -> Sequence[Any]:
        params = self.params
        field = params.get("sort_by") or params.get("order_by")
        direction = str(
            params.get("sort_order") or params.get("sort_type") or params.get("order_type") or params.get("order") or ""
        )
        sign = "" if direction.lower() == "asc" else "-"
        name = field if isinstance(field, str) and field in SORTABLE else "id"
        if name == "id":
            return [f"{sign}id"]
        if name in ("title", "slug"):
            return [Fold(name).desc() if sign else Fold(name).asc(), f"{sign}id"]
        return [f"{sign}{name}", f"{sign}id"]

    def show_page(self, rows: Sequence[Segment]) -> Sequence[Any]:
        if is_true(self.params.get("exclude_counts")):
            return super().show_page(rows)
        counts = counts_by_status(self.noun, [segment.pk for segment in rows])
        return [show_segment(segment, **self.counts(counts.get(segment.pk, {}))) for segment in rows]

    def counts(self, by_status: dict[str, int]) -> dict[str, int]:
        raise NotImplementedError

    def show(self, row: Segment) -> Any:
        return show_segment(row)

    def create(self, request: Request, **ids: int) -> Response:
        segment, _ = self.save(self.valid())
        shown = self.show(segment)
        return Response({"lists": shown, "item": shown, "message": self.created})

    def retrieve(self, request: Request, **ids: int) -> Response:
        segment = self.get_queryset().filter(pk=self.row_id).first()
        return Response(self.answer(self.show(segment) if segment else None))

    def answer(self, shown: dict[str, Any] | None) -> Any:
        """The answer to `retrieve`. As recorded, a row that does not exist is None and no error."""
        raise NotImplementedError

    @transaction.atomic
    def update(self, request: Request, **ids: int) -> Response:
        serializer = self.valid()
        if self.by_title:
            # FluentCRM then looks for the title's slug, whatever `slug` is sent: in tags.json a tag that
            # has the slug sent stays as it was.
            slug = make_slug(serializer.validated_data["title"])[:192]
            serializer.instance = self.get_queryset().select_for_update().filter(slug=slug).first()
            if serializer.instance is None:
                raise NotFound
        else:
            serializer.instance = self.get_object(lock=True)
        self.save(serializer)
        return Response({"lists": 1, "message": self.updated})

    @property
    def by_title(self) -> bool:
        return self.params.get("update_by") == "slug"

    def save(self, serializer: Any) -> tuple[Segment, Mapping[str, Any]]:
        fields = serializer.validated_data
        segment: Segment | None = serializer.instance
        if segment is None:
            segment = self.model(slug=self.new_slug(fields), description=fields.get("description") or "")
        else:
            if not self.by_title:
                segment.slug = self.changed_slug(segment, fields)
            segment.description = fields.get("description", self.kept_description(segment))
        segment.title = fields["title"]
        try:
            save_segment(segment)
        except SlugTaken:
            raise self.slug_taken(new=serializer.instance is None) from None
        return segment, {}

    def new_slug(self, fields: dict[str, Any]) -> str:
        sent = fields.get("slug")
        return make_slug(sent)[:192] if sent else slug_of_title(self.model, fields["title"])

    def changed_slug(self, segment: Segment, fields: dict[str, Any]) -> str:
        raise NotImplementedError

    def kept_description(self, segment: Segment) -> str | None:
        return segment.description

    def slug_taken(self, *, new: bool) -> RestError:
        return FieldErrors({"slug": {"unique": "The slug attribute is already taken and must be unique."}}, status=422)

    def delete_row(self, pk: int) -> Any:
        return delete_segments(self.model, [pk])

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Create many. A row whose slug exists is renamed; an entry without a title is left out."""
        params = self.params
        entries = as_objects(params.get(self.plural) or params.get("items"))
        if entries is None:
            raise unreadable(self.plural)
        rows, ignored = [], []
        for entry in entries:
            fields = as_object(entry)
            serializer = SegmentSerializer(data=fields or {})
            if not serializer.is_valid():
                # As recorded, an entry without a title is left out and not reported.
                if fields is None or not is_empty(fields.get("title")):
                    ignored.append(entry)
            else:
                title = serializer.validated_data["title"]
                slug = serializer.validated_data.get("slug")
                rows.append({"title": title, "slug": make_slug(slug)[:192] if slug else None})
        left_out = {"ignored": {self.plural: ignored}} if ignored else {}
        made = upsert_segments(self.model, rows) if rows else []
        return Response({"message": self.saved_many, "ids": made, **left_out})

    @action(detail=False, methods=["post"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        params = self.params
        chosen = params.get("action") or params.get("action_name") or "delete"
        if chosen not in ("delete", f"delete_{self.plural}"):
            raise Unprocessable("Selected Action is not valid")
        names = (f"{self.noun}Ids", f"{self.noun}_ids", "ids")
        name = next((name for name in names if params.get(name)), names[0])
        ids = as_ids(params.get(name), name)
        if not ids and not is_empty(params.get(name)):
            raise unreadable(name)
        delete_segments(self.model, ids)
        return Response({"message": f"Selected {self.noun.title()}s has been removed permanently"})


class TagViewSet(SegmentViewSet):
    model, queryset, filterset_class = Tag, Tag.objects.all(), TagFilter
    noun, plural = "tag", "tags"
    created = updated = "Successfully saved the tag."
    deleted = "Successfully removed the tag."
    saved_many = "Successfully saved the tags."
    rights: ClassVar = {
        "list": "segments.view_tag",
        "create": "segments.add_tag",
        "retrieve": "segments.view_tag",
        "update": "segments.change_tag",
        "destroy": "segments.delete_tag",
        "bulk": ("segments.add_tag", "segments.change_tag"),
        "do_bulk_action": "segments.delete_tag",
    }

    def counts(self, by_status: dict[str, int]) -> dict[str, int]:
        return {"subscribersCount": by_status.get("subscribed", 0)}

    def new_slug(self, fields: dict[str, Any]) -> str:
        # As recorded, a tag keeps the slug that was sent; a list's slug is made readable first.
        return fields.get("slug") or super().new_slug(fields)

    def answer(self, shown: dict[str, Any] | None) -> Any:
        return {"tag": shown}

    def changed_slug(self, segment: Segment, fields: dict[str, Any]) -> str:
        return fields.get("slug") or segment.slug

    def slug_taken(self, *, new: bool) -> RestError:
        return super().slug_taken(new=new) if new else Unprocessable("Provided slug already exist in another tag")


class ContactListViewSet(SegmentViewSet):
    model, queryset, filterset_class = ContactList, ContactList.objects.all(), ListFilter
    noun, plural = "list", "lists"
    created = updated = "Successfully saved the list."
    deleted = "Successfully removed the list."
    saved_many = "Provided Lists have been successfully created"
    rights: ClassVar = {
        "list": "segments.view_contactlist",
        "create": "segments.add_contactlist",
        "retrieve": "segments.view_contactlist",
        "update": "segments.change_contactlist",
        "destroy": "segments.delete_contactlist",
        "bulk": ("segments.add_contactlist", "segments.change_contactlist"),
        "do_bulk_action": "segments.delete_contactlist",
    }

    def envelope(self, page: Mapping[str, Any]) -> dict[str, Any]:
        return {"lists": page["data"], "pagination": {"total": page["total"]}}

    def counts(self, by_status: dict[str, int]) -> dict[str, int]:
        return {"totalCount": sum(by_status.values()), "subscribersCount": by_status.get("subscribed", 0)}

    def create(self, request: Request, **ids: int) -> Response:
        # As recorded, the error for a list without a title names the slug as well.
        if "title" in self.params and not self.params["title"] and not self.params.get("slug"):
            raise required("title", "slug")
        return super().create(request)

    def answer(self, shown: dict[str, Any] | None) -> Any:
        return shown

    def changed_slug(self, segment: Segment, fields: dict[str, Any]) -> str:
        """A list's slug is made from its title, whatever slug is sent; unchanged if another list has the new slug."""
        slug = make_slug(fields["title"])[:192]
        taken = self.model.objects.exclude(pk=segment.pk).filter(slug=slug).exists()
        return segment.slug if taken else slug

    def kept_description(self, segment: Segment) -> str | None:
        # As recorded, an update without a description removes the description of a list.
        return ""
