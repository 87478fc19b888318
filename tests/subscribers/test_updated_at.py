"""A contact's updated_at moves with everything that a client sees of it, and with nothing else (contract.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from companies.models import Company
from fluenzr.ids import CONTACT, GROUP, encode
from pipelines.models import Stage
from segments.models import ContactList, Tag
from subscribers import services
from subscribers.models import LastChange, Subscriber
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.fluenzr.client import Fluenzr

BULK = "/subscribers/do-bulk-action"
LONG_AGO = datetime(2020, 1, 31, 9, 5, tzinfo=UTC)


@dataclass
class World:
    """`contact` has `tag`, `list` and `company`; the others are new to it."""

    api: Api
    fluenzr: Fluenzr
    contact: Subscriber
    tag: Tag
    new_tag: Tag
    list: ContactList
    new_list: ContactList
    company: Company
    new_company: Company

    @property
    def path(self) -> str:
        return f"/subscribers/{self.contact.pk}"

    def bulk(self, action: str, **options: Any) -> Any:
        return self.api.put(BULK, {"action_name": action, "subscriber_ids": [self.contact.pk], **options})

    def sync(self, kind: str, **named: Any) -> Any:
        return self.api.post("/subscribers/sync-segments", {"type": kind, "subscribers": [self.contact.pk], **named})

    def upsert(self, **values: Any) -> Any:
        return self.api.post("/subscribers", {"email": self.contact.email, "__force_update": "yes", **values})

    def rows(self, **values: Any) -> Any:
        return self.api.post("/subscribers/bulk-add-update", {"contacts": [{"email": self.contact.email, **values}]})

    def companies(self, way: str, company: Company) -> Any:
        body = {"subscriber_ids": [self.contact.pk], "company_ids": [company.pk]}
        return self.api.post(f"/companies/{way}-subscribers", body)

    def v1(self, method: str, path: str = "", **body: Any) -> Any:
        return self.fluenzr.send(method, f"/contacts/{encode(CONTACT, self.contact.pk)}{path}", body)


@pytest.fixture
def world(api: Api) -> World:
    CustomFieldFactory.create(slug="job")
    tag, contact_list = TagFactory.create(title="Had"), ContactListFactory.create()
    contact = SubscriberFactory.create(tags=[tag], lists=[contact_list], custom_values={"job": "CTO"})
    return World(
        api,
        Fluenzr(UserFactory.create(is_superuser=True)),
        contact,
        tag,
        TagFactory.create(title="New"),
        contact_list,
        ContactListFactory.create(),
        CompanyFactory.create(contacts=[contact]),
        CompanyFactory.create(),
    )


def moved(contact: Subscriber, act: Callable[[], Any]) -> bool:
    """Whether an action that succeeds moves a contact's updated_at; another contact's stays in any case."""
    other = SubscriberFactory.create()
    LastChange.objects.update(at=LONG_AGO)
    answer = act()
    assert answer is None or answer.status_code in (200, 201), answer.content
    other.refresh_from_db()
    assert other.updated_at == LONG_AGO
    contact.refresh_from_db()
    return contact.updated_at > LONG_AGO


def stage(world: World) -> None:
    """Delete the stage that the contact is in."""
    lead = Stage.objects.create(name="Passing")
    Subscriber.objects.filter(pk=world.contact.pk).update(pipeline_stage=lead)
    lead.delete()


CHANGES: dict[str, Callable[[World], Any]] = {
    "PUT attach": lambda w: w.api.put(w.path, {"attach_tags": [w.new_tag.pk]}),
    "PUT detach": lambda w: w.api.put(w.path, {"detach_lists": [w.list.pk]}),
    "PUT tags by title": lambda w: w.api.put(w.path, {"tags": ["Made now"]}),
    "PUT custom value": lambda w: w.api.put(w.path, {"job": "CEO"}),
    "upsert attach": lambda w: w.upsert(lists=[w.new_list.pk]),
    "upsert detach": lambda w: w.upsert(detach_tags=[w.tag.pk]),
    "rows attach": lambda w: w.rows(tags=[w.new_tag.pk]),
    "rows detach": lambda w: w.rows(detach_lists=[w.list.pk]),
    "sync attach": lambda w: w.sync("tags", attach=[w.tag.pk, w.new_tag.pk]),
    "sync detach": lambda w: w.sync("lists", detach=[w.list.pk]),
    "tags": lambda w: w.api.post(f"{w.path}/tags", {"tags": [w.new_tag.pk]}),
    "tags detach": lambda w: w.api.post(f"{w.path}/tags/detach", {"tags": [w.tag.pk]}),
    "lists": lambda w: w.api.post(f"{w.path}/lists", {"lists": [w.new_list.pk]}),
    "lists detach": lambda w: w.api.post(f"{w.path}/lists/detach", {"lists": [w.list.pk]}),
    "bulk add_to_tags": lambda w: w.bulk("add_to_tags", action_options=[w.new_tag.pk]),
    "bulk remove_from_tags": lambda w: w.bulk("remove_from_tags", action_options=[w.tag.pk]),
    "bulk add_to_lists": lambda w: w.bulk("add_to_lists", action_options=[w.new_list.pk]),
    "bulk remove_from_lists": lambda w: w.bulk("remove_from_lists", action_options=[w.list.pk]),
    "bulk status": lambda w: w.bulk("change_contact_status", new_status="pending"),
    "bulk type": lambda w: w.bulk("change_contact_type", new_status="customer"),
    "bulk custom value": lambda w: w.bulk("update_custom_fields", custom_field={"key": "job", "value": "CEO"}),
    "bulk add_to_company": lambda w: w.bulk("add_to_company", company_id=w.new_company.pk),
    "bulk remove_from_company": lambda w: w.bulk("remove_from_company", company_id=w.company.pk),
    "attach company": lambda w: w.companies("attach", w.new_company),
    "detach company": lambda w: w.companies("detach", w.company),
    "delete tag": lambda w: w.api.delete(f"/tags/{w.tag.pk}"),
    "delete list": lambda w: w.api.delete(f"/lists/{w.list.pk}"),
    "delete tags": lambda w: w.api.post("/tags/do-bulk-action", {"tagIds": [w.tag.pk]}),
    "delete company": lambda w: w.api.delete(f"/companies/{w.company.pk}"),
    "delete stage": stage,
    "v1 tags": lambda w: w.v1("POST", "/tags", tags=["Made now"]),
    "v1 untag": lambda w: w.v1("DELETE", "/tags", tags=["Had"]),
    "v1 groups": lambda w: w.v1("POST", "/groups", groupIds=[encode(GROUP, w.new_list.pk)]),
    "v1 leave groups": lambda w: w.v1("DELETE", "/groups", groupIds=[encode(GROUP, w.list.pk)]),
    "v1 PUT tags": lambda w: w.v1("PUT", tags=["New"]),
    "v1 PUT company": lambda w: w.v1("PUT", company=w.new_company.name),
    "v1 delete group": lambda w: w.fluenzr.delete(f"/groups/{encode(GROUP, w.list.pk)}"),
}
NO_CHANGES: dict[str, Callable[[World], Any]] = {
    "PUT the same": lambda w: w.api.put(w.path, {"tags": [w.tag.pk], "first_name": w.contact.first_name}),
    "PUT attach and detach": lambda w: w.api.put(w.path, {"attach_tags": [w.tag.pk], "detach_tags": [w.tag.pk]}),
    "upsert the same": lambda w: w.upsert(tags=[w.tag.pk], detach_tags=[w.new_tag.pk]),
    "rows the same": lambda w: w.rows(lists=[w.list.pk], detach_lists=[w.new_list.pk]),
    "sync the same": lambda w: w.sync("tags", attach=[w.tag.pk], detach=[w.tag.pk, w.new_tag.pk]),
    "bulk the same tag": lambda w: w.bulk("add_to_tags", action_options=[w.tag.pk]),
    "bulk the same type": lambda w: w.bulk("change_contact_type", new_status="lead"),
    "bulk the same value": lambda w: w.bulk("update_custom_fields", custom_field={"key": "job", "value": "CTO"}),
    "the same company": lambda w: w.companies("attach", w.company),
    "not its company": lambda w: w.companies("detach", w.new_company),
    "another tag goes": lambda w: w.api.delete(f"/tags/{w.new_tag.pk}"),
    "another company goes": lambda w: w.api.delete(f"/companies/{w.new_company.pk}"),
    "v1 the same tag": lambda w: w.v1("POST", "/tags", tags=["had"]),
    "v1 PUT the same": lambda w: w.v1("PUT", tags=["Had"], company=w.company.name),
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_moves(world: World, name: str) -> None:
    assert moved(world.contact, lambda: CHANGES[name](world))


@pytest.mark.parametrize("name", NO_CHANGES)
def test_it_stays_where_nothing_changes(world: World, name: str) -> None:
    assert not moved(world.contact, lambda: NO_CHANGES[name](world))


def test_it_moves_for_those_alone_who_got_the_tag(world: World) -> None:
    others = SubscriberFactory.create_batch(3)
    LastChange.objects.update(at=LONG_AGO)
    services.attach_tags([world.contact.pk, *(other.pk for other in others)], [world.tag.pk])
    later = Subscriber.objects.filter(last_change__at__gt=LONG_AGO).order_by("pk")
    assert list(later) == others
