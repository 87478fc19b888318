"""What the admin's screens are measured with, on both databases: many rows of everything, by set statements. One file, as later rows point to earlier ones."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import GeneratedField, Model
from django.utils import timezone

from automations.models import BlockRun, Enrolment
from benchmarks.dataset import CITIES, FIRST_NAMES, LAST_NAMES, tidy
from campaigns.models import Campaign
from changes.models import Change, ChangedContact
from custom_fields.models import CustomField
from custom_fields.services import replace_definitions
from database.sql import is_postgresql
from emails.models import Click, Consent, Kind, Link, Mailing, Message
from events.models import TrackedEvent
from jobs.models import Job
from notes.models import Note
from reports.models import DayCount
from sequences.models import SequenceTracker
from smart_links.models import Visit
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag
from tests.automations.factories import AutomationFactory, BlockFactory
from tests.companies.factories import CompanyFactory
from tests.dynamic_segments.factories import DynamicSegmentFactory
from tests.emails.factories import MailingFactory, TemplateFactory
from tests.factories import ContactListFactory, TagFactory
from tests.labels.factories import LabelFactory
from tests.sequences.factories import EmailSequenceFactory, SequenceMailFactory
from tests.smart_links.factories import SmartLinkFactory
from webhooks.models import Delivery, Endpoint, Event, Webhook

TAGS, LISTS, COMPANIES = 300, 30, 2_000
# Tags 1 to 3 are each on three contacts of ten, the others on few; all tags together are on each contact twice.
COMMON_TAGS = 3
DAYS = 365
STATUSES = ["subscribed"] * 17 + ["pending", "unsubscribed", "bounced"]
CUSTOM_FIELDS = {"plan": "select-one", "score": "number", "renews_on": "date", "department": "text"}
NUMBERS = (
    "WITH RECURSIVE numbers (n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
)


def pick(values: Sequence[str], place: str) -> str:
    """SQL for one of the texts: the one at that place, counted round and round."""
    cases = " ".join(f"WHEN {number} THEN '{value}'" for number, value in enumerate(values))
    return f"CASE {place} % {len(values)} {cases} END"


def ago(minutes: str) -> str:
    """SQL for the time so many minutes ago."""
    if is_postgresql():
        return f"now() - ({minutes}) * interval '1 minute'"
    return f"datetime('now', '-' || ({minutes}) || ' minutes')"


def multiply(model: type[Model], count: int, *, like: Any = None, **columns: str) -> None:
    """Write `count` rows by one statement, numbered n = 1, 2, ...: `columns` are SQL, the others as in the row `like`.

    `||` binds closer than `%` on SQLite, and the other way round on PostgreSQL.
    """
    row = like or model()
    opts = model._meta
    values, parameters = dict(columns), []
    for field in opts.concrete_fields:
        name = str(field.column)
        if name in columns or field.primary_key or isinstance(field, GeneratedField):
            continue
        values[name] = "%s"
        parameters.append(field.get_db_prep_save(field.pre_save(row, add=True), connection))
    shown = {name: value if value == "%s" else value.replace("%", "%%") for name, value in values.items()}
    # The parameters are in the order of their columns: the others come first.
    names = sorted(shown, key=lambda name: shown[name] == "%s")
    sql = f"""
        {NUMBERS.format(count=count)}
        INSERT INTO {opts.db_table} ({", ".join(f'"{name}"' for name in names)})
        SELECT {", ".join(shown[name] for name in names)} FROM numbers WHERE true ON CONFLICT DO NOTHING
    """  # noqa: S608 - of constants
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def make_admin_dataset(contacts: int) -> None:
    """Fill an empty, migrated database."""
    make_contacts(contacts)
    make_links(contacts)
    make_messages(contacts)
    make_followers(contacts)
    make_history(contacts)
    make_webhooks(contacts)
    if is_postgresql():
        tidy()
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def make_contacts(contacts: int) -> None:
    replace_definitions([CustomField(slug=slug, label=slug, type=kind) for slug, kind in CUSTOM_FIELDS.items()])
    first, last, city = pick(FIRST_NAMES, "n"), pick(LAST_NAMES, "(n / 7)"), pick(CITIES, "(n / 11)")
    custom = " || ".join(
        [
            '\'{"plan": "\'',
            pick(["Free", "Silver", "Gold"], "n"),
            '\'", "score": "\'',
            "(n % 1000)",
            '\'", "department": "\'',
            pick(["Sales", "Support", "Board", "Press"], "(n / 3)"),
            '\'", "renews_on": "2026-\'',
            "substr('0' || (1 + n % 12), length('0' || (1 + n % 12)) - 1, 2)",
            "'-15\"}'",
        ]
    )
    CompanyFactory.create_batch(COMPANIES)
    multiply(
        Subscriber,
        contacts,
        like=Subscriber(country="GB", source="web", timezone="Europe/London"),
        hash="'contact' || n",
        email=f"lower({first} || '.' || {last} || '.' || n || '@mail' || (n % 40) || '.example.com')",
        first_name=first,
        last_name=last,
        city=city,
        phone="'+44 20 ' || (1000000 + n * 7 % 8999999)",
        address_line_1="(n % 300) || ' Main Street'",
        status=pick(STATUSES, "n"),
        contact_type=pick(["lead", "lead", "lead", "customer"], "(n / 5)"),
        company_id=f"CASE WHEN n % 5 = 0 THEN 1 + n % {COMPANIES} END",
        date_of_birth=f"{'date ' * is_postgresql()}'1980-05-17'",
        created_at=ago("n * 7919 % 1000003"),
        last_activity=ago("n * 104729 % 500009"),
        custom_values=f"CAST({custom} AS jsonb)" if is_postgresql() else custom,
    )


def make_links(contacts: int) -> None:
    TagFactory.create_batch(TAGS)
    ContactListFactory.create_batch(LISTS)
    DynamicSegmentFactory.create_batch(5, contact_count=contacts * 17 // 20, counted_at=timezone.now())
    for place in range(COMMON_TAGS):
        chosen = f"(n * 10 / 3 + {place * 7})"
        multiply(SubscriberTag, contacts * 3 // 10, tag_id=str(place + 1), subscriber_id=f"1 + {chosen} % {contacts}")
    for prime in (7919, 104729):
        tag = f"{COMMON_TAGS + 1} + n * {prime} % {TAGS - COMMON_TAGS}"
        multiply(SubscriberTag, contacts, tag_id=tag, subscriber_id="n")
    multiply(SubscriberList, contacts, list_id=f"1 + n % {LISTS}", subscriber_id="n")
    multiply(SubscriberList, contacts // 2, list_id="1", subscriber_id="n * 2")
    multiply(SubscriberCompany, contacts // 5, company_id=f"1 + n * 5 % {COMPANIES}", subscriber_id="n * 5")
    # One company with a tenth of all.
    multiply(SubscriberCompany, contacts // 10, company_id="1", subscriber_id="n * 10")


def make_messages(contacts: int) -> None:
    """A campaign to a tenth of the contacts, and as many other mails: a third opened, a tenth clicked."""
    TemplateFactory.create_batch(20)
    number = contacts // 10
    for kind in (Kind.CAMPAIGN, Kind.CUSTOM):
        mailing = MailingFactory.create(kind=kind)
        if kind == Kind.CAMPAIGN:
            Campaign.objects.create(mailing=mailing, status="archived", recipients_count=number)
        opened, clicked = "n % 3 = 0", "n % 10 = 0"
        multiply(
            Message,
            number,
            like=Message(mailing=mailing, kind=kind, subject="News"),
            subscriber_id="n * 10 - 3",
            email="'contact.' || n || '@example.com'",
            hash=f"'{kind}' || n",
            state=pick(["sent"] * 48 + ["bounced", "failed"], "n"),
            due=ago("n % 500000"),
            sent_at=ago("n % 500000"),
            opens=f"CASE WHEN {opened} OR {clicked} THEN 1 ELSE 0 END",
            opened_at=f"CASE WHEN {opened} OR {clicked} THEN {ago('n % 400000')} END",
            clicks=f"CASE WHEN {clicked} THEN 1 ELSE 0 END",
            clicked_at=f"CASE WHEN {clicked} THEN {ago('n % 400000')} END",
        )
        link = Link.objects.create(mailing=mailing, url="https://shop.example.com/", digest="0" * 64)
        first = Message.objects.filter(mailing=mailing).earliest("pk").pk
        multiply(Click, number // 10, like=Click(link=link), message_id=f"{first - 1} + n * 10")
    MailingFactory.create_batch(20, kind=Kind.CAMPAIGN)
    for mailing in Mailing.objects.filter(kind=Kind.CAMPAIGN, campaign=None):
        Campaign.objects.create(mailing=mailing)
    multiply(
        Consent,
        number,
        like=Consent(mailing=mailing, email="a@example.com"),
        subscriber_id="n * 9",
        at=ago("n % 90000"),
    )


def make_followers(contacts: int) -> None:
    """Contacts in automations and sequences, those who followed a smart link, notes and events."""
    LabelFactory.create_batch(10)
    number = contacts // 10
    for automation in AutomationFactory.create_batch(5, status="published"):
        block = BlockFactory.create(automation=automation)
        first = Enrolment.objects.count()
        multiply(
            Enrolment,
            number // 2,
            like=Enrolment(automation=automation, next_block=block),
            subscriber_id="n * 3",
            status=pick(["active", "completed", "cancelled", "waiting"], "n"),
            created_at=ago("n % 500000"),
        )
        multiply(BlockRun, number // 2, like=BlockRun(block=block), enrolment_id=f"{first} + n")
    for sequence in EmailSequenceFactory.create_batch(3):
        mail = SequenceMailFactory.create(sequence=sequence)
        multiply(
            SequenceTracker,
            number // 2,
            like=SequenceTracker(sequence=sequence, next_mail=mail),
            subscriber_id="n * 7",
            status=pick(["active", "completed", "cancelled"], "n"),
        )
    link = SmartLinkFactory.create()
    multiply(Visit, number, like=Visit(link=link, first_at=timezone.now(), last_at=timezone.now()), subscriber_id="n")
    multiply(
        Note,
        number,
        like=Note(description="<p>Called.</p>"),
        subscriber_id="n * 5",
        title="'Call ' || n",
        created_at=ago("n % 500000"),
    )
    multiply(
        TrackedEvent,
        number * 2,
        subscriber_id="n * 4",
        provider=pick(["shop", "app"], "n"),
        event_key=pick(["order", "login", "visit"], "n"),
        title="'Event ' || (n % 50)",
        created_at=ago("n % 500000"),
    )


def make_history(contacts: int) -> None:
    """An entry for half of the contacts, one for all of them, a year of daily numbers, and jobs."""
    number = contacts // 2
    multiply(
        Change,
        number,
        like=Change(channel="api", contacts=1),
        event=pick(["created", "updated", "tags_attached", "message_opened"], "n"),
        transaction_number="n",
        at=ago(f"{number} - n"),
    )
    multiply(ChangedContact, number, change_id="n", contact_id=f"1 + n % {contacts}")
    whole = Change.objects.create(
        channel="import", event="lists_attached", contacts=contacts, subject_kind="list", subject_id=1
    )
    multiply(ChangedContact, contacts, like=ChangedContact(change=whole), contact_id="n")
    for name in ("created", "deleted", "status_bounced", "message_sent", "message_opened", "message_clicked"):
        day = "current_date - CAST(n AS integer)" if is_postgresql() else "date('now', '-' || n || ' days')"
        multiply(DayCount, DAYS, like=DayCount(name=name), day=day, number="n * 7 % 900")
    multiply(
        Job,
        2_000,
        like=Job(kind="bulk_action", title="Add to tags: VIP", channel="admin", state="done", done=1_000, total=1_000),
        due=ago("n"),
        created_at=ago("n * 20"),
        finished_at=ago("n * 20"),
    )


def make_webhooks(contacts: int) -> None:
    for number in range(5):
        Webhook.objects.create(name=f"Form {number}", status="pending")
    endpoint = Endpoint.objects.create(url="https://shop.example.com/told", events=["contact.created"])
    first = Event.objects.count()
    multiply(
        Event,
        contacts // 10,
        like=Event(type="contact.created", data="{}"),
        name="'evt_' || n",
        contact_id="n",
        at=ago("n % 40000"),
    )
    multiply(
        Delivery,
        contacts // 10,
        like=Delivery(endpoint=endpoint, attempts=1, status_code=200, milliseconds=80),
        event_id=f"{first} + n",
        contact_id="n",
        state=pick(["delivered"] * 49 + ["failed"], "n"),
        due=ago("n % 40000"),
        attempted_at=ago("n % 40000"),
    )
