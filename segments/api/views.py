"""/tags and /lists. They differ in small ways that clients rely on, as recorded in tags.json and lists.json."""

from typing import Any, ClassVar, Literal

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from database.expressions import Fold
from segments.api.serializers import SegmentSerializer, show_option, show_segment
from segments.counts import counts_by_status
from segments.models import ContactList, Segment, Tag
from segments.services import SlugTaken, delete_segments, make_slug, save_segment, slug_of_title, upsert_segments
from wp_rest.exceptions import FieldErrors, NotFound, Unprocessable, required
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_ids, as_objects, as_search, is_empty, is_true, unreadable
from wp_rest.parsers import as_object
from wp_rest.views import RestView

SORTABLE = {"id", "title", "slug", "created_at", "updated_at"}
SLUG_TAKEN = {"slug": {"unique": "The slug attribute is already taken and must be unique."}}


class SegmentView(RestView):
    """What /tags and /lists share; `word` is "tag" or "list"."""

    model: ClassVar[type[Segment]]
    word: ClassVar[Literal["tag", "list"]]

    def fields(self) -> dict[str, Any]:
        serializer = SegmentSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def save(self, segment: Segment) -> None:
        try:
            save_segment(segment)
        except SlugTaken:
            raise FieldErrors(SLUG_TAKEN, status=422) from None

    @property
    def saved(self) -> str:
        return f"Successfully saved the {self.word}."


class SegmentListView(SegmentView):
    """List with search, sort and counts; create."""

    def get(self, request: Request) -> Response:
        rows, total = self.page()
        params = self.params
        answer = self.envelope(rows, total)
        if is_true(params.get(f"all_{self.word}s")):
            answer[f"all_{self.word}s"] = [show_option(segment) for segment in self.model.objects.order_by("pk")]
        return Response(answer)

    def page(self) -> tuple[list[dict[str, Any]], int]:
        params = self.params
        segments = self.model.objects.all()
        if search := as_search(params.get("search")):
            segments = segments.matching(search)
        page = PageRequest.from_params(params)
        total = segments.count()
        shown = [] if page.beyond(total) else list(segments.order_by(*self.order())[page.offset :][: page.per_page])
        if is_true(params.get("exclude_counts")):
            return [show_segment(segment) for segment in shown], total
        counts = counts_by_status(self.word, [segment.pk for segment in shown])
        return [show_segment(segment, **self.counts(counts.get(segment.pk, {}))) for segment in shown], total

    def order(self) -> list[Any]:
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

    def counts(self, by_status: dict[str, int]) -> dict[str, int]:
        raise NotImplementedError

    def envelope(self, rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
        raise NotImplementedError

    def post(self, request: Request) -> Response:
        fields = self.fields()
        segment = self.model(
            title=fields["title"],
            slug=self.new_slug(fields),
            description=fields.get("description") or "",
        )
        self.save(segment)
        shown = show_segment(segment)
        return Response({"lists": shown, "item": shown, "message": self.saved})

    def new_slug(self, fields: dict[str, Any]) -> str:
        sent = fields.get("slug")
        return make_slug(sent)[:192] if sent else slug_of_title(self.model, fields["title"])


class SegmentDetailView(SegmentView):
    """One; update by id, or by slug when the id is 0; delete."""

    def get(self, request: Request, pk: int) -> Response:
        segment = self.model.objects.filter(pk=pk).first()
        return Response(self.answer(show_segment(segment) if segment else None))

    def answer(self, shown: dict[str, Any] | None) -> Any:
        raise NotImplementedError

    @transaction.atomic
    def put(self, request: Request, pk: int) -> Response:
        fields = self.fields()
        by_title = self.params.get("update_by") == "slug"
        # FluentCRM then looks for the title's slug, whatever `slug` is sent: in tags.json a tag that
        # has the slug sent stays as it was.
        chosen = {"slug": make_slug(fields["title"])[:192]} if by_title else {"pk": pk}
        # Locked: of two changes at once none is lost, and one that is deleted now does not come back.
        segment = self.model.objects.select_for_update().filter(**chosen).first()
        if segment is None:
            raise NotFound
        if not by_title:
            segment.slug = self.changed_slug(segment, fields)
        segment.title = fields["title"]
        segment.description = fields.get("description", self.kept_description(segment))
        self.save(segment)
        return Response({"lists": 1, "message": self.saved})

    def changed_slug(self, segment: Segment, fields: dict[str, Any]) -> str:
        raise NotImplementedError

    def kept_description(self, segment: Segment) -> str | None:
        return segment.description

    def delete(self, request: Request, pk: int) -> Response:
        if not delete_segments(self.model, [pk]):
            raise NotFound
        return Response({"message": f"Successfully removed the {self.word}."})


class SegmentBulkView(SegmentView):
    """Make many; one whose slug is known is renamed, one without a title is left out."""

    message: ClassVar[str]

    def post(self, request: Request) -> Response:
        params = self.params
        entries = as_objects(params.get(f"{self.word}s") or params.get("items"))
        if entries is None:
            raise unreadable(f"{self.word}s")
        rows, ignored = [], []
        for entry in entries:
            fields = as_object(entry)
            serializer = SegmentSerializer(data=fields or {})
            if not serializer.is_valid():
                # One without a title is left out without a word, as recorded.
                if fields is None or not is_empty(fields.get("title")):
                    ignored.append(entry)
            else:
                title = serializer.validated_data["title"]
                slug = serializer.validated_data.get("slug")
                rows.append({"title": title, "slug": make_slug(slug)[:192] if slug else None})
        left_out = {"ignored": {f"{self.word}s": ignored}} if ignored else {}
        ids = upsert_segments(self.model, rows) if rows else []
        return Response({"message": self.message, "ids": ids, **left_out})


class SegmentBulkActionView(SegmentView):
    """Delete many: the only action there is."""

    def post(self, request: Request) -> Response:
        params = self.params
        action = params.get("action") or params.get("action_name") or "delete"
        if action not in ("delete", f"delete_{self.word}s"):
            raise Unprocessable("Selected Action is not valid")
        names = (f"{self.word}Ids", f"{self.word}_ids", "ids")
        name = next((name for name in names if params.get(name)), names[0])
        ids = as_ids(params.get(name), name)
        if not ids and not is_empty(params.get(name)):
            raise unreadable(name)
        delete_segments(self.model, ids)
        return Response({"message": f"Selected {self.word.title()}s has been removed permanently"})


class TagListView(SegmentListView):
    model, word = Tag, "tag"
    rights: ClassVar = {"GET": "segments.view_tag", "POST": "segments.add_tag"}

    def counts(self, by_status: dict[str, int]) -> dict[str, int]:
        return {"subscribersCount": by_status.get("subscribed", 0)}

    def envelope(self, rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
        page = PageRequest.from_params(self.params)
        return {"tags": page.envelope(rows, total, self.request.path_info, self.params)}

    def new_slug(self, fields: dict[str, Any]) -> str:
        # A tag keeps a slug just as it is given; a list's is made readable first.
        return fields.get("slug") or super().new_slug(fields)


class TagDetailView(SegmentDetailView):
    model, word = Tag, "tag"
    rights: ClassVar = {"GET": "segments.view_tag", "PUT": "segments.change_tag", "DELETE": "segments.delete_tag"}

    def answer(self, shown: dict[str, Any] | None) -> Any:
        return {"tag": shown}

    def changed_slug(self, segment: Segment, fields: dict[str, Any]) -> str:
        return fields.get("slug") or segment.slug

    def save(self, segment: Segment) -> None:
        try:
            save_segment(segment)
        except SlugTaken:
            raise Unprocessable("Provided slug already exist in another tag") from None


class TagBulkView(SegmentBulkView):
    model, word = Tag, "tag"
    rights: ClassVar = {"POST": ("segments.add_tag", "segments.change_tag")}
    message = "Successfully saved the tags."


class TagBulkActionView(SegmentBulkActionView):
    model, word = Tag, "tag"
    rights: ClassVar = {"POST": "segments.delete_tag"}


class ContactListListView(SegmentListView):
    model, word = ContactList, "list"
    rights: ClassVar = {"GET": "segments.view_contactlist", "POST": "segments.add_contactlist"}

    def counts(self, by_status: dict[str, int]) -> dict[str, int]:
        return {"totalCount": sum(by_status.values()), "subscribersCount": by_status.get("subscribed", 0)}

    def envelope(self, rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
        return {"lists": rows, "pagination": {"total": total}}

    def post(self, request: Request) -> Response:
        # As recorded: a list without a title is told that it has no slug either.
        if "title" in self.params and not self.params["title"] and not self.params.get("slug"):
            raise required("title", "slug")
        return super().post(request)


class ContactListDetailView(SegmentDetailView):
    model, word = ContactList, "list"
    rights: ClassVar = {
        "GET": "segments.view_contactlist",
        "PUT": "segments.change_contactlist",
        "DELETE": "segments.delete_contactlist",
    }

    def answer(self, shown: dict[str, Any] | None) -> Any:
        return shown

    def changed_slug(self, segment: Segment, fields: dict[str, Any]) -> str:
        """A list's slug follows its title, whatever slug is sent; it stays where another list has that one."""
        slug = make_slug(fields["title"])[:192]
        taken = self.model.objects.exclude(pk=segment.pk).filter(slug=slug).exists()
        return segment.slug if taken else slug

    def kept_description(self, segment: Segment) -> str | None:
        # As recorded: an update of a list without a description empties it.
        return ""


class ContactListBulkView(SegmentBulkView):
    model, word = ContactList, "list"
    rights: ClassVar = {"POST": ("segments.add_contactlist", "segments.change_contactlist")}
    message = "Provided Lists have been successfully created"


class ContactListBulkActionView(SegmentBulkActionView):
    model, word = ContactList, "list"
    rights: ClassVar = {"POST": "segments.delete_contactlist"}
