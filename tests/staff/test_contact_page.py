"""The page of a contact: what it shows, to whom, and at what cost. One file, as it is one screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automations.models import Automation, Enrolment
from emails.models import Click, Kind, Link, State
from notes.models import Note, Type
from sequences.services.enrolling import enrol
from staff.contact_page.items import KINDS
from staff.contact_page.reading import read_links
from staff.contact_page.timeline import Position, read_timeline
from subscribers import services
from subscribers.models import Subscriber
from tests.companies.factories import CompanyFactory
from tests.emails.factories import MailingFactory, MessageFactory
from tests.events.factories import TrackedEventFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.notes.factories import NoteFactory
from tests.sequences.factories import EmailSequenceFactory, SequenceTrackerFactory

LIST = "/admin/subscribers/subscriber/"
EVIL = "<script>alert(1)</script>"
PART = {"HX-Request": "true"}
VIEWS = [
    *("view_subscriber", "view_note", "view_message", "view_trackedevent", "view_automation", "view_emailsequence"),
    *("view_change", "view_company", "view_consent", "view_tag", "view_contactlist"),
]


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com", first_name="Ada", last_name="Lovelace")


def page_of(contact: Subscriber, query: str = "") -> str:
    return f"{LIST}{contact.pk}/change/{query}"


def page(browser: Client, contact: Subscriber, query: str = "", **headers: Any) -> str:
    answer = browser.get(page_of(contact, query), **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def signed_in(*codenames: str) -> Client:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def fill(contact: Subscriber, number: int) -> None:
    """Give a contact so many of everything that its page shows."""
    user = UserFactory.create()
    NoteFactory.create_batch(number, subscriber=contact, created_by=user)
    link = Link.objects.create(mailing=MailingFactory.create(), url="https://example.com/", digest=f"{number:064}")
    for message in MessageFactory.create_batch(number, subscriber=contact, state=State.SENT, opens=1, clicks=1):
        Click.objects.create(message=message, link=link)
    TrackedEventFactory.create_batch(number, subscriber=contact)
    for _ in range(number):
        automation = Automation.objects.create(title="Welcome", trigger_name="x")
        Enrolment.objects.create(automation=automation, subscriber=contact)
        SequenceTrackerFactory.create(subscriber=contact)
    services.attach_tags([contact.pk], [tag.pk for tag in TagFactory.create_batch(number)])
    services.attach_lists([contact.pk], [one.pk for one in ContactListFactory.create_batch(number)])
    services.attach_companies([contact.pk], [company.pk for company in CompanyFactory.create_batch(number)])
    definitions = CustomFieldFactory.create_batch(number)
    services.update_contact(contact.pk, services.Draft({}, {field.slug: "x" for field in definitions}))


@pytest.mark.parametrize(
    ("query", "most"),
    [("", 12), ("?tab=activity", 12), ("?tab=messages", 8), ("?tab=automations", 8)],
)
@pytest.mark.parametrize("rights", [None, VIEWS], ids=["superuser", "viewer"])
def test_it_takes_as_many_statements_for_much_as_for_little(
    browser: Client, contact: Subscriber, query: str, most: int, rights: list[str] | None
) -> None:
    client = browser if rights is None else signed_in(*rights)
    counts = []
    for number in (10, 90):
        fill(contact, number)
        with CaptureQueriesContext(connection) as statements:
            page(client, contact, query)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= most


def test_it_shows_who_the_contact_is(browser: Client) -> None:
    CustomFieldFactory.create(slug="size", label="T-shirt", group="Merch")
    CustomFieldFactory.create(slug="motto", label="Motto")
    acme = CompanyFactory.create(name="Acme & Sons")
    contact = SubscriberFactory.create(
        email="ada@example.com",
        first_name="Ada",
        last_name="Lovelace",
        status="pending",
        city="York",
        job_title="Countess",
        custom_values={"size": "M", "motto": ["a", "b"], "gone": "hidden"},
        tags=[TagFactory.create(title="VIP")],
        lists=[ContactListFactory.create(title="Weekly")],
    )
    services.attach_companies([contact.pk], [acme.pk])
    answer = browser.get(page_of(contact))
    shown = answer.content.decode()
    assert ">AL</span>" in shown
    for text in ("<h2>Ada Lovelace</h2>", "Countess", "Acme &amp; Sons", ">VIP</a>", ">Weekly</a>", "Pending", "York"):
        assert text in shown
    assert answer.context["custom_groups"] == [("Merch", [("T-shirt", "M")]), ("Custom fields", [("Motto", "a, b")])]


def test_it_shows_every_kind_of_activity(browser: Client, contact: Subscriber) -> None:
    for number, kind in enumerate(Type):
        NoteFactory.create(
            subscriber=contact, type=kind, title=f"Title {number}", description=f"<p>Text <b>{number}</b></p>"
        )
    MessageFactory.create(
        subscriber=contact, subject="Spring news", state=State.SENT, sent_at=timezone.now(), opens=2, clicks=1
    )
    TrackedEventFactory.create(subscriber=contact, title="Order paid", provider="shop", event_key="paid", value="49")
    automation = Automation.objects.create(title="Welcome all", trigger_name="x")
    Enrolment.objects.create(automation=automation, subscriber=contact)
    services.attach_tags([contact.pk], [TagFactory.create(title="VIP").pk])
    shown = page(browser, contact, "?tab=activity")
    for number, kind in enumerate(Type):
        assert f'<span class="contact-word">{kind.label}</span>' in shown
        assert f"<p>Text <b>{number}</b></p>" in shown
    for text in ("Spring news", "opened 2 times", "links followed once", "Order paid", "shop: paid", "Welcome all"):
        assert text in shown
    assert "Tags attached" in shown


def test_it_names_what_was_deleted_since(browser: Client, contact: Subscriber) -> None:
    tag = TagFactory.create(title="Old")
    services.attach_tags([contact.pk], [tag.pk])
    pk = tag.pk
    tag.delete()
    sequence = EmailSequenceFactory.create(title="Onboarding")
    enrol(sequence.pk, [contact.pk])
    shown = page(browser, contact)
    assert f"{pk} (deleted)" in shown
    assert "Entered a sequence" in shown
    assert ">Onboarding</a>" in shown


def test_a_note_is_shown_once_and_its_text_is_safe(browser: Client, contact: Subscriber) -> None:
    """Also one that was stored by something else, or with what the page may not load."""
    NoteFactory.create(subscriber=contact, title=EVIL, description=f"<p onclick='x()'>ok</p>{EVIL}")
    styled = '<p style="color: red">red</p><img src="https://example.com/a.png" alt="A picture">'
    NoteFactory.create(subscriber=contact, description=styled)
    shown = page(browser, contact)
    assert EVIL not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<p>ok</p>" in shown
    assert "<p>red</p>" in shown
    assert 'alt="A picture"' in shown
    assert "a.png" not in shown


def test_names_and_titles_are_texts(browser: Client) -> None:
    contact = SubscriberFactory.create(
        first_name=EVIL,
        website="javascript:alert(1)",
        tags=[TagFactory.create(title=EVIL)],
        lists=[ContactListFactory.create(title=EVIL)],
    )
    services.attach_companies([contact.pk], [CompanyFactory.create(name=EVIL).pk])
    TrackedEventFactory.create(subscriber=contact, title=EVIL, value=EVIL)
    MessageFactory.create(subscriber=contact, subject=EVIL, error=EVIL)
    automation = Automation.objects.create(title=EVIL, trigger_name="x")
    Enrolment.objects.create(automation=automation, subscriber=contact, notes=EVIL)
    for tab in ("overview", "activity", "messages", "automations", "edit"):
        shown = page(browser, contact, f"?tab={tab}")
        assert EVIL not in shown
        assert 'href="javascript:' not in shown


def test_the_timeline_goes_on_where_a_page_ends(contact: Subscriber) -> None:
    """Each item once, also where much happened at the same moment."""
    at = datetime(2026, 1, 31, 9, tzinfo=UTC)
    for number in range(7):
        NoteFactory.create(subscriber=contact, created_at=at - timedelta(days=number // 4))
        MessageFactory.create(subscriber=contact, due=at - timedelta(days=number // 4))
    for number in range(5):
        automation = Automation.objects.create(title="Welcome", trigger_name="x")
        Enrolment.objects.create(automation=automation, subscriber=contact, started_at=at - timedelta(days=number // 3))
    kinds = [kind.name for kind in KINDS]
    enrolments = read_links(contact.pk).automations
    whole = read_timeline(contact.pk, kinds, 100, None, enrolments).items
    assert len(whole) == 19
    assert [item.at for item in whole] == sorted((item.at for item in whole), reverse=True)
    for number in (1, 3, 19):
        found: list[Any] = []
        after: Position | None = None
        while True:
            part = read_timeline(contact.pk, kinds, number, after, enrolments)
            found += part.items
            after = part.older and Position.read(str(part.older))
            if after is None:
                break
        assert found == whole


def test_older_items_come_alone_for_htmx(browser: Client, contact: Subscriber) -> None:
    for number in range(50):
        NoteFactory.create(subscriber=contact, title=f"Number {number:02}", created_at=timezone.now())
    answer = browser.get(page_of(contact))
    older = str(answer.context["timeline"].older)
    part = browser.get(LIST + f"{contact.pk}/change/", {"tab": "activity", "before": older}, headers=PART)
    assert [item.title for item in part.context["timeline"].items][:2] == ["Number 39", "Number 38"]
    assert part.content.decode().startswith('<li class="contact-item">')
    whole = browser.get(LIST + f"{contact.pk}/change/", {"tab": "activity", "before": older})
    assert "<html" in whole.content.decode()


@pytest.mark.parametrize(
    "before", ["x", "1", "2026-13-01", "2026-01-31T09:00:00+00:00_x_1", "_1_1", "2026-01-31_1_1", "9" * 30]
)
@pytest.mark.parametrize("tab", ["activity", "messages"])
def test_a_position_that_is_none_is_the_start(browser: Client, contact: Subscriber, tab: str, before: str) -> None:
    answer = browser.get(page_of(contact), {"tab": tab, "before": before})
    assert answer.status_code == 200


def test_a_tab_comes_alone_for_htmx_but_not_after_a_step_back(browser: Client, contact: Subscriber) -> None:
    part = page(browser, contact, "?tab=messages", headers=PART)
    assert "<html" not in part
    assert "No mails" in part
    assert "<html" in page(browser, contact, "?tab=messages", headers={**PART, "HX-History-Restore-Request": "true"})
    assert "Details" in page(browser, contact, "?tab=odd")


def test_messages_have_their_links_and_are_paged(browser: Client, contact: Subscriber) -> None:
    link = Link.objects.create(mailing=MailingFactory.create(), url="https://example.com/offer", digest="0" * 64)
    messages = MessageFactory.create_batch(30, subscriber=contact, mailing=link.mailing, kind=Kind.CUSTOM)
    Click.objects.create(message=messages[-1], link=link, count=3)
    MessageFactory.create(subject="Of another")
    answer = browser.get(page_of(contact, "?tab=messages"))
    assert [mail.pk for mail in answer.context["mails"]] == [message.pk for message in messages[:4:-1]]
    shown = answer.content.decode()
    assert "3 × https://example.com/offer" in shown
    assert "Of another" not in shown
    answer = browser.get(page_of(contact, f"?tab=messages&before={answer.context['older']}"))
    assert [mail.pk for mail in answer.context["mails"]] == [message.pk for message in messages[4::-1]]
    assert answer.context["older"] is None


def test_automations_and_sequences_say_where_the_contact_is(browser: Client, contact: Subscriber) -> None:
    automation = Automation.objects.create(title="Welcome all", trigger_name="x")
    Enrolment.objects.create(automation=automation, subscriber=contact, status="cancelled", notes="By staff")
    SequenceTrackerFactory.create(subscriber=contact, sequence=EmailSequenceFactory.create(title="Onboarding"))
    shown = page(browser, contact, "?tab=automations")
    for text in ("Welcome all", "By staff", "Onboarding"):
        assert text in shown


def test_each_part_takes_its_right(contact: Subscriber) -> None:
    fill(contact, 1)
    note = Note.objects.get()
    client = signed_in("view_subscriber")
    for tab in ("overview", "activity", "messages", "automations", "edit"):
        shown = page(client, contact, f"?tab={tab}")
        for hidden in (note.title, "Welcome", "Add a note", "contact-item", "<tbody", "data-edit"):
            assert hidden not in shown
    assert note.title in page(signed_in("view_subscriber", "view_note"), contact)
    assert signed_in("view_note").get(page_of(contact)).status_code == 403


def test_a_viewer_sees_no_buttons(contact: Subscriber) -> None:
    shown = page(signed_in(*VIEWS), contact)
    content = shown.partition('id="content-main"')[2].partition('id="command-submit"')[0]
    assert "contact-button" not in content.replace("contact-button contact-older", "")
    assert "<form" not in content


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999", "1_20"])
def test_it_says_that_there_is_no_such_contact(browser: Client, pk: str) -> None:
    for tab in ("overview", "edit"):
        assert browser.get(f"{LIST}{pk}/change/?tab={tab}").status_code == 302


def test_errors_of_the_form_open_it(browser: Client, contact: Subscriber) -> None:
    answer = browser.post(page_of(contact), {"email": "x", "status": "subscribed", "contact_type": "lead"})
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "The email must be a valid email address." in shown
    assert "data-edit" in shown
    # Above it is what is stored.
    assert "<h2>Ada Lovelace</h2>" in shown
