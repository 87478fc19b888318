"""The actions of the list of contacts that need more than a tag or a status, and those that become jobs."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from bulk_actions.actions import ACTIONS
from companies.models import Company
from custom_fields.models import CustomField
from emails.models import Message
from jobs.models import Job
from sequences.models import EmailSequence
from staff.contacts import SubscriberAdmin
from subscribers.models import Subscriber
from tests.factories import SubscriberFactory, TagFactory

LIST = "/admin/subscribers/subscriber/"


def run(browser: Client, action: str, contacts: list[Any], **beside: Any) -> Any:
    chosen = [contact.pk for contact in contacts]
    return browser.post(LIST, {"action": action, "index": "0", "_selected_action": chosen} | beside)


def said(answer: Any) -> list[str]:
    return [str(message).partition(" <a ")[0] for message in get_messages(answer.wsgi_request)]


def confirm(browser: Client, asked: Any, **beside: Any) -> Any:
    assert asked.status_code == 200
    sent: dict[str, list[Any]] = {}
    for name, value in asked.context["sent"]:
        sent.setdefault(name, []).append(value)
    return browser.post(LIST, sent | beside)


def test_there_is_one_for_each_bulk_action() -> None:
    assert len(SubscriberAdmin.actions) == len(ACTIONS) == 13


def test_the_list_offers_each(browser: Client) -> None:
    SubscriberFactory.create()
    names = [name for name, _ in browser.get(LIST).context["action_form"].fields["action"].choices if name]
    assert len(names) == len(ACTIONS)


def test_the_list_shows_only_the_action(browser: Client) -> None:
    SubscriberFactory.create()
    page = browser.get(LIST).content.decode()
    assert 'name="action"' in page
    assert 'name="tag"' not in page.partition('id="result_list"')[0].partition('id="changelist-form"')[2]


def test_it_changes_the_type(browser: Client) -> None:
    chosen, spared = SubscriberFactory.create_batch(2)
    assert said(run(browser, "change_type", [chosen], contact_type="customer")) == [
        "Changed the type to customer: 1 contact."
    ]
    assert dict(Subscriber.objects.values_list("pk", "contact_type")) == {chosen.pk: "customer", spared.pk: "lead"}


def test_it_asks_for_a_custom_field_and_refuses_a_wrong_value(browser: Client) -> None:
    CustomField.objects.create(slug="age", label="Age", type="number")
    contact = SubscriberFactory.create()
    asked = run(browser, "set_custom_value", [contact])
    assert asked.context["problem"] == "Choose the custom field."
    assert '<option value="age">Age</option>' in asked.content.decode().replace("\n", "")
    wrong = confirm(browser, asked, custom_value_field="age", custom_value_value="old")
    assert wrong.context["problem"] == "The age must be a number."
    done = confirm(browser, wrong, custom_value_field="age", custom_value_value="41")
    assert said(done)[-1] == "Set age: 1 contact."
    contact.refresh_from_db()
    assert contact.custom_values == {"age": "41"}


def test_it_refuses_a_custom_field_that_is_gone(browser: Client) -> None:
    asked = run(
        browser, "set_custom_value", [SubscriberFactory.create()], custom_value_field="gone", custom_value_value="1"
    )
    assert asked.context["problem"] == "There is no such custom field."


def test_contacts_join_and_leave_a_company(browser: Client) -> None:
    company = Company.objects.create(name="Acme")
    first, second = SubscriberFactory.create_batch(2)
    assert said(run(browser, "join_company", [first, second], company=company.pk)) == [
        "Added to company “Acme”: 2 contacts."
    ]
    answer = run(browser, "leave_company", [first], company=company.pk)
    assert said(answer)[-1] == "Removed from company “Acme”: 1 contact."
    assert list(Subscriber.objects.filter(companies=company)) == [second]


def test_it_asks_before_it_mails(browser: Client) -> None:
    pending = SubscriberFactory.create(status="pending")
    agreed = SubscriberFactory.create()
    asked = run(browser, "ask_consent", [pending, agreed], include_unsubscribed="no")
    assert asked.status_code == 200
    assert not Message.objects.exists()
    assert said(confirm(browser, asked, include_unsubscribed="no")) == ["Double opt-in mails: 1 contact."]
    assert Message.objects.get().subscriber_id == pending.pk


def test_contacts_enter_a_sequence(browser: Client) -> None:
    sequence = EmailSequence.objects.create(title="Welcome")
    closed = EmailSequence.objects.create(title="Closed", status="draft")
    contact = SubscriberFactory.create()
    refused = run(browser, "enter_sequence", [contact], sequence=closed.pk)
    assert refused.context["problem"] == "Choose the sequence."
    assert said(confirm(browser, refused, sequence=sequence.pk))[-1].startswith("Added to sequence “Welcome”: ")


@pytest.mark.parametrize(
    ("action", "beside", "name"),
    [
        ("attach_tag", {"tag": "1"}, "add_to_tags"),
        ("change_type", {"contact_type": "customer"}, "change_contact_type"),
        ("delete_selected", {}, "delete_contacts"),
    ],
)
def test_for_many_it_is_a_job_and_leads_to_its_page(
    browser: Client, monkeypatch: pytest.MonkeyPatch, action: str, beside: dict[str, str], name: str
) -> None:
    monkeypatch.setattr("staff.contact_actions.AT_ONCE", 2)
    TagFactory.create(pk=1)
    contacts = SubscriberFactory.create_batch(3)
    asked = run(browser, action, contacts, select_across="1", **beside)
    assert asked.status_code == 200
    assert not Job.objects.exists()
    done = confirm(browser, asked, **beside)
    job = Job.objects.get()
    assert done["Location"] == f"/admin/jobs/job/{job.pk}/change/"
    assert (job.options["action"], job.options["ids"]) == (name, [contact.pk for contact in contacts])
    assert Subscriber.objects.count() == 3
    assert browser.get(done["Location"]).status_code == 200
