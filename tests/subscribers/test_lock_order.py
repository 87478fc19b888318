"""Whatever crosses locks in one order (subscribers.services.locks): PostgreSQL never has to end one of two."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from companies.models import Company
from fluenzr.ids import CONTACT, encode
from pipelines.models import Stage
from rest import transactions
from segments.models import ContactList, Tag
from segments.services import delete_segments
from subscribers import services
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag
from subscribers.services import Draft
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory
from tests.fluenzr.client import Fluenzr
from tests.staff.test_contact_form import change_url, shown_form
from tests.threads import at_once, crossing_at, two_writers

pytestmark = [two_writers, pytest.mark.django_db(transaction=True)]
ROUNDS = 4
CONTACTS = 100


class World:
    """Contacts, of whom every other one has the tags, lists and companies and is in the stage."""

    def __init__(self) -> None:
        self.tags: list[Tag] = TagFactory.create_batch(2)
        self.lists: list[ContactList] = ContactListFactory.create_batch(2)
        self.companies: list[Company] = CompanyFactory.create_batch(2)
        self.stage = Stage.objects.create(name="Passing")
        self.emails = [f"{uuid4()}@example.com" for _ in range(CONTACTS)]
        made = Subscriber.objects.bulk_create(Subscriber(email=email) for email in self.emails)
        self.pks = [contact.pk for contact in made]
        half = self.pks[::2]
        for model, name, targets in (
            (SubscriberTag, "tag", self.tags),
            (SubscriberList, "list", self.lists),
            (SubscriberCompany, "company", self.companies),
        ):
            links: Any = model
            links.objects.bulk_create(links(subscriber_id=pk, **{name: one}) for pk in half for one in targets)
        Subscriber.objects.filter(pk__in=half).update(company=self.companies[0], pipeline_stage=self.stage)

    def ids(self, name: str) -> list[int]:
        return [row.pk for row in getattr(self, name)]

    def upsert(self) -> None:
        tags, lists = self.ids("tags"), self.ids("lists")
        services.upsert_contacts([Draft({"email": email, "city": "Leeds"}, {}, tags, lists) for email in self.emails])

    def update(self) -> None:
        for pk in self.pks[:20]:
            services.update_contact(pk, Draft({}, {}, self.ids("tags"), detach_lists=self.ids("lists")))

    def choose(self) -> None:
        first, second = self.ids("companies")
        services.choose_companies({pk: second if pk % 3 else first for pk in reversed(self.pks)})


ENDS: dict[str, Callable[[World], Any]] = {
    "tags end": lambda world: delete_segments(Tag, world.ids("tags")),
    "tags merge": lambda world: services.merge_segments(Tag, world.ids("tags")[1:], world.ids("tags")[0]),
    "lists end": lambda world: delete_segments(ContactList, world.ids("lists")),
    "companies end": lambda world: services.delete_companies(world.ids("companies")),
    "contacts end": lambda world: services.delete_contacts(world.pks),
}
CHANGES: dict[str, Callable[[World], Any]] = {
    "attach tags": lambda world: services.attach_tags(world.pks, world.ids("tags")),
    "detach tags": lambda world: services.detach_tags(world.pks, world.ids("tags")),
    "attach lists": lambda world: services.attach_lists(world.pks, world.ids("lists")),
    "attach companies": lambda world: services.attach_companies(world.pks, world.ids("companies")),
    "detach companies": lambda world: services.detach_companies(world.pks, world.ids("companies")),
    "choose companies": World.choose,
    "upsert": World.upsert,
    "update": World.update,
    "status": lambda world: services.set_status(world.pks, "pending"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("end", ENDS)
def test_it_crosses_with_the_end_of_what_it_links(end: str, change: str) -> None:
    """Without anything that runs the loser of a deadlock again: it would fail."""
    for _ in range(ROUNDS):
        world = World()
        at_once(partial(ENDS[end], world), partial(CHANGES[change], world))
    if end == "tags end":
        assert not SubscriberTag.objects.exists()
    if end == "companies end":
        assert not SubscriberCompany.objects.exists()
        assert not Subscriber.objects.exclude(company=None).exists()


@pytest.mark.parametrize(
    "others",
    [
        *[("tags end", "lists end"), ("tags end", "companies end"), ("tags end", "contacts end")],
        *[("tags merge", "tags merge"), ("tags merge", "tags end"), ("tags merge", "contacts end")],
    ],
)
def test_two_ends_cross(others: tuple[str, str]) -> None:
    for _ in range(ROUNDS):
        world = World()
        at_once(*(partial(ENDS[other], world) for other in others))


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Requests that lost a race and ran again."""
    errors: list[Exception] = []

    def note(error: Any) -> bool:
        errors.append(error)
        return real(error)

    real = transactions.lost_the_race
    monkeypatch.setattr(transactions, "lost_the_race", note)
    return errors


def ask_bulk(api: Api, world: World, action: str) -> Any:
    options = {"action_options": world.ids("tags"), "company_id": world.ids("companies")[0]}
    body = {"action_name": action, "subscriber_ids": world.pks, **options}
    return api.put("/subscribers/do-bulk-action", body)


@pytest.mark.parametrize(
    ("action", "kind"),
    [("add_to_tags", "tags"), ("add_to_company", "companies"), ("remove_from_company", "companies")],
)
def test_a_bulk_action_crosses_with_the_end_of_what_it_names(
    api: Api, lost: list[Exception], action: str, kind: str
) -> None:
    for _ in range(ROUNDS):
        world = World()
        at_once(
            partial(ask_bulk, api, world, action),
            *(partial(api.delete, f"/{kind}/{pk}") for pk in world.ids(kind)),
        )
    assert lost == []


def test_v1_crosses_with_the_end_of_what_it_names(api: Api, lost: list[Exception]) -> None:
    fluenzr = Fluenzr(UserFactory.create(is_superuser=True))
    for _ in range(ROUNDS):
        world = World()
        names = {"tags": [tag.title for tag in world.tags], "company": world.companies[0].name}

        def put(world: World = world, names: Any = names) -> None:
            for pk in world.pks[:10]:
                assert fluenzr.put(f"/contacts/{encode(CONTACT, pk)}", names).status_code == 200

        at_once(
            put,
            partial(api.delete, f"/tags/{world.tags[0].pk}"),
            partial(api.delete, f"/companies/{world.companies[0].pk}"),
            world.stage.delete,
        )
    assert lost == []


def test_the_end_of_a_contact_crosses_with_a_change_of_the_company_that_it_owns(
    api: Api, lost: list[Exception]
) -> None:
    for _ in range(ROUNDS):
        owner = SubscriberFactory.create()
        company = CompanyFactory.create(owner=owner, contacts=[owner])
        at_once(
            partial(api.put, f"/companies/{company.pk}", {"name": company.name, "owner_id": owner.pk}),
            partial(ask_bulk_delete, api, owner.pk),
        )
    # The owner may be found and then be gone: that is no circle.
    assert [error for error in lost if "deadlock" in str(error)] == []


def ask_bulk_delete(api: Api, pk: int) -> Any:
    return api.put("/subscribers/do-bulk-action", {"action_name": "delete_contacts", "subscriber_ids": [pk]})


def test_the_form_of_a_contact_crosses_with_the_end_of_its_companies(admin: User) -> None:
    """The admin runs nothing again."""
    browser = Client()
    browser.force_login(admin)
    world = World()
    contact = Subscriber.objects.get(pk=world.pks[0])
    form = shown_form(browser, contact) | {"first_name": "Ada", "companies": [], "company": ""}
    answer, _ = crossing_at(
        "changes_change IN EXCLUSIVE MODE",
        partial(browser.post, change_url(contact), form),
        partial(services.delete_companies, world.ids("companies")),
    )
    assert answer.status_code == 302
    assert not Company.objects.exists()


def test_two_who_wait_for_tags_to_end_attach_nothing() -> None:
    world = World()
    at_once(
        partial(ENDS["tags end"], world),
        partial(CHANGES["attach tags"], world),
        partial(CHANGES["attach tags"], world),
    )
    assert not SubscriberTag.objects.exists()
    assert not Tag.objects.exists()
