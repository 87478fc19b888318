"""/v1/groups."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from database.expressions import Fold
from fluenzr.dialect import FluenzrView, Page, read_order
from fluenzr.errors import Conflict, NotFound
from fluenzr.fields import ContactIds
from fluenzr.ids import CONTACT, GROUP, decode, encode
from fluenzr.representation import show_group
from fluenzr.serializers import read_field, read_group
from fluenzr.views.contacts import CHANGE as CHANGE_CONTACT
from fluenzr.words import GROUP_SORTS
from segments.counts import counts_by_status
from segments.models import ContactList
from segments.querysets import SegmentQuerySet
from segments.services import NameTaken, delete_segments, save_titled
from subscribers.reading import existing_ids
from subscribers.services import attach_lists

VIEW, ADD, CHANGE, DELETE = (f"segments.{verb}_contactlist" for verb in ("view", "add", "change", "delete"))
NAME_TAKEN = "Group name already exists"


class GroupView(FluenzrView):
    """What the routes of groups share. A group is a ContactList."""

    def group(self, text: str, groups: SegmentQuerySet | None = None) -> ContactList:
        """The group of an id in the path. Raises the 404."""
        number = decode(GROUP, text)
        groups = ContactList.objects.all() if groups is None else groups
        group = groups.filter(pk=number).first() if number is not None else None
        if group is None:
            raise NotFound("Group not found")
        return group

    def show(self, groups: Sequence[ContactList]) -> list[dict[str, Any]]:
        counts = counts_by_status("list", [group.pk for group in groups])
        return [show_group(group, counts) for group in groups]

    def save(self, group: ContactList) -> None:
        try:
            save_titled(group)
        except NameTaken:
            raise Conflict(NAME_TAKEN, {"name": [NAME_TAKEN]}) from None


class GroupListView(GroupView):
    rights: ClassVar = {"GET": VIEW, "POST": ADD}

    def get(self, request: Request) -> Response:
        query = self.query
        order = read_order(query.get("sort"), query.get("order"), GROUP_SORTS)
        page = Page.read(query)
        total = ContactList.objects.count()
        if order.column == "title":
            title = Fold("title")
            columns: list[Any] = [title.desc() if order.descending else title.asc(), "id"]
        else:
            sign = "-" if order.descending else ""
            columns = [f"{sign}{order.column}", f"{sign}id"][: 1 if order.column == "id" else 2]
        rows = list(ContactList.objects.order_by(*columns)[page.offset :][: page.size]) if page.offset < total else []
        return page.answer(self.show(rows) if rows else [], total)

    def post(self, request: Request) -> Response:
        fields = read_group(self.sent, new=True)
        group = ContactList(title=fields["title"], description=fields.get("description"))
        self.save(group)
        return self.answer(self.show([group])[0], status=201)


class GroupDetailView(GroupView):
    rights: ClassVar = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    def get(self, request: Request, group: str) -> Response:
        return self.answer(self.show([self.group(group)])[0])

    @transaction.atomic
    def put(self, request: Request, group: str) -> Response:
        # Locked: two changes at once are both kept, and a group that is deleted meanwhile does not come back.
        found = self.group(group, ContactList.objects.select_for_update())
        for name, value in read_group(self.sent, new=False).items():
            setattr(found, name, value)
        self.save(found)
        return self.answer(self.show([found])[0])

    def delete(self, request: Request, group: str) -> Response:
        """Delete the group but not its contacts."""
        found = self.group(group)
        if not delete_segments(ContactList, [found.pk]):
            raise NotFound("Group not found")
        return self.answer({"id": encode(GROUP, found.pk), "deleted": True})


class ContactsOfGroupView(GroupView):
    """Add contacts to a group."""

    rights: ClassVar = {"POST": CHANGE_CONTACT}

    def post(self, request: Request, group: str) -> Response:
        found = self.group(group)
        ids = read_field(ContactIds(), "contactIds", self.sent)
        known = set(existing_ids(ids))
        if unknown := [f"Contact not found: {encode(CONTACT, pk)}" for pk in ids if pk not in known]:
            raise NotFound(unknown[0], {"contactIds": unknown})
        if ids:
            attach_lists(ids, [found.pk])
        return self.answer(self.show([found])[0])
