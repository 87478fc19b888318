"""Errors to a browser: in the admin's frame below /admin/, plain elsewhere, JSON on the faces and to programs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from fluentcrm_api import errors
from staff.error_pages import error_page
from tests.factories import UserFactory

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MENU, HEAD = 'id="nav-sidebar"', 'id="site-name"'


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.fixture
def staff(admin: User) -> Client:
    return signed_in(admin)


@pytest.fixture
def broken_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of contacts fails."""

    def fail(*arguments: Any, **options: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("staff.contacts.SubscriberAdmin.get_queryset", fail)


def test_a_missing_page_has_the_admins_frame(staff: Client) -> None:
    answer = staff.get("/admin/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in page
    assert (MENU in page, HEAD in page, "Log out" in page) == (True, True, True)


def test_a_refused_page_has_the_admins_frame_with_what_the_user_may_see(db: None) -> None:
    answer = signed_in(UserFactory.create(is_staff=True, is_superuser=False)).get("/admin/subscribers/subscriber/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "<h1>You may not do that</h1>" in page
    assert HEAD in page
    assert "/admin/subscribers/" not in page


@pytest.mark.usefixtures("broken_admin")
def test_a_failing_page_has_the_admins_frame(staff: Client) -> None:
    answer = staff.get("/admin/subscribers/subscriber/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "<h1>The server met an unexpected error</h1>" in page
    assert MENU in page
    assert "RuntimeError" not in page


def test_a_foreign_host_is_told_so_without_a_menu(staff: Client) -> None:
    answer = staff.get("/admin/", headers={"Host": "foreign.example"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<h1>The request could not be read</h1>" in page
    assert (MENU in page, HEAD in page) == (False, True)


def test_a_form_without_its_token_is_told_what_to_do(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    answer = client.post("/admin/segments/tag/add/", {"title": "VIP"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "<h1>The form was not accepted</h1>" in page
    assert "CSRF_TRUSTED_ORIGINS" in page
    assert MENU in page
    # A stranger's sign-in too.
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {})
    assert answer.status_code == 403
    assert MENU not in answer.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_it_needs_no_database(status: int) -> None:
    """No access to the database is allowed in this test: who is signed in cannot be found out."""
    for path in ("/admin/x", "/x"):
        request = RequestFactory().get(path, headers=BROWSER)
        request.user = LostUser()  # type: ignore[assignment]
        answer = error_page(request, status)
        assert answer is not None
        assert answer.status_code == status
        assert MENU not in answer.content.decode()


class LostUser:
    """A user whose row cannot be read."""

    @property
    def is_staff(self) -> bool:
        raise OperationalError("connection refused")


def test_it_leaves_messages_for_the_next_page(staff: Client, admin: User) -> None:
    staff.post("/admin/segments/tag/add/", {"title": "VIP", "slug": "vip"})
    assert "was added successfully" not in staff.get("/admin/nowhere/").content.decode()
    assert "was added successfully" in staff.get("/admin/segments/tag/").content.decode()


@pytest.mark.parametrize("path", ["/nowhere", "/favicon.png", "/adminx", "/v1x", "/wp-jsonx"])
def test_elsewhere_a_browser_gets_a_plain_page(path: str) -> None:
    answer = Client().get(path, headers=BROWSER)
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"], answer["Vary"]) == (404, "text/html; charset=utf-8", "Accept")
    assert "<h1>Not found</h1>" in page
    assert HEAD not in page
    assert "http" not in page


@pytest.mark.parametrize("accept", ["application/json", "*/*", "", "application/json, text/html;q=0.5"])
def test_elsewhere_a_program_gets_json(accept: str) -> None:
    answer = Client().get("/nowhere", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 404
    assert answer.json()["code"] == "rest_no_route"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/wp-json/nowhere", "/wp-json", "/v1/nowhere", "/v1", "/?rest_route=/nowhere"])
def test_the_faces_answer_json_whoever_asks(path: str) -> None:
    assert Client().get(path, headers=BROWSER)["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda request: errors.bad_request(request, ValueError()), 400),
        (lambda request: errors.forbidden(request, PermissionError()), 403),
        (errors.csrf_failure, 403),
        (lambda request: errors.not_found(request, ValueError()), 404),
        (errors.server_error, 500),
    ],
)
@pytest.mark.parametrize("path", ["/wp-json/fluent-crm/v2/tags", "/v1/contacts", "/wp-json"])
def test_what_fails_outside_of_a_route_of_a_face_is_json(
    handler: Callable[[HttpRequest], Any], status: int, path: str
) -> None:
    answer = handler(RequestFactory().get(path, headers=BROWSER))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")


def test_a_missing_page_costs_no_more_than_knowing_who_asks(staff: Client) -> None:
    with CaptureQueriesContext(connection) as statements:
        staff.get("/admin/nowhere/")
    # The session, the user.
    assert len(statements) == 2
