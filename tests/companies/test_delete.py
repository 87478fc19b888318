"""DELETE /companies/{id}: the contacts stay."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from companies.models import Company
from notes.models import Note
from subscribers.models import Subscriber, SubscriberCompany
from subscribers.services import delete_companies
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory
from tests.notes.factories import NoteFactory
from tests.subscribers.expected import NOT_FOUND
from tests.threads import at_once, two_writers


def test_it_deletes_a_company_its_notes_and_its_memberships_alone(api: Api) -> None:
    contact = SubscriberFactory.create()
    gone, stays = CompanyFactory.create(contacts=[contact]), CompanyFactory.create(contacts=[contact])
    NoteFactory.create(subscriber=None, company=gone)
    kept = NoteFactory.create(subscriber=None, company=stays)
    of_contact = NoteFactory.create(subscriber=contact)
    answer = api.delete(f"/companies/{gone.pk}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Company has been deleted successfully"})
    assert list(Company.objects.all()) == [stays]
    assert list(contact.companies.all()) == [stays]
    assert list(Note.objects.order_by("pk")) == [kept, of_contact]


def test_it_makes_the_next_company_the_primary_one(api: Api) -> None:
    alone, in_two, in_other = SubscriberFactory.create_batch(3)
    gone = CompanyFactory.create(contacts=[alone, in_two])
    second = CompanyFactory.create(contacts=[in_two, in_other])
    api.delete(f"/companies/{gone.pk}")
    primary = dict(Subscriber.objects.values_list("pk", "company"))
    assert primary == {alone.pk: None, in_two.pk: second.pk, in_other.pk: second.pk}
    shown = api.get(f"/subscribers/{in_two.pk}").json()["subscriber"]
    assert shown["company"]["id"] == second.pk
    assert [company["id"] for company in shown["companies"]] == [second.pk]


def test_it_writes_into_the_history_of_its_contacts(api: Api) -> None:
    contacts = SubscriberFactory.create_batch(2)
    company = CompanyFactory.create(contacts=contacts)
    api.delete(f"/companies/{company.pk}")
    entry, own = Change.objects.order_by("pk")
    assert (own.event, own.contacts, own.subject_id) == ("company_deleted", 0, company.pk)
    assert (entry.event, entry.contacts) == ("companies_detached", 2)
    assert entry.details == {"companies": [company.pk], "name": company.name, "deleted": True}


def test_it_is_404_the_second_time(api: Api) -> None:
    company = CompanyFactory.create()
    assert api.delete(f"/companies/{company.pk}").status_code == 200
    answer = api.delete(f"/companies/{company.pk}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_takes_as_many_statements_for_many_companies_with_many_contacts(db: None) -> None:
    def statements(count: int) -> int:
        contacts = SubscriberFactory.create_batch(count)
        made = Company.objects.bulk_create(Company(name=f"Company {number} of {count}") for number in range(count))
        SubscriberCompany.objects.bulk_create(
            SubscriberCompany(subscriber=contact, company=company)
            for contact, company in zip(contacts, made, strict=True)
        )
        with CaptureQueriesContext(connection) as queries:
            assert len(delete_companies(company.pk for company in made)) == count
        return len(queries)

    assert statements(250) == statements(1)


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_crosses_with_attaching_without_a_failure(api: Api) -> None:
    contacts = [contact.pk for contact in SubscriberFactory.create_batch(20)]
    for _ in range(15):
        company = CompanyFactory.create(contacts=Subscriber.objects.filter(pk__in=contacts[:10]))
        body = {"subscriber_ids": contacts, "company_ids": [company.pk]}
        path = f"/companies/{company.pk}"
        answers = at_once(partial(api.post, "/companies/attach-subscribers", body), partial(api.delete, path))
        assert answers[0].status_code in (200, 404)
        assert answers[1].status_code == 200
        assert not SubscriberCompany.objects.exists()
        assert not Subscriber.objects.exclude(company=None).exists()
