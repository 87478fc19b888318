"""Companies that are found, or made, by their names."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from companies.services import resolve_companies
from tests.companies.factories import CompanyFactory
from tests.threads import at_once, two_writers

pytestmark = pytest.mark.django_db


def test_it_finds_in_any_case_and_makes_what_is_not_there() -> None:
    acme = CompanyFactory.create(name="Acme")
    found = resolve_companies([" ACME ", "Globex", "globex", " ", ""])
    globex = Company.objects.get(name="Globex")
    assert found == {" ACME ": acme.pk, "Globex": globex.pk, "globex": globex.pk}
    assert Company.objects.count() == 2


@pytest.mark.parametrize("name", ["ŁÓDŹ", "x" * 200])
def test_it_finds_again_what_it_made(name: str) -> None:
    first = resolve_companies([name])
    assert len(first) == 1
    assert resolve_companies([name]) == first
    assert Company.objects.count() == 1


def test_it_takes_at_most_four_statements() -> None:
    with CaptureQueriesContext(connection) as queries:
        resolve_companies(f"Company {number}" for number in range(30))
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 4


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_makes_one_of_each_for_two_who_name_them_at_once() -> None:
    for number in range(10):
        names = [f"Company {number} {letter}" for letter in "abcdefgh"]
        up, down = at_once(partial(resolve_companies, names), partial(resolve_companies, names[::-1]))
        assert up == down
        assert len(up) == len(names)
