"""manage.py create_application_password USER [--name N]."""

import re
from base64 import b64encode
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import ApplicationPassword
from tests.client import Api
from tests.factories import UserFactory


def run(*arguments: str) -> str:
    shown = StringIO()
    call_command("create_application_password", *arguments, stdout=shown)
    return shown.getvalue()


def test_it_prints_a_password_that_works_alone_on_the_last_line(db: None) -> None:
    UserFactory.create(username="ada")
    password = run("ada", "--name", "Sheet").splitlines()[-1]
    assert re.fullmatch(r"([A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}", password)
    header = "Basic " + b64encode(f"ada:{password}".encode()).decode()
    answer = Api().get("/wp-json/wp/v2/users/me", headers={"Authorization": header})
    assert answer.json()["slug"] == "ada"


def test_it_gives_the_password_its_name_and_its_user(db: None) -> None:
    ada = UserFactory.create(username="ada")
    UserFactory.create(username="bob")
    run("ada", "--name", "Sheet")
    made = ApplicationPassword.objects.get()
    assert (made.user, made.name) == (ada, "Sheet")


def test_it_needs_no_name(db: None) -> None:
    UserFactory.create(username="ada")
    run("ada")
    assert ApplicationPassword.objects.get().name == "command line"


@pytest.mark.parametrize("name", ["nobody", "", "ADA"])
def test_it_refuses_a_user_that_is_not_there(db: None, name: str) -> None:
    UserFactory.create(username="ada")
    with pytest.raises(CommandError, match=re.escape(f"There is no user named {name!r}.")):
        run(name)
    assert not ApplicationPassword.objects.exists()


def test_it_needs_a_user(db: None) -> None:
    with pytest.raises(CommandError, match="user"):
        run()
