"""Who may do what with notes."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from notes.models import Note
from tests.client import Api
from tests.factories import UserFactory
from tests.notes.factories import NoteFactory

NOTE = {"note": {"title": "T", "description": "D", "type": "note"}}
NOT_ALLOWED = "Sorry, you are not allowed to do that."
VERBS = [
    ("GET", "", None, "view_note"),
    ("POST", "", NOTE, "add_note"),
    ("PUT", "/{pk}", NOTE, "change_note"),
    ("DELETE", "/{pk}", None, "delete_note"),
]


@pytest.fixture
def note(db: None) -> Note:
    return NoteFactory.create()


def address(note: Note, rest: str) -> str:
    return f"/subscribers/{note.subscriber_id}/notes{rest.format(pk=note.pk)}"


@pytest.mark.parametrize(("verb", "rest", "body", "right"), VERBS)
def test_it_is_401_without_credentials(note: Note, verb: str, rest: str, body: Any, right: str) -> None:
    answer = Api().send(verb, address(note, rest), body)
    assert answer.status_code == 401
    assert answer.json() == {"code": "rest_forbidden", "message": NOT_ALLOWED, "data": {"status": 401}}


@pytest.mark.parametrize(("verb", "rest", "body", "right"), VERBS)
def test_it_is_403_with_every_right_but_its_own(note: Note, verb: str, rest: str, body: Any, right: str) -> None:
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.exclude(codename=right))
    answer = Api(user).send(verb, address(note, rest), body)
    assert answer.status_code == 403
    assert answer.json() == {"code": "rest_forbidden", "message": NOT_ALLOWED, "data": {"status": 403}}
    assert Note.objects.get() == note


@pytest.mark.parametrize(("verb", "rest", "body", "right"), VERBS)
def test_it_answers_whoever_has_the_right(note: Note, verb: str, rest: str, body: Any, right: str) -> None:
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.filter(codename=right))
    assert Api(user).send(verb, address(note, rest), body).status_code == 200


@pytest.mark.parametrize(("verb", "rest"), [("GET", "/{pk}"), ("POST", "/{pk}"), ("PUT", ""), ("DELETE", "")])
def test_it_has_no_route_for_other_verbs(api: Api, note: Note, verb: str, rest: str) -> None:
    answer = api.send(verb, address(note, rest))
    assert answer.status_code == 404
    assert answer.json()["code"] == "rest_no_route"
