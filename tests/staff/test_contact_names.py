"""Who may not view contacts sees their numbers, on every screen, and nothing that tells who they are. One file, as it is one rule."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now

from automations.models import Automation, Enrolment
from campaigns.models import Campaign
from changes.models import Change, ChangedContact
from companies.models import Company
from emails.models import Consent, Message
from pipelines.models import Stage
from segments.models import ContactList, Tag
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from smart_links.models import SmartLink, Visit
from subscribers.models import Subscriber
from tests.automations.factories import EnrolmentFactory
from tests.companies.factories import CompanyFactory
from tests.emails.factories import MessageFactory
from tests.events.factories import TrackedEventFactory
from tests.factories import SubscriberFactory, UserFactory
from tests.notes.factories import NoteFactory
from tests.sequences.factories import SequenceTrackerFactory
from tests.staff.screens import labels, make_row
from webhooks.models import Attempt, Delivery

pytestmark = pytest.mark.django_db

TELLING = {
    "email": "zenobia@quagga.example",
    "first_name": "Zenobia",
    "last_name": "Quaggafield",
    "phone": "+44 7700 900461",
    "address_line_1": "17 Quagga Lane",
}
# Searched for in pages that show what was typed.
TOWN = "Wobblington"
# Beginnings that no other word of a page has, in small letters.
NEEDLES = ("zenobia", "quagga", "900461", "203.0.113.77")
# The screens that name contacts to those who may view them.
NAMING = {
    *("changes.Change", "companies.Company", "emails.Consent", "emails.Message", "events.TrackedEvent", "notes.Note"),
    *("sequences.SequenceTracker", "automations.Enrolment", "webhooks.Delivery", "subscribers.Subscriber"),
}
VIEW, EVERY = ("view",), ("view", "add", "change", "delete")


def person() -> Subscriber:
    return SubscriberFactory.create(**TELLING, city=TOWN)


def member(verbs: tuple[str, ...], email: str = "staff@example.com") -> Client:
    """Somebody of a group that may view (or do) everything but contacts."""
    group = Group.objects.create(name="Everything but contacts")
    rights = Permission.objects.exclude(content_type__app_label="subscribers")
    group.permissions.set([one for one in rights if one.codename.split("_")[0] in verbs])
    user = UserFactory.create(is_staff=True, email=email)
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def make_telling(label: str, contact: Subscriber) -> Any:
    """A row of a screen that says of the contact whatever rows of its model can."""
    model = apps.get_model(label)
    if model is Subscriber:
        return contact
    row = make_row(model, UserFactory.create(is_staff=True))
    linked = {field.name: contact for field in model._meta.fields if field.related_model is Subscriber}
    said: dict[Any, dict[str, Any]] = {
        Message: {
            "email": contact.email,
            "subject": f"Hello {contact.first_name}",
            "state": "failed",
            "error": f"550 5.1.1 <{contact.email}>: unknown",
        },
        Consent: {"email": contact.email, "ip": "203.0.113.77"},
        Change: {"contacts": 1, "details": {"columns": {name: [value, "x"] for name, value in TELLING.items()}}},
        Delivery: {
            "contact_id": contact.pk,
            "error": f"refused {contact.email}",
            "request": {"url": "https://a.example/?to=zenobia"},
        },
    }
    model._default_manager.filter(pk=row.pk).update(**linked, **said.get(model, {}))
    beside: dict[Any, Callable[[], Any]] = {
        Automation: lambda: EnrolmentFactory.create(automation=row, subscriber=contact),
        Campaign: lambda: MessageFactory.create(mailing=row.mailing, subscriber=contact),
        Company: lambda: contact.companies.add(row),
        ContactList: lambda: contact.lists.add(row),
        EmailSequence: lambda: SequenceTrackerFactory.create(sequence=row, subscriber=contact),
        SequenceMail: lambda: SequenceTrackerFactory.create(sequence=row.sequence, subscriber=contact, last_mail=row),
        SmartLink: lambda: Visit.objects.create(link=row, subscriber=contact, first_at=now(), last_at=now()),
        Stage: lambda: Subscriber.objects.update(pipeline_stage=row),
        Tag: lambda: contact.tags.add(row),
    }
    beside.get(model, lambda: None)()
    if model is Change:
        ChangedContact.objects.create(change_id=row.pk, contact_id=contact.pk)
        reason = f"550 <{contact.email}> unknown"
        for event, details in (("status_changed", {"status": "bounced", "reason": reason}), ("updated", {})):
            Change.objects.create(channel="hook", event=event, details=details, contacts=1)
    if model is Delivery:
        type(row.event).objects.filter(pk=row.event_id).update(data=json.dumps(TELLING), contact_id=contact.pk)
        Attempt.objects.create(
            delivery=row, at=row.due, milliseconds=1, error=contact.email, answer=json.dumps(TELLING)
        )
    row.refresh_from_db()
    return row


def addresses(screen: Any, row: Any) -> Iterator[str]:
    """Every address of a screen that needs no more than the row."""
    for pattern in screen.get_urls():
        names = pattern.pattern.converters.keys()
        if pattern.name and names <= {"pk", "object_id"}:
            try:
                yield reverse(f"admin:{pattern.name}", kwargs=dict.fromkeys(names, row.pk))
            except NoReverseMatch:
                # Django's screen of users has a positional argument.
                yield reverse(f"admin:{pattern.name}", args=[row.pk])


def walk(client: Client, label: str, row: Any) -> dict[str, str]:
    """What all pages of a screen say, searched, asked for JSON, and after an action was chosen for all rows."""
    screen = django_admin.site._registry[apps.get_model(label)]
    listed = reverse(f"admin:{screen.opts.app_label}_{screen.opts.model_name}_changelist")
    answers = {address: client.get(address) for address in addresses(screen, row)}
    for words in (TOWN, f"#{row.pk}"):
        answers[f"search {words}"] = client.get(listed, {"q": words})
        answers[f"count {words}"] = client.get(f"{listed}count/", {"q": words}, headers={"Accept": "application/json"})
    for action in dict.fromkeys(name if isinstance(name, str) else name.__name__ for name in screen.actions or ()):
        sent = {"action": action, "select_across": "1", "_selected_action": str(row.pk), "index": "0"}
        answers[f"action {action}"] = client.post(listed, sent)
    return {name: answer.content.decode().lower() for name, answer in answers.items() if not answer.streaming}


def told(pages: dict[str, str]) -> dict[str, str]:
    """What pages tell of the contact, with what stands around it."""
    return {
        f"{name}: {needle}": text[max(at - 150, 0) : at + 60]
        for name, text in pages.items()
        for needle in NEEDLES
        if (at := text.find(needle)) >= 0
    }


@pytest.mark.parametrize(
    ("label", "verbs"),
    [*((label, EVERY) for label in labels()), *((label, VIEW) for label in sorted(NAMING))],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_no_screen_tells_who_a_contact_is(label: str, verbs: tuple[str, ...]) -> None:
    contact = person()
    row = make_telling(label, contact)
    assert told(walk(member(verbs), label, row)) == {}


@pytest.mark.parametrize("label", sorted(NAMING))
def test_the_same_pages_tell_those_who_may_view_contacts(browser: Client, label: str) -> None:
    assert told(walk(browser, label, make_telling(label, person())))


@pytest.mark.parametrize("label", sorted(NAMING - {"subscribers.Subscriber", "webhooks.Delivery", "companies.Company"}))
def test_rows_stay_with_the_number_of_their_contact(label: str) -> None:
    contact = person()
    row = make_telling(label, contact)
    screen = django_admin.site._registry[apps.get_model(label)]
    listed = reverse(f"admin:{screen.opts.app_label}_{screen.opts.model_name}_changelist")
    place = f"{listed}{row.pk}/change/" if label == "changes.Change" else listed
    assert f"#{contact.pk}" in member(VIEW).get(place).content.decode()


def test_a_company_shows_the_number_of_its_owner() -> None:
    contact = person()
    company = CompanyFactory.create(owner=contact)
    for client in (member(VIEW),):
        assert (
            f"<dd>#{contact.pk}</dd>" in client.get(f"/admin/companies/company/{company.pk}/change/").content.decode()
        )


def test_a_form_shows_the_number_and_keeps_the_contact() -> None:
    contact = person()
    client, note = member(EVERY), NoteFactory.create(subscriber=contact, title="Before")
    page = f"/admin/notes/note/{note.pk}/change/"
    form = client.get(page).content.decode()
    assert f"#{contact.pk}" in form
    assert "/admin/subscribers/subscriber/" not in form
    sent = {"subscriber": contact.pk, "company": "", "type": note.type, "title": "After", "description": "Text"}
    sent |= {"created_at_0": "2026-01-31", "created_at_1": "09:05:00"}
    assert client.post(page, sent).status_code == 302
    note.refresh_from_db()
    contact.refresh_from_db()
    assert (note.title, note.subscriber_id) == ("After", contact.pk)
    assert {name: getattr(contact, name) for name in TELLING} == TELLING


@pytest.mark.parametrize(
    "place",
    [
        "emails/message/?email__startswith=z",
        "emails/message/?subject__contains=Zen",
        "emails/message/?subscriber__email=x",
        "emails/consent/?email__startswith=z",
        "changes/change/?details__columns__first_name__0=Zenobia",
        "webhooks/delivery/?request__url__startswith=https",
    ],
)
def test_nobody_guesses_by_an_address(browser: Client, place: str) -> None:
    assert member(VIEW).get(f"/admin/{place}").status_code == 400
    assert browser.get(f"/admin/{place}").status_code == (400 if "subscriber__email" in place else 200)


@pytest.mark.parametrize(
    ("model", "make"),
    [(Message, MessageFactory), (Enrolment, EnrolmentFactory), (SequenceTracker, SequenceTrackerFactory)],
)
def test_a_search_takes_the_number(browser: Client, model: Any, make: Any) -> None:
    contact = person()
    row, _ = make.create(subscriber=contact), make.create()
    listed = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"

    def found(client: Client, words: str) -> list[int]:
        return [one.pk for one in client.get(listed, {"q": words}).context["cl"].result_list]

    for client in (browser, member(VIEW)):
        assert found(client, f"#{contact.pk}") == [row.pk]
        assert found(client, "#0") == []
    assert found(browser, "zenobia") == [row.pk]
    assert found(client, "zenobia") == []


@pytest.mark.parametrize("label", ["changes.Change", "emails.Consent"])
def test_history_and_consents_are_found_by_number(browser: Client, label: str) -> None:
    contact = person()
    row = make_telling(label, contact)
    listed = f"/admin/{label.replace('.', '/').lower()}/"
    client = member(VIEW)
    for words, who in ((f"#{contact.pk}", client), (f"{contact.pk}", client), (contact.email, browser)):
        assert [one.pk for one in who.get(listed, {"q": words}).context["cl"].result_list] == [row.pk]
    assert list(client.get(listed, {"q": contact.email}).context["cl"].result_list) == []


def test_the_front_page_and_search_do_not_tell(browser: Client) -> None:
    contact = person()
    make_telling("changes.Change", contact)
    message = make_telling("emails.Message", contact)
    client = member(VIEW)
    user = client.get("/admin/").context["user"]
    for row in (contact, message):
        kind = ContentType.objects.get_for_model(row)
        entry = {"content_type": kind, "object_id": row.pk, "object_repr": str(row), "action_flag": CHANGE}
        LogEntry.objects.create(user=user, **entry)
    page = client.get("/admin/").content.decode().lower()
    assert f"#{contact.pk}" in page
    assert f"#{message.pk}" in page
    assert told({"front": page}) == {}
    for words in ("zenobia", TELLING["email"]):
        for more in ("", "&extended=1"):
            assert "quaggafield" not in client.get(f"/admin/search/?s={words}{more}").content.decode().lower()
    assert "quaggafield" in browser.get("/admin/search/?s=zenobia&extended=1").content.decode().lower()


def test_a_preview_has_nobodys_name() -> None:
    """Whose user has the address of a contact sees that contact, if anybody's."""
    person()
    row = make_row(apps.get_model("emails.Template"), UserFactory.create())
    address = f"/admin/emails/template/{row.pk}/preview/"
    assert "Zenobia" not in member(EVERY, email=TELLING["email"]).get(address).content.decode()
    admin = UserFactory.create(is_staff=True, is_superuser=True, email=TELLING["email"])
    client = Client()
    client.force_login(admin)
    assert "Zenobia" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("listed", "make"),
    [
        ("emails/message", MessageFactory.create),
        ("notes/note", NoteFactory.create),
        ("events/trackedevent", TrackedEventFactory.create),
        ("sequences/sequencetracker", SequenceTrackerFactory.create),
        ("automations/enrolment", EnrolmentFactory.create),
        ("companies/company", lambda: CompanyFactory.create(owner=SubscriberFactory.create())),
    ],
)
def test_hiding_takes_no_statement_more(listed: str, make: Callable[[], Any]) -> None:
    client = member(VIEW)
    spent = []
    for number in (2, 20):
        for _ in range(number):
            make()
        client.get(f"/admin/{listed}/")  # what is read once a process
        with CaptureQueriesContext(connection) as statements:
            client.get(f"/admin/{listed}/")
        spent.append(len(statements))
    assert spent[0] == spent[1]
