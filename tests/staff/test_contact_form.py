"""A contact's form in the admin: add, change, delete. One file, as it is one screen."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client

from changes.signals import contacts_changed
from pipelines.models import Stage
from subscribers import services
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory

LIST = "/admin/subscribers/subscriber/"
ADD = f"{LIST}add/"
# What the page sends of the notes below the contact.
NO_NOTES = {"notes-TOTAL_FORMS": "0", "notes-INITIAL_FORMS": "0"}
NEW = {"email": "new@example.com", "status": "subscribed", "contact_type": "lead", **NO_NOTES}


@pytest.fixture
def changes(browser: Client) -> Iterator[Callable[[], list[Any]]]:
    """Call it for what was announced so far: the test's own transaction never commits."""
    announced: list[Any] = []

    def receiver(*, change: str, ids: list[int], **rest: Any) -> None:
        announced.append((change, ids))

    def commit() -> list[Any]:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for entry in waiting:
            entry[1]()
        return announced

    contacts_changed.connect(receiver)
    yield commit
    contacts_changed.disconnect(receiver)


def change_url(contact: Subscriber) -> str:
    return f"{LIST}{contact.pk}/change/"


def shown_form(browser: Client, contact: Subscriber) -> dict[str, Any]:
    """What a browser sends back of the contact's form when nothing is edited."""
    sent: dict[str, Any] = dict(NO_NOTES)
    for field in browser.get(f"{change_url(contact)}?tab=edit").context["adminform"].form:
        value = field.value()
        text = [str(entry) for entry in value] if isinstance(value, list) else str("" if value is None else value)
        # Browsers send each line break as two characters.
        sent[field.html_name] = text.replace("\n", "\r\n") if isinstance(text, str) else text
        if field.field.show_hidden_initial:
            sent[field.html_initial_name] = sent[field.html_name]
    return sent


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def saved(answer: Any) -> bool:
    """It leads back to the page of a contact that was changed, else to the list."""
    path = answer.wsgi_request.path
    return (answer.status_code, answer.get("Location")) == (302, path if path.endswith("/change/") else LIST)


def test_it_adds_a_contact_with_tags_lists_and_custom_values(browser: Client) -> None:
    tag, weekly = TagFactory.create(), ContactListFactory.create()
    CustomFieldFactory.create(slug="score", type="number")
    CustomFieldFactory.create(slug="sizes", type="checkbox", options=["S", "M"])
    CustomFieldFactory.create(slug="motto")
    sent = {
        "email": " Ada@Example.com ",
        "status": "pending",
        "contact_type": "customer",
        "first_name": "<b>Ada</b>",
        "date_of_birth": "1990-04-05",
        "latitude": "51.5",
        "tags": [tag.pk],
        "lists": [weekly.pk],
        "custom-score": "12.50",
        "custom-sizes": ["S", "M"],
        "custom-motto": "",
        **NO_NOTES,
    }
    assert saved(browser.post(ADD, sent))
    contact = Subscriber.objects.get()
    assert (contact.email, contact.status, contact.contact_type) == ("Ada@Example.com", "pending", "customer")
    names = Subscriber.objects.values("first_name", "last_name").get()
    assert names == {"first_name": "Ada", "last_name": None}
    assert (contact.date_of_birth, contact.latitude) == (date(1990, 4, 5), Decimal("51.5"))
    assert contact.custom_values == {"score": "12.50", "sizes": ["S", "M"]}
    assert (list(contact.tags.all()), list(contact.lists.all())) == ([tag], [weekly])
    assert LogEntry.objects.get().object_id == str(contact.pk)


def test_it_adds_through_the_services(browser: Client, changes: Callable[[], list[Any]]) -> None:
    tag = TagFactory.create()
    browser.post(ADD, NEW | {"tags": [tag.pk]})
    pk = Subscriber.objects.get().pk
    assert changes() == [("created", [pk]), ("tags_attached", [pk])]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "This field is required."),
        ("email", "ada@localhost", "The email must be a valid email address."),
        ("email", "łada@example.com", "The email must be a valid email address."),
        ("status", "odd", "Select a valid choice. odd is not one of the available choices."),
        ("contact_type", "odd", "Select a valid choice. odd is not one of the available choices."),
        ("latitude", "91", "The latitude must be a number of degrees."),
        ("custom-score", "many", "The score must be a number."),
        ("custom-met", "soon", "The met must be a date and time such as 2026-01-31 09:05:00."),
        ("custom-size", "XL", "Select a valid choice. XL is not one of the available choices."),
        ("tags", "99", "Select a valid choice. 99 is not one of the available choices."),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, field: str, value: str, message: str) -> None:
    CustomFieldFactory.create(slug="score", type="number")
    CustomFieldFactory.create(slug="met", type="date_time")
    CustomFieldFactory.create(slug="size", type="radio", options=["S"])
    assert errors(browser.post(ADD, NEW | {field: value})) == {field: [message]}
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.COM"])
def test_it_refuses_another_contacts_address_in_any_case(browser: Client, email: str) -> None:
    SubscriberFactory.create(email="Ada@example.com")
    contact = SubscriberFactory.create(email="grace@example.com")
    refusal = {"email": ["Another contact has this address."]}
    assert errors(browser.post(ADD, NEW | {"email": email})) == refusal
    assert errors(browser.post(change_url(contact), shown_form(browser, contact) | {"email": email})) == refusal
    contact.refresh_from_db()
    assert contact.email == "grace@example.com"


def test_it_changes_the_case_of_a_contacts_own_address(browser: Client) -> None:
    contact = SubscriberFactory.create(email="ada@example.com")
    assert saved(browser.post(change_url(contact), shown_form(browser, contact) | {"email": "Ada@example.com"}))
    contact.refresh_from_db()
    assert contact.email == "Ada@example.com"


@pytest.mark.parametrize("change", [False, True])
def test_it_refuses_an_address_that_is_taken_just_after_it_was_checked(
    browser: Client, monkeypatch: pytest.MonkeyPatch, change: bool
) -> None:
    contact = SubscriberFactory.create(email="grace@example.com")
    form = shown_form(browser, contact) if change else {}
    checked = ModelAdmin.changeform_view

    def first_try(self: Any, *arguments: Any, **options: Any) -> Any:
        # Another request takes the address; this one's service finds out.
        monkeypatch.setattr(ModelAdmin, "changeform_view", checked)
        SubscriberFactory.create(email="ada@example.com")
        raise services.EmailTaken("ada@example.com")

    monkeypatch.setattr(ModelAdmin, "changeform_view", first_try)
    answer = browser.post(change_url(contact) if change else ADD, form | NEW | {"email": "Ada@example.com"})
    assert errors(answer) == {"email": ["Another contact has this address."]}


def test_it_does_not_pass_over_an_address_that_the_services_find_taken(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "create_contacts", lambda _: {})
    with pytest.raises(services.EmailTaken):
        browser.post(ADD, NEW)


def test_it_writes_nothing_when_nothing_is_edited(browser: Client, changes: Callable[[], list[Any]]) -> None:
    values = {
        "motto": "one\ntwo",
        "bio": "  indented\nlines ",
        "colour": "mauve",
        "cities": ["Oslo", "Atlantis"],
        "free": ["a", "b"],
        "score": "+5",
        "born": "not a date",
        "was_list": ["x", "y"],
        "was_text": "solo",
        "gone": "kept",
        "empty": None,
    }
    kinds = {"motto": "text", "bio": "textarea", "score": "number", "born": "date", "free": "select-multi"}
    for slug, kind in kinds.items():
        CustomFieldFactory.create(slug=slug, type=kind)
    CustomFieldFactory.create(slug="was_list", type="text")
    CustomFieldFactory.create(slug="empty", type="text")
    CustomFieldFactory.create(slug="colour", type="select-one", options=["red"])
    CustomFieldFactory.create(slug="cities", type="checkbox", options=["Rome"])
    CustomFieldFactory.create(slug="was_text", type="select-multi", options=["duo"])
    contact = SubscriberFactory.create(
        custom_values=values,
        contact_type="partner",
        first_name="",
        city=None,
        latitude=Decimal("1.50000000"),
        date_of_birth="1990-04-05",
        tags=TagFactory.create_batch(2),
        lists=[ContactListFactory.create()],
    )
    before = Subscriber.objects.filter(pk=contact.pk).values().get()
    assert saved(browser.post(change_url(contact), shown_form(browser, contact)))
    assert Subscriber.objects.filter(pk=contact.pk).values().get() == before
    assert contact.tags.count() == 2
    assert changes() == []


def test_it_writes_what_was_edited(browser: Client, changes: Callable[[], list[Any]]) -> None:
    CustomFieldFactory.create(slug="motto")
    CustomFieldFactory.create(slug="sizes", type="checkbox", options=["S", "M"])
    CustomFieldFactory.create(slug="met", type="date_time")
    old, kept, new = TagFactory.create_batch(3)
    weekly = ContactListFactory.create()
    contact = SubscriberFactory.create(
        first_name="Ada",
        city="London",
        date_of_birth="1990-04-05",
        contact_owner=3,
        custom_values={"motto": "Onward", "sizes": ["S"], "gone": "kept"},
        tags=[old, kept],
    )
    edited = {
        "first_name": "Grace",
        "city": "",
        "date_of_birth": "",
        "contact_owner": "",
        "status": "unsubscribed",
        "custom-motto": "",
        "custom-sizes": ["M"],
        "custom-met": "2026-01-31T09:05",
        "tags": [kept.pk, new.pk],
        "lists": [weekly.pk],
    }
    assert saved(browser.post(change_url(contact), shown_form(browser, contact) | edited))
    contact.refresh_from_db()
    assert (contact.first_name, contact.city, contact.status) == ("Grace", "", "unsubscribed")
    assert (contact.date_of_birth, contact.contact_owner) == (None, None)
    assert contact.custom_values == {"motto": "", "sizes": ["M"], "met": "2026-01-31 09:05:00", "gone": "kept"}
    assert set(contact.tags.all()) == {kept, new}
    assert list(contact.lists.all()) == [weekly]
    assert changes() == [
        ("updated", [contact.pk]),
        ("status_changed", [contact.pk]),
        ("tags_attached", [contact.pk]),
        ("tags_detached", [contact.pk]),
        ("lists_attached", [contact.pk]),
    ]


def test_it_goes_on_editing(browser: Client) -> None:
    contact = SubscriberFactory.create()
    answer = browser.post(change_url(contact), shown_form(browser, contact) | {"_continue": "1"})
    assert answer["Location"] == f"{change_url(contact)}?tab=edit"


def test_it_writes_the_job_the_website_and_the_stage(browser: Client) -> None:
    stage, other = (Stage.objects.create(name=name, position=90) for name in ("Trial", "Renewal"))
    job = {"job_title": "<b>CTO</b>", "website": "https://example.com", "pipeline_stage": stage.pk}
    assert saved(browser.post(ADD, {**NEW, **job}))
    contact = Subscriber.objects.get()
    assert (contact.job_title, contact.website, contact.pipeline_stage) == ("CTO", "https://example.com", stage)
    assert saved(browser.post(change_url(contact), {**shown_form(browser, contact), "pipeline_stage": other.pk}))
    contact.refresh_from_db()
    assert (contact.job_title, contact.pipeline_stage) == ("CTO", other)
    emptied = {"pipeline_stage": "", "website": ""}
    assert saved(browser.post(change_url(contact), {**shown_form(browser, contact), **emptied}))
    contact.refresh_from_db()
    assert (contact.website or None, contact.pipeline_stage) == (None, None)


def test_it_keeps_what_happened_while_the_form_was_open(browser: Client) -> None:
    CustomFieldFactory.create(slug="motto")
    seen, attached, detached = TagFactory.create_batch(3)
    contact = SubscriberFactory.create(status="subscribed", tags=[seen, detached])
    form = shown_form(browser, contact)
    services.update_contact(
        contact.pk,
        services.Draft({"status": "unsubscribed"}, {"motto": "New"}, tags=[attached.pk], detach_tags=[detached.pk]),
    )
    assert saved(browser.post(change_url(contact), form | {"first_name": "Grace"}))
    contact.refresh_from_db()
    assert (contact.first_name, contact.status) == ("Grace", "unsubscribed")
    assert contact.custom_values == {"motto": "New"}
    assert set(contact.tags.all()) == {seen, attached}


def test_it_keeps_what_the_server_keeps(browser: Client) -> None:
    contact = SubscriberFactory.create(total_points=5)
    before = Subscriber.objects.filter(pk=contact.pk).values("hash", "created_at", "last_activity", "user").get()
    sent = {"hash": "0" * 32, "total_points": 9, "created_at_0": "2020-01-01", "last_activity_0": "2020-01-01"}
    assert saved(browser.post(change_url(contact), shown_form(browser, contact) | sent | {"user": 1}))
    contact.refresh_from_db()
    assert contact.total_points == 5
    assert Subscriber.objects.filter(pk=contact.pk).values(*before).get() == before


def test_it_shows_custom_values_to_those_who_may_only_look(db: None) -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    CustomFieldFactory.create(slug="sizes", label="Sizes", type="checkbox", options=["S", "M"])
    CustomFieldFactory.create(slug="motto", label="Motto")
    contact = SubscriberFactory.create(custom_values={"sizes": ["S", "M"], "motto": "<i>", "gone": "hidden"})
    client = Client()
    client.force_login(user)
    page = client.get(change_url(contact)).content.decode()
    assert "<dt>Sizes</dt><dd>S, M</dd>" in page
    assert "<dt>Motto</dt><dd>&lt;i&gt;</dd>" in page
    assert ">hidden<" not in page


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999"])
def test_it_says_that_there_is_no_such_contact(browser: Client, pk: str) -> None:
    assert browser.get(f"{LIST}{pk}/change/").status_code == 302


def test_it_says_that_a_contact_went_while_it_was_saved(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = SubscriberFactory.create()
    form = shown_form(browser, contact)
    monkeypatch.setattr(services, "update_contact", lambda *_: None)
    assert browser.post(change_url(contact), form).status_code == 404


def test_it_deletes_one_through_the_services(browser: Client, changes: Callable[[], list[Any]]) -> None:
    tag = TagFactory.create()
    contact, other = SubscriberFactory.create(tags=[tag]), SubscriberFactory.create(tags=[tag])
    page = browser.get(f"{LIST}{contact.pk}/delete/").content.decode()
    assert contact.email in page
    assert saved(browser.post(f"{LIST}{contact.pk}/delete/", {"post": "yes"}))
    assert list(Subscriber.objects.all()) == [other]
    assert changes() == [("deleted", [contact.pk])]
