"""A row of each kind for the site of these tests: what has nothing in it shows nothing. The pictures show it too. One file, as its rows belong to each other."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, ApplicationPassword
from accounts.services import hash_password
from automations.models import Block, Enrolment
from campaigns.models import Status
from companies.models import Company
from emails.models import Click, Consent, Kind, Link, Message, Template
from emails.services.links import digest_of
from emails.services.numbers import fold_numbers
from labels.models import Label
from labels.services import set_labels
from notes.models import Note
from reports.services.daily import add
from segments.models import Tag
from sequences.models import SequenceTracker
from subscribers import services
from subscribers.models import Subscriber
from tests.automations.factories import BlockRunFactory, EnrolmentFactory
from tests.automations.working import automation, block, tag, wait
from tests.browser.data import USER
from tests.campaigns.factories import make_campaign
from tests.dynamic_segments.factories import DynamicSegmentFactory
from tests.emails.factories import MailingFactory
from tests.events.factories import TrackedEventFactory
from tests.factories import CustomFieldFactory
from tests.jobs.factories import JobFactory
from tests.labels.factories import LabelFactory
from tests.sequences.factories import EmailSequenceFactory, SequenceMailFactory, SequenceTrackerFactory
from tests.smart_links.factories import SmartLinkFactory
from tests.webhooks.endpoints import make_endpoint
from webhooks.models import Attempt, Delivery, Event, Webhook

OFFER = "https://shop.example.com/spring?utm_source=newsletter&utm_medium=email&utm_campaign=everything-for-gardens"
BODY = f"""<h2>Spring is here</h2><p>Hello {{{{contact.first_name|friend}}}},</p>
<p>everything for the garden is a fifth cheaper until Sunday.</p><p><a href="{OFFER}">See the offers</a></p>"""

TITLES = {
    "send_custom_email": "Send the welcome",
    "fluentcrm_wait_times": "Wait",
    "fcrm_has_contact_tag": "Is a customer?",
    "add_contact_to_tag": "Invite to the webinar",
    "change_contact_status": "Set the status",
}


def make() -> dict[str, str]:
    """Make the rows; the addresses of pages of some of them, by name."""
    user = User.objects.get(username=USER)
    contacts = list(Subscriber.objects.order_by("pk")[:60])
    pages = [
        *make_campaigns(user, contacts),
        *make_automation(contacts),
        *make_sequence(contacts),
        *make_company(contacts),
        *make_connections(user, contacts),
        *make_words(contacts),
    ]
    make_life(user, contacts[0])
    make_days()
    # Nobody works for this site: what is due stays so.
    while fold_numbers():
        pass
    return dict(pages)


def make_days() -> None:
    """Ninety days of numbers: more contacts, and a mail to many of them each week."""
    today = timezone.localdate()
    numbers: dict[tuple[str, str], int] = {}
    for ago in range(90):
        day = (today - timedelta(days=ago)).isoformat()
        numbers[day, "created"] = 4 + (ago * 7) % 9
        if ago % 7 == 3:
            sent = 700 - 5 * ago
            numbers |= {(day, "message_sent"): sent, (day, "message_opened"): sent * 2 // 5}
            numbers |= {(day, "message_clicked"): sent // 9, (day, "message_bounced"): sent // 90}
    add(numbers)


def page_of(row: Any) -> str:
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])


def make_campaigns(user: User, contacts: Sequence[Subscriber]) -> list[tuple[str, str]]:
    now = timezone.now()
    label = LabelFactory.create(title="Season", color="#2563eb")
    draft = make_campaign("Autumn sale", subject="Leaves, and what to do with them", body=BODY, created_by=user)
    sent = make_campaign("Spring sale", body=BODY, status=Status.ARCHIVED, queued_at=now, created_by=user)
    moving = make_campaign("Monday news", body=BODY, status=Status.WORKING, queued_at=now, created_by=user)
    set_labels("campaign", sent.pk, [label.pk], "attach")
    for campaign, leaves in ((sent, True), (moving, False)):
        write_messages(campaign, contacts, now, leaves=leaves)
    campaigns = {"draft": draft, "sent": sent, "moving": moving}
    return [(f"campaign-{name}", page_of(campaign)) for name, campaign in campaigns.items()]


def write_messages(campaign: Any, contacts: Sequence[Subscriber], now: Any, *, leaves: bool) -> None:
    link = Link.objects.create(mailing=campaign.mailing, url=OFFER, digest=digest_of(OFFER))
    messages = [
        Message(
            mailing=campaign.mailing,
            kind=Kind.CAMPAIGN,
            subscriber=contact,
            email=contact.email,
            subject=f"Hello {contact.first_name}",
            state="failed" if n % 20 == 19 else "sent" if leaves or n % 3 else "scheduled",
            error="550 5.1.1 The mailbox does not exist" if n % 20 == 19 else "",
            sent_at=now - timedelta(hours=n),
            opens=n % 2,
            opened_at=now if n % 2 else None,
            clicks=int(n % 4 == 1),
            clicked_at=now if n % 4 == 1 else None,
            due=now + timedelta(days=365),
        )
        for n, contact in enumerate(contacts)
    ]
    made = Message.objects.bulk_create(messages)
    Click.objects.bulk_create([Click(message=message, link=link) for message in made if message.clicks])
    campaign.recipients_count = len(made)
    campaign.save()


def make_automation(contacts: Sequence[Subscriber]) -> list[tuple[str, str]]:
    customer, webinar = Tag.objects.order_by("pk")[:2]
    mail = MailingFactory.create(
        kind=Kind.AUTOMATION, title="Welcome", subject="Welcome, {{contact.first_name}}", body=BODY
    )
    flow = automation(
        block("send_custom_email", reference_campaign=mail.pk),
        wait(3),
        block(
            "fcrm_has_contact_tag",
            "conditional",
            yes=[tag(webinar), wait(1)],
            no=[block("change_contact_status", status="subscribed")],
            tags=[str(customer.pk)],
            select_type="any",
        ),
        trigger="fluentcrm_contact_added_to_tags",
        settings={"tags": [str(customer.pk)], "select_type": "any"},
        title="Welcome new customers",
    )
    for name, title in TITLES.items():
        Block.objects.filter(automation=flow, action_name=name).update(title=title)
    blocks = list(Block.objects.filter(automation=flow, parent=None).order_by("sequence"))
    for n, contact in enumerate(contacts[:24]):
        is_through = n % 3 == 0
        enrolment = EnrolmentFactory.create(
            automation=flow,
            subscriber=contact,
            status=Enrolment.Status.COMPLETED if is_through else Enrolment.Status.ACTIVE,
            next_block=None if is_through else blocks[2],
            next_execution_time=None if is_through else timezone.now() + timedelta(days=365),
        )
        for one in blocks if is_through else blocks[:2]:
            BlockRunFactory.create(enrolment=enrolment, block=one)
    names = ("mail", "wait", "condition")
    return [
        ("automation", page_of(flow)),
        ("enrolment", page_of(Enrolment.objects.filter(automation=flow).latest("pk"))),
        ("block-add", f"{page_of(flow).removesuffix('change/')}blocks/add/?kind=add_contact_to_tag"),
        ("trigger", f"{page_of(flow).removesuffix('change/')}trigger/"),
        *(
            (f"block-{name}", f"{page_of(flow).removesuffix('change/')}blocks/{one.pk}/")
            for name, one in zip(names, blocks, strict=True)
        ),
    ]


def make_sequence(contacts: Sequence[Subscriber]) -> list[tuple[str, str]]:
    sequence = EmailSequenceFactory.create(title="First weeks")
    mails = [
        SequenceMailFactory.create(
            sequence=sequence, mailing__title=title, mailing__subject=title, mailing__body=BODY, delay_amount=day
        )
        for day, title in enumerate(("Welcome", "What you can do", "Who we are"))
    ]
    for n, contact in enumerate(contacts[:12]):
        tracker = SequenceTrackerFactory.create(
            sequence=sequence,
            subscriber=contact,
            status=SequenceTracker.Status.ACTIVE if n % 2 else SequenceTracker.Status.COMPLETED,
            next_mail=mails[1] if n % 2 else None,
            next_execution_time=timezone.now() + timedelta(days=365),
        )
    return [("sequence", page_of(sequence)), ("sequence-mail", page_of(mails[1])), ("tracker", page_of(tracker))]


def make_company(contacts: Sequence[Subscriber]) -> list[tuple[str, str]]:
    company = Company.objects.create(
        name="Analytical Engines Ltd",
        industry="Manufacturing",
        type="Partner",
        email="office@engines.example.com",
        phone="+44 20 7946 0000",
        website="https://engines.example.com",
        address_line_1="1 Dorset Street",
        postal_code="W1U 4EG",
        city="London",
        country="GB",
        employees_number=42,
        description="Makes engines that weave algebraic patterns.",
        owner=contacts[0],
    )
    bare = Company.objects.create(name="Nothing Known")
    services.attach_companies([contact.pk for contact in contacts[:40]], [company.pk])
    return [("company", page_of(company)), ("company-bare", page_of(bare))]


def make_connections(user: User, contacts: Sequence[Subscriber]) -> list[tuple[str, str]]:
    webhook = Webhook.objects.create(name="Form of the shop")
    endpoint = make_endpoint(
        "https://hooks.example.com/contacts", "contact.created", "contact.updated", description="Shop"
    )
    event = Event.objects.create(type="contact.created", contact_id=contacts[0].pk, data='{"id": "con_1"}')
    delivery, refused = (
        Delivery.objects.create(
            endpoint=endpoint,
            event=event,
            contact_id=contacts[0].pk,
            state=state,
            attempts=1,
            attempted_at=timezone.now(),
            status_code=code,
            milliseconds=87,
            error=error,
        )
        for state, code, error in (("delivered", 200, ""), ("failed", 500, "The receiver answered 500."))
    )
    for one in (delivery, refused):
        Attempt.objects.create(
            delivery=one, at=timezone.now(), status_code=one.status_code, milliseconds=87, error=one.error, answer="OK"
        )
    key = ApiKey.objects.create(user=user, name="Warehouse", hash=hash_password("of the showcase"))
    password = ApplicationPassword.objects.create(user=user, name="Zapier", hash=hash_password("of the showcase"))
    jobs = [
        JobFactory.create(user=user, title="Add to tags", state="running", done=40_000, total=100_000),
        JobFactory.create(user=user, title="Change status", state="done", done=512, total=512, result={"changed": 512}),
    ]
    rows = {
        "webhook": webhook,
        "endpoint": endpoint,
        "delivery": delivery,
        "delivery-failed": refused,
        "api-key": key,
        "password": password,
        "job-running": jobs[0],
        "job-done": jobs[1],
    }
    return [(name, page_of(row)) for name, row in rows.items()]


def make_words(contacts: Sequence[Subscriber]) -> list[tuple[str, str]]:
    segment = DynamicSegmentFactory.create(title="Subscribed", description="Those who may be written to.")
    field = CustomFieldFactory.create(slug="size", label="Size", type="select-one", options=["S", "M", "L"])
    CustomFieldFactory.create(slug="birthplace", label="Place of birth")
    Subscriber.objects.filter(pk=contacts[0].pk).update(custom_values={"size": "M", "birthplace": "London"})
    link = SmartLinkFactory.create(title="Webinar", target_url=OFFER, attach={"tags": [Tag.objects.earliest("pk").pk]})
    Template.objects.filter(title="Spring").update(body=BODY)
    return [
        ("segment", page_of(segment)),
        ("custom-field", page_of(field)),
        ("smart-link", page_of(link)),
        ("template", page_of(Template.objects.get(title="Spring"))),
        ("label", page_of(Label.objects.get(title="Season"))),
        ("contact", page_of(contacts[0])),
    ]


def make_life(user: User, contact: Subscriber) -> None:
    """Something of each kind that happened to a contact."""
    Note.objects.create(
        subscriber=contact,
        created_by=user,
        type="call",
        title="Asked about the engine",
        description="<p>Wants <strong>two</strong> of them by <em>June</em>.</p><ul><li>One with punched cards</li></ul>",
    )
    TrackedEventFactory.create(
        subscriber=contact, created_by=user, provider="shop", event_key="order", title="Ordered", value="£ 120"
    )
    consent = MailingFactory.create(kind=Kind.DOUBLE_OPTIN, subject="Please confirm your subscription")
    Consent.objects.create(subscriber=contact, email=contact.email, mailing=consent, ip="192.0.2.7")
