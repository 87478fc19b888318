"""A contact's whole way: a form, a tag, a wait, a condition, a mail over SMTP, a click, a goal, a list."""

import re
from typing import Any

import pytest
from django.test import Client

from automations.models import BlockRun
from emails.models import Kind, Mailing
from emails.services.sending import send_due
from subscribers.models import Subscriber
from tests.automations.working import TAGGED, automation, block, enrolment, names, tag, tags_of, wait, work
from tests.emails.clock import after
from tests.emails.smtp import Mailbox
from tests.factories import ContactListFactory, TagFactory
from tests.webhooks.strangers import post
from webhooks.models import Webhook

pytestmark = pytest.mark.django_db(transaction=True)
COURSE = "https://course.example.com/1"


def test_from_a_form_to_a_list(mailbox: Mailbox, settings: Any) -> None:
    lead, cold = TagFactory.create_batch(2)
    alumni = ContactListFactory.create()
    mailing = Mailing.objects.create(
        subject="Hi {{contact.first_name}}", body=f'<p><a href="{COURSE}">start</a></p>', kind=Kind.AUTOMATION
    )
    mail = block("send_custom_email", reference_campaign=mailing.pk)
    made = automation(
        wait(1, "days"),
        block("fcrm_has_contact_tag", "conditional", yes=[mail], no=[tag(cold)], tags=[lead.pk]),
        block("fluencrm_benchmark_link_clicked", "benchmark", links=[COURSE], type="required"),
        block("add_contact_to_list", lists=[alumni.pk]),
        trigger=TAGGED,
        settings={"tags": [lead.pk]},
    )
    hook = Webhook.objects.create(name="Form", tags=[lead.pk])
    assert post(hook, {"email": "ada@example.com", "first_name": "Ada"}).status_code == 200
    work()
    ada = Subscriber.objects.get()
    assert (enrolment(made, ada).status, mailbox.arrived) == ("active", [])
    with after(86_500):
        work()
        assert send_due() == 1
        [(address, arrived)] = mailbox.arrived
        assert (address, str(arrived["Subject"])) == ("ada@example.com", "Hi Ada")
        assert enrolment(made, ada).status == "waiting"
        work()
        html = arrived.get_body(("html",)).get_content()  # type: ignore[union-attr]
        links = re.findall(r'href="([^"]+)"[^>]*>start<', html)
    with after(2 * 86_400):
        answer = Client().get(links[0].removeprefix(settings.SITE_URL))
        assert (answer.status_code, answer["Location"]) == (307, COURSE)
        work()
    found = enrolment(made, ada)
    assert (found.status, found.last_goal_id) == ("completed", names(made)["fluencrm_benchmark_link_clicked"].pk)
    assert list(alumni.subscribers.all()) == [ada]
    assert tags_of(ada) == {lead.pk}
    assert BlockRun.objects.filter(status="completed").count() == 5
