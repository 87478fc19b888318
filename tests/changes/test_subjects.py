"""Tags, lists, companies, notes, stages and custom fields are subjects of their own, whichever way they change."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import ApiKey, ApplicationPassword
from changes.models import Change, ChangedContact
from companies.models import Company
from custom_fields.models import CustomField
from notes.models import Note
from pipelines.models import Stage
from segments.models import ContactList, Tag
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr
from tests.notes.factories import NoteFactory

pytestmark = pytest.mark.django_db

Recorded = list[tuple[str, int | None, Any]]


def recorded(*kinds: str) -> Recorded:
    """Event, subject and details of each entry since the last call, of those kinds of subjects alone."""
    entries = Change.objects.filter(subject_kind__in=kinds).order_by("pk")
    found = list(entries.values_list("event", "subject_id", "details"))
    Change.objects.all().delete()
    return found


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.mark.parametrize(("path", "model", "kind"), [("/tags", Tag, "tag"), ("/lists", ContactList, "list")])
def test_it_tells_of_tags_and_lists(api: Api, path: str, model: Any, kind: str) -> None:
    api.post(path, {"title": "Buyers", "slug": "buyers"})
    pk = model.objects.get().pk
    assert recorded(kind) == [(f"{kind}_created", pk, {"title": "Buyers"})]
    api.put(f"{path}/{pk}", {"title": "Best buyers", "slug": "buyers", "description": "All of them"})
    [(event, subject, details)] = recorded(kind)
    assert (event, subject) == (f"{kind}_updated", pk)
    assert {"title", "description"} <= set(details["columns"])
    api.put(f"{path}/{pk}", {"title": "Best buyers", "slug": "buyers", "description": "All of them"})
    assert recorded(kind) == []
    contact = SubscriberFactory.create(**{f"{kind}s": [model.objects.get()]})
    api.delete(f"{path}/{pk}")
    detached, deleted = recorded(kind)
    assert (detached[0], detached[1]) == (f"{kind}s_detached", pk)
    assert deleted == (f"{kind}_deleted", pk, {"title": "Best buyers"})
    assert not ChangedContact.objects.exists()
    assert contact.pk


def test_it_tells_of_those_that_are_made_by_their_names(api: Api) -> None:
    known = TagFactory.create(title="Known", slug="known")
    body = {"email": "a@example.com", "status": "subscribed", "tags": ["Known", "Fresh", "Newer"], "lists": ["Weekly"]}
    assert api.post("/subscribers", body).status_code == 200
    made = Tag.objects.exclude(pk=known.pk).order_by("slug")
    assert recorded("tag", "list")[:3] == [
        *(("tag_created", tag.pk, {"title": tag.title}) for tag in made),
        ("list_created", ContactList.objects.get().pk, {"title": "Weekly"}),
    ]


def test_it_tells_of_those_that_are_made_and_renamed_at_once(api: Api) -> None:
    old, same = TagFactory.create(title="Old", slug="old"), TagFactory.create(title="Same", slug="same")
    rows = [
        {"title": "New name", "slug": "old"},
        {"title": "Same", "slug": "same"},
        {"title": "Third", "slug": "third"},
    ]
    assert api.post("/tags/bulk", {"tags": rows}).status_code == 200
    third = Tag.objects.exclude(pk__in=[old.pk, same.pk]).get()
    assert recorded("tag") == [
        ("tag_updated", old.pk, {"columns": ["title"]}),
        ("tag_created", third.pk, {"title": "Third"}),
    ]


def test_it_tells_of_companies(api: Api) -> None:
    api.post("/companies", {"name": "Acme", "type": "Vendor"})
    company = Company.objects.get()
    assert recorded("company") == [("company_created", company.pk, {"title": "Acme"})]
    api.put(f"/companies/{company.pk}", {"name": "Acme", "city": "Leeds"})
    assert recorded("company") == [("company_updated", company.pk, {"columns": ["city"]})]
    other = CompanyFactory.create(type="Partner")
    both = [company.pk, other.pk]
    api.post(
        "/companies/do-bulk-action",
        {"action_name": "change_company_type", "new_status": "Partner", "company_ids": both},
    )
    assert recorded("company") == [("company_updated", company.pk, {"columns": ["type"]})]
    api.put("/companies/companies-property", {"property": "type", "value": "Other", "companies": both})
    assert [(event, pk) for event, pk, _ in recorded("company")] == [("company_updated", pk) for pk in sorted(both)]
    api.delete(f"/companies/{company.pk}")
    assert recorded("company") == [("company_deleted", company.pk, {"title": "Acme"})]


def test_it_tells_of_notes_and_not_what_they_say(api: Api) -> None:
    contact = SubscriberFactory.create()
    path = f"/subscribers/{contact.pk}/notes"
    sent = {"title": "Called", "description": "About the offer", "type": "call"}
    api.post(path, {"note": sent})
    note = Note.objects.get()
    assert list(ChangedContact.objects.values_list("contact_id", flat=True)) == [contact.pk]
    assert recorded("note") == [("note_created", note.pk, {})]
    api.put(f"{path}/{note.pk}", {"note": sent | {"description": "<p>No offer</p>"}})
    assert recorded("note") == [("note_updated", note.pk, {"columns": ["description"]})]
    api.put(f"{path}/{note.pk}", {"note": sent | {"description": "<p>No offer</p>"}})
    assert recorded("note") == []
    api.delete(f"{path}/{note.pk}")
    assert recorded("note") == [("note_deleted", note.pk, {})]
    company = CompanyFactory.create()
    api.post(f"/companies/{company.pk}/notes", {"note": sent})
    [(event, _, details)] = recorded("note")
    assert (event, details) == ("note_created", {"company": company.pk})


def test_it_shows_a_note_in_the_history_of_its_contact(api: Api) -> None:
    contact = SubscriberFactory.create()
    api.post(f"/subscribers/{contact.pk}/notes", {"title": "Called", "description": "x", "type": "call"})
    note = Note.objects.get()
    [entry] = api.get(f"/subscribers/{contact.pk}/history?change=note_created").json()["history"]["data"]
    assert (entry["subject"], entry["contacts"]) == ({"kind": "note", "id": note.pk}, 1)


def test_it_tells_of_notes_that_staff_write(browser: Client, admin: User) -> None:
    contact, note = SubscriberFactory.create(), NoteFactory.create()
    filled = {"type": "call", "title": "T", "description": "<p>d</p>", "created_at_0": "2026-01-31"}
    filled["created_at_1"] = "09:05:00"
    browser.post("/admin/notes/note/add/", filled | {"subscriber": str(contact.pk), "company": ""})
    new = Note.objects.exclude(pk=note.pk).get()
    assert recorded("note") == [("note_created", new.pk, {})]
    sent = filled | {"subscriber": str(contact.pk), "company": "", "title": "Other"}
    browser.post(f"/admin/notes/note/{new.pk}/change/", sent)
    assert recorded("note") == [("note_updated", new.pk, {"columns": ["title"]})]
    browser.post(f"/admin/notes/note/{new.pk}/delete/", {"post": "yes"})
    assert recorded("note") == [("note_deleted", new.pk, {})]
    chosen = {"action": "delete_selected", "_selected_action": [str(note.pk)]}
    asked = browser.post("/admin/notes/note/", chosen)
    browser.post("/admin/notes/note/", chosen | {"confirmed": dict(asked.context["sent"])["confirmed"]})
    assert recorded("note") == [("note_deleted", note.pk, {})]
    assert not Note.objects.exists()


def test_it_tells_of_notes_on_the_page_of_a_company(browser: Client) -> None:
    company = CompanyFactory.create(name="Acme")
    own = NoteFactory.create(subscriber=None, company=company, status="_company_note_", title="Old")
    filled = {"type": "call", "title": "T", "description": "<p>d</p>", "created_at_0": "2026-01-31"}
    filled["created_at_1"] = "09:05:00"

    def sent(*notes: dict[str, Any], initial: int) -> dict[str, str]:
        body = {"name": "Acme", "employees_number": "0", "notes-TOTAL_FORMS": str(len(notes))}
        body["notes-INITIAL_FORMS"] = str(initial)
        for index, note in enumerate(notes):
            body |= {f"notes-{index}-{name}": str(value) for name, value in (filled | note).items()}
        return body

    path = f"/admin/companies/company/{company.pk}/change/"
    assert browser.post(path, sent({"id": own.pk, "title": "New"}, {}, initial=1)).status_code == 302
    made = Note.objects.exclude(pk=own.pk).get()
    events = [(event, pk) for event, pk, _ in recorded("note")]
    assert events == [("note_updated", own.pk), ("note_created", made.pk)]
    deletion = sent({"id": made.pk}, {"id": own.pk, "DELETE": "on"}, initial=2)
    assert browser.post(path, deletion).status_code == 302
    assert ("note_deleted", own.pk) in [(event, pk) for event, pk, _ in recorded("note")]


def test_it_tells_of_stages(browser: Client) -> None:
    Stage.objects.all().delete()
    browser.post("/admin/pipelines/stage/add/", {"name": "Won", "position": "1"})
    stage = Stage.objects.get()
    assert recorded("stage") == [("stage_created", stage.pk, {"title": "Won"})]
    browser.post(
        f"/admin/pipelines/stage/{stage.pk}/change/", {"name": "Really won", "slug": stage.slug, "position": "1"}
    )
    assert recorded("stage") == [("stage_updated", stage.pk, {"columns": ["name"]})]
    SubscriberFactory.create(pipeline_stage=stage)
    browser.post(f"/admin/pipelines/stage/{stage.pk}/delete/", {"post": "yes"})
    assert recorded("stage") == [("stage_deleted", stage.pk, {"title": "Really won"})]


def test_it_tells_of_custom_fields(api: Api, browser: Client) -> None:
    old, kept = CustomFieldFactory.create(slug="old"), CustomFieldFactory.create(slug="kept", position=1)
    rows = [
        {"slug": "kept", "label": "Kept on", "type": "text", "field_key": "text"},
        {"slug": "fresh", "label": "Fresh", "type": "text", "field_key": "text"},
    ]
    assert api.put("/custom-fields/contacts", {"fields": rows}).status_code == 200
    fresh = CustomField.objects.get(slug="fresh")
    entries = recorded("field")
    assert entries[0] == ("field_deleted", old.pk, {"title": old.label})
    assert entries[1][:2] == ("field_updated", kept.pk)
    assert {"label", "position"} <= set(entries[1][2]["columns"])
    assert entries[2:] == [("field_created", fresh.pk, {"title": "Fresh"})]
    assert api.put("/custom-fields/contacts", {"fields": rows}).status_code == 200
    assert recorded("field") == []
    browser.post(f"/admin/custom_fields/customfield/{fresh.pk}/delete/", {"post": "yes"})
    assert recorded("field") == [("field_deleted", fresh.pk, {"title": "Fresh"})]


def test_it_tells_of_fields_that_a_contact_brings_along(admin: User) -> None:
    body = {"email": "a@example.com", "customFields": {"shoe size": "40"}}
    assert Fluenzr(admin).post("/contacts", body).status_code in {200, 201}
    field = CustomField.objects.get()
    assert recorded("field") == [("field_created", field.pk, {"title": field.label})]


def test_it_knows_the_channel_and_the_credentials(api: Api, admin: User, browser: Client) -> None:
    api.post("/tags", {"title": "By the API"})
    Fluenzr(admin).post("/groups", {"name": "By FluenzR"})
    ContactListFactory.create()
    browser.post("/admin/segments/tag/add/", {"title": "By staff", "slug": "by-staff"})
    entries = Change.objects.order_by("pk").values_list("event", "channel", "user", "actor_kind", "actor_id")
    assert list(entries) == [
        ("tag_created", "api", admin.pk, "application_password", ApplicationPassword.objects.get().pk),
        ("list_created", "fluenzr", admin.pk, "api_key", ApiKey.objects.get().pk),
        ("tag_created", "admin", admin.pk, "", None),
    ]
