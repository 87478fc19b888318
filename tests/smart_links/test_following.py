"""Following smart links: out of a mail for its contact, from anywhere else for nobody."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations.models import Automation, Enrolment
from changes.actors import ActorKind
from changes.models import Change
from emails.links import Target, address
from emails.models import Link, Message
from segments.models import ContactList, Tag
from segments.services import delete_segments
from sequences.models import SequenceTracker
from smart_links.models import SmartLink, Visit
from smart_links.services import Counts, counts_of, delete_links, follow, following
from subscribers.models import Subscriber
from subscribers.services import delete_contacts
from tests.emails.factories import MessageFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.sequences.factories import EmailSequenceFactory
from tests.smart_links.factories import SmartLinkFactory
from tests.threads import at_once, two_writers

SITE = "http://127.0.0.1:8000"
Click = Callable[..., Any]


@pytest.fixture
def smart_link(db: None) -> SmartLink:
    """One that gives a tag and a list, and takes others."""
    made: SmartLink = SmartLinkFactory.create(
        attach={"tags": [TagFactory.create(title="in").pk], "lists": [ContactListFactory.create(title="in").pk]},
        detach={"tags": [TagFactory.create(title="out").pk], "lists": [ContactListFactory.create(title="out").pk]},
    )
    return made


@pytest.fixture
def contact(smart_link: SmartLink) -> Subscriber:
    """One with what the link takes."""
    made: Subscriber = SubscriberFactory.create(
        status="unsubscribed",
        tags=Tag.objects.filter(title="out"),
        lists=ContactList.objects.filter(title="out"),
    )
    return made


def links_of(contact: Subscriber) -> tuple[set[str], set[str]]:
    tags, lists = contact.tags.values_list("title", flat=True), contact.lists.values_list("title", flat=True)
    return set(tags), set(lists)


@pytest.fixture
def click(contact: Subscriber) -> Click:
    """Click, in a mail to the contact, on a link to an address."""
    message: Message = MessageFactory.create(subscriber=contact, state="sent")

    def click(url: str, method: str = "GET", **headers: str) -> Any:
        link, _ = Link.objects.get_or_create(mailing=message.mailing, url=url, digest=url[-64:])
        place = address("click", Target(contact.pk, message.pk, link.pk)).removeprefix(SITE)
        return Client().generic(method, place, headers=headers)

    return click


FORMS = ["/go/{}", "/go/{}/", "/?fluentcrm=1&route=smart_url&slug={}", "/index.php?fluentcrm=1&route=smart_url&slug={}"]


@pytest.mark.parametrize("form", FORMS)
def test_a_click_in_a_mail_acts_for_its_contact(
    smart_link: SmartLink, contact: Subscriber, click: Click, form: str
) -> None:
    assert links_of(contact) == ({"out"}, {"out"})
    answer = click(SITE + form.format(smart_link.short))
    assert (answer.status_code, answer["Location"]) == (307, smart_link.target_url)
    assert links_of(contact) == ({"in"}, {"in"})
    contact.refresh_from_db()
    assert contact.status == "unsubscribed"
    assert Message.objects.get().clicks == 1
    entries = Change.objects.filter(changed__contact_id=contact.pk)
    assert set(entries.values_list("event", flat=True)) >= {
        "tags_attached",
        "tags_detached",
        "lists_attached",
        "lists_detached",
        "smart_link_clicked",
    }
    followed = entries.get(event="smart_link_clicked")
    assert (followed.subject_kind, followed.subject_id, followed.actor_kind, followed.actor_id) == (
        "smart_link",
        smart_link.pk,
        ActorKind.CONTACT,
        contact.pk,
    )


def test_a_second_click_is_counted_and_changes_nothing(
    smart_link: SmartLink, contact: Subscriber, click: Click
) -> None:
    for _ in range(3):
        click(f"{SITE}/go/{smart_link.short}")
    assert counts_of([smart_link.pk]) == {smart_link.pk: Counts(contacts=1, clicks=3)}
    assert Visit.objects.get().clicks == 3
    for event in ("tags_attached", "lists_detached", "smart_link_clicked"):
        assert Change.objects.filter(event=event).count() == 1


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Purpose": "prefetch"}), ("GET", {"Sec-Purpose": "prefetch;prerender"})],
)
def test_who_only_looks_ahead_does_nothing_for_the_contact(
    smart_link: SmartLink, contact: Subscriber, click: Click, method: str, headers: dict[str, str]
) -> None:
    answer = click(f"{SITE}/go/{smart_link.short}", method, **headers)
    assert (answer.status_code, answer["Location"]) == (307, f"{SITE}/go/{smart_link.short}")
    assert links_of(contact) == ({"out"}, {"out"})


@pytest.mark.parametrize("form", FORMS[::2])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_without_a_mail_it_only_leads_on(smart_link: SmartLink, contact: Subscriber, form: str, method: str) -> None:
    answer = Client().generic(method, form.format(smart_link.short))
    assert (answer.status_code, answer["Location"]) == (302, smart_link.target_url)
    assert "no-store" in answer["Cache-Control"]
    assert (links_of(contact), Visit.objects.count()) == (({"out"}, {"out"}), 0)


@pytest.mark.parametrize("short", ["none", "x" * 33, "a-b", "%00", "ž", "a%20b"])
def test_a_link_that_there_is_not_leads_nowhere(db: None, short: str) -> None:
    for form in FORMS[::2]:
        answer = Client().get(form.format(short))
        assert answer.status_code == 404
        assert b"This link leads nowhere" in answer.content


def test_nothing_is_posted_to_it(smart_link: SmartLink) -> None:
    assert Client().post(f"/go/{smart_link.short}").status_code == 405


def test_a_deleted_link_is_followed_to_its_own_page(smart_link: SmartLink, contact: Subscriber, click: Click) -> None:
    delete_links([smart_link.pk])
    answer = click(f"{SITE}/go/{smart_link.short}")
    assert (answer.status_code, answer["Location"]) == (307, f"{SITE}/go/{smart_link.short}")
    assert links_of(contact) == ({"out"}, {"out"})


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example.com/go/{}", SITE + "/going/{}", SITE + "/?slug={}", "http://127.0.0.1:8000"]
)
def test_other_links_are_as_they_were(smart_link: SmartLink, contact: Subscriber, click: Click, url: str) -> None:
    answer = click(url.format(smart_link.short))
    assert answer["Location"] == url.format(smart_link.short)
    assert links_of(contact) == ({"out"}, {"out"})


def test_what_was_deleted_is_skipped(smart_link: SmartLink, contact: Subscriber, click: Click) -> None:
    delete_segments(Tag, smart_link.attach["tags"])
    assert click(f"{SITE}/go/{smart_link.short}")["Location"] == smart_link.target_url
    assert links_of(contact) == (set(), {"in"})


def test_a_contact_who_is_gone_gets_on(smart_link: SmartLink, contact: Subscriber, click: Click) -> None:
    assert follow(smart_link, contact.pk + 1) is False
    delete_contacts([contact.pk])
    assert not Visit.objects.exists()


def test_a_database_that_fails_keeps_nobody_from_the_target(
    smart_link: SmartLink, contact: Subscriber, click: Click, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(following, "lock_contacts", fail)
    assert click(f"{SITE}/go/{smart_link.short}")["Location"] == smart_link.target_url
    assert links_of(contact) == ({"out"}, {"out"})


def test_visits_go_with_the_contact_and_numbers_stay(smart_link: SmartLink, contact: Subscriber) -> None:
    follow(smart_link, contact.pk)
    delete_contacts([contact.pk])
    assert not Visit.objects.exists()
    assert counts_of([smart_link.pk])[smart_link.pk] == Counts(1, 1)


@two_writers
@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_are_all_counted_and_act_once() -> None:
    link = SmartLinkFactory.create(attach={"tags": [TagFactory.create().pk]})
    # Two of them are counted in the same row.
    first = SubscriberFactory.create()
    second = SubscriberFactory.create(pk=first.pk + 16)
    people = [first.pk, first.pk, second.pk, second.pk]
    assert at_once(*[partial(follow, link, pk) for pk in people]) == [True] * 4
    assert counts_of([link.pk]) == {link.pk: Counts(contacts=2, clicks=4)}
    assert Change.objects.filter(event="tags_attached").count() == 2
    assert Change.objects.filter(event="smart_link_clicked").count() == 2


def test_it_costs_as_many_statements_for_many_tags_as_for_few(db: None) -> None:
    counts = []
    for size in (1, 20):
        ids = [tag.pk for tag in TagFactory.create_batch(size)]
        lists = [one.pk for one in ContactListFactory.create_batch(size)]
        link, contact = SmartLinkFactory.create(attach={"tags": ids, "lists": lists}), SubscriberFactory.create()
        with CaptureQueriesContext(connection) as statements:
            follow(link, contact.pk)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_first_click_enrols(smart_link: SmartLink, contact: Subscriber, click: Click) -> None:
    Subscriber.objects.update(status="subscribed")
    sequences, automation = (
        EmailSequenceFactory.create_batch(2),
        Automation.objects.create(title="A", status="published"),
    )
    draft = Automation.objects.create(title="Draft")
    smart_link.enrol = {
        "automations": [automation.pk, draft.pk, 10**12],
        "sequences": [*(sequence.pk for sequence in sequences), 10**12],
    }
    smart_link.save()
    for _ in range(2):
        assert click(f"{SITE}/go/{smart_link.short}")["Location"] == smart_link.target_url
    assert links_of(contact) == ({"in"}, {"in"})
    [enrolment] = Enrolment.objects.all()
    assert (enrolment.automation_id, enrolment.subscriber_id) == (automation.pk, contact.pk)
    trackers = SequenceTracker.objects.filter(subscriber=contact).values_list("sequence", flat=True)
    assert sorted(trackers) == sorted(sequence.pk for sequence in sequences)


def test_sequences_take_nobody_who_left(smart_link: SmartLink, contact: Subscriber, click: Click) -> None:
    smart_link.enrol = {"sequences": [EmailSequenceFactory.create().pk]}
    smart_link.save()
    click(f"{SITE}/go/{smart_link.short}")
    assert links_of(contact) == ({"in"}, {"in"})
    assert not SequenceTracker.objects.exists()
