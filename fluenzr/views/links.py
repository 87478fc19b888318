"""The groups and tags of one contact."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from fluenzr import services
from fluenzr.errors import NotFound
from fluenzr.fields import GroupIds, Tags
from fluenzr.serializers import read_field, refusal
from fluenzr.views.contacts import CHANGE, ContactView
from subscribers.reading import existing_ids
from subscribers.services import attach_lists, detach_lists


class GroupsOfContactView(ContactView):
    """Add a contact to groups, and remove it from groups."""

    rights: ClassVar = {"POST": CHANGE, "DELETE": CHANGE}

    def post(self, request: Request, contact: str) -> Response:
        return self.change(contact, attach_lists)

    def delete(self, request: Request, contact: str) -> Response:
        return self.change(contact, detach_lists)

    def change(self, contact: str, service: Any) -> Response:
        pk = self.contact_id(contact)
        if not existing_ids([pk]):
            raise NotFound("Contact not found")
        groups = read_field(GroupIds(), "groupIds", self.sent)
        if unknown := services.missing_groups(groups):
            raise refusal(unknown)
        with transaction.atomic():
            if groups:
                service([pk], groups)
            return self.show(pk)


class TagsOfContactView(ContactView):
    """Attach tags to a contact, and detach them. Attaching a title that no tag has creates one."""

    rights: ClassVar = {"POST": CHANGE, "DELETE": CHANGE}

    def post(self, request: Request, contact: str) -> Response:
        return self.change(contact, services.tag_contact)

    def delete(self, request: Request, contact: str) -> Response:
        return self.change(contact, services.untag_contact)

    def change(self, contact: str, service: Any) -> Response:
        pk = self.contact_id(contact)
        if not existing_ids([pk]):
            raise NotFound("Contact not found")
        tags = read_field(Tags(), "tags", self.sent)
        with transaction.atomic():
            self.write(service, pk, tags)
            return self.show(pk)
