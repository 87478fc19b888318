"""Notes on the admin's pages of contacts and companies."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from notes.models import Note
from subscribers.models import Subscriber
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory, UserFactory
from tests.notes.factories import NoteFactory

Owner = Subscriber | Company
# What the owner's own form must have.
FORMS: dict[type[Owner], dict[str, str]] = {
    Subscriber: {"email": "ada@example.com", "status": "subscribed", "contact_type": "lead"},
    Company: {"name": "Acme", "employees_number": "0"},
}
PATHS = {Subscriber: "/admin/subscribers/subscriber/", Company: "/admin/companies/company/"}
owners = [model for model in FORMS if django_admin.site.is_registered(model)]


@pytest.fixture(params=owners, ids=lambda model: model.__name__)
def owner(request: pytest.FixtureRequest, db: None) -> Owner:
    if request.param is Subscriber:
        return SubscriberFactory.create(email="ada@example.com", first_name=None, last_name=None)
    return CompanyFactory.create(name="Acme")


def own(owner: Owner, **given: Any) -> Note:
    if isinstance(owner, Company):
        return NoteFactory.create(subscriber=None, company=owner, status="_company_note_", **given)
    return NoteFactory.create(subscriber=owner, **given)


def path(owner: Owner) -> str:
    return f"{PATHS[type(owner)]}{owner.pk}/change/"


def form(owner: Owner, *notes: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The form of an owner with forms of notes, the first `initial` of them of notes that there are."""
    sent = {"notes-TOTAL_FORMS": str(len(notes)), "notes-INITIAL_FORMS": str(initial)}
    for index, note in enumerate(notes):
        filled = {"type": "call", "title": "Called", "description": "<p>d</p>"}
        filled |= {"created_at_0": "2026-01-31", "created_at_1": "09:05:00"}
        sent |= {f"notes-{index}-{name}": str(value) for name, value in (filled | note).items()}
    return FORMS[type(owner)] | sent


def test_it_adds_a_note_in_the_name_of_who_is_signed_in(browser: Client, admin: User, owner: Owner) -> None:
    sent = form(owner, {"title": "<b>Called</b>", "description": "<p onclick='x()'>ok</p>"})
    assert browser.post(path(owner), sent).status_code == 302
    note = Note.objects.get()
    assert (note.title, note.description, note.type) == ("Called", "<p>ok</p>", "call")
    assert note.created_by == admin
    assert (note.company or note.subscriber) == owner
    assert note.status == ("_company_note_" if isinstance(owner, Company) else "open")


def test_it_adds_a_note_with_a_new_owner(browser: Client, admin: User, owner: Owner) -> None:
    sent = form(owner, {})
    sent |= {"email": "new@example.com"} if isinstance(owner, Subscriber) else {"name": "New"}
    assert browser.post(f"{PATHS[type(owner)]}add/", sent).status_code == 302
    note = Note.objects.get()
    new = type(owner)._default_manager.latest("pk")
    assert new != owner
    assert (note.company or note.subscriber, note.created_by) == (new, admin)


def test_it_changes_and_deletes_notes_and_keeps_their_author(browser: Client, owner: Owner) -> None:
    gone, changed = own(owner), own(owner)
    page = browser.get(path(owner)).content.decode()
    assert page.index(changed.title) < page.index(gone.title)
    sent = form(owner, {"id": changed.pk, "title": "Changed"}, {"id": gone.pk, "DELETE": "on"}, initial=2)
    assert browser.post(path(owner), sent).status_code == 302
    note = Note.objects.get()
    assert (note.pk, note.title, note.created_by) == (changed.pk, "Changed", changed.created_by)


def test_it_shows_the_newest_ten_and_leaves_the_others_alone(browser: Client, owner: Owner) -> None:
    notes = [own(owner, title=f"Note number {number:02}") for number in range(13)]
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(path(owner)).content.decode()
    assert [f"Note number {number:02}" in page for number in range(13)] == [False] * 3 + [True] * 10
    assert len([query for query in queries if "notes_note" in query["sql"]]) == 1
    # A newer one than those that the page had changes nothing.
    own(owner, title="Newer")
    shown = [{"id": note.pk, "title": f"Changed {note.pk}"} for note in notes[:2:-1]]
    assert browser.post(path(owner), form(owner, *shown, initial=10)).status_code == 302
    changed = Note.objects.filter(title__startswith="Changed").order_by("pk")
    assert list(changed) == notes[3:]
    assert Note.objects.count() == 14


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", "<b></b>", "The title must have a text."),
        ("description", "<script>x</script>", "Nothing of the description is allowed here."),
        ("description", "x" * 65_536, "The description is too long."),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, owner: Owner, field: str, value: str, error: str) -> None:
    answer = browser.post(path(owner), form(owner, {field: value}))
    assert answer.status_code == 200
    assert error in answer.content.decode()
    assert not Note.objects.exists()


def test_it_does_not_reach_the_note_of_another_owner(browser: Client, owner: Owner) -> None:
    for note in (NoteFactory.create(), own(CompanyFactory.create())):
        sent = form(owner, {"id": note.pk, "title": "Mine now"}, initial=1)
        browser.post(path(owner), sent)
        kept = Note.objects.get(pk=note.pk)
        assert (kept.title, kept.subscriber, kept.company) == (note.title, note.subscriber, note.company)
    assert Note.objects.count() == 2


def test_it_takes_the_rights_of_notes(owner: Owner) -> None:
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    kind = owner._meta.model_name
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{kind}", f"change_{kind}"]))
    note = own(owner)
    assert note.title not in client.get(path(owner)).content.decode()
    client.post(path(owner), form(owner, {"id": note.pk, "title": "Changed"}, {}, initial=1))
    assert Note.objects.get().title == note.title
