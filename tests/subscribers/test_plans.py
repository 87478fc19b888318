"""The indexes that answer a request: PostgreSQL's own plans of the statements that were run."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segments.models import ContactList, Tag
from segments.services import delete_segments
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, TagFactory
from tests.subscribers.expected import statements

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="The plans and indexes are PostgreSQL's.")
COUNT = 3_000
OTHERS = 15


@pytest.fixture
def crowd(db: None) -> dict[str, int]:
    """Contacts of whom a third has the tag and is on the list, among many other links."""
    tag, contact_list = TagFactory.create(), ContactListFactory.create()
    created = services.create_contacts(
        [
            Draft(
                {
                    "email": f"contact{n:05}@example.com",
                    "first_name": f"First{n}",
                    "city": "Leeds",
                    "status": "bounced" if n % 100 == 0 else "subscribed",
                }
            )
            for n in range(COUNT)
        ]
    )
    ids = list(created.values())
    services.attach_tags(ids, [other.pk for other in TagFactory.create_batch(OTHERS)])
    services.attach_lists(ids, [other.pk for other in ContactListFactory.create_batch(OTHERS)])
    services.attach_tags(ids[::3], [tag.pk])
    services.attach_lists(ids[::3], [contact_list.pk])
    with connection.cursor() as cursor:
        # What vacuum does in time: until then each search reads all that was added since.
        cursor.execute("SELECT gin_clean_pending_list('subscribers_search')")
        cursor.execute("ANALYZE")
        # A few thousand rows fit into so few pages that reading them all is cheap.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1")
    return {"tag": tag.pk, "list": contact_list.pk, "contact": ids[COUNT // 2]}


def plans(api: Api, path: str) -> list[str]:
    """The plan of each statement that a request ran."""
    with CaptureQueriesContext(connection) as queries:
        assert api.get(path).status_code == 200
    explained = []
    for sql in statements(queries):
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}")
                explained.append("\n".join(row[0] for row in cursor.fetchall()))
    return explained


INDEXES = [
    ("/subscribers?search=contact00077", "subscribers_search"),
    ("/subscribers?search=FIRST77", "subscribers_search"),
    ("/subscribers/search-contacts?search=first77", "subscribers_search"),
    ("/subscribers?tags[]={tag}", "subscribers_of_tag"),
    ("/subscribers?tags[]={tag}&page=90", "subscribers_of_tag"),
    ("/subscribers?tags[]={tag}&sort_type=ASC", "subscribers_of_tag"),
    ("/subscribers?lists[]={list}", "subscribers_of_list"),
    ("/subscribers?statuses[]=bounced", "subscribers_status"),
    ("/subscribers?sort_by=email&sort_type=ASC", "subscribers_email_unique"),
    ("/subscribers?sort_by=email&sort_type=DESC", "subscribers_email_unique"),
    ("/subscribers?sort_by=created_at", "subscribers_created_at"),
    ("/subscribers?sort_by=created_at&sort_type=ASC", "subscribers_created_at"),
    ("/subscribers?sort_by=last_activity", "subscribers_last_activity"),
    ("/subscribers?sort_by=last_activity&sort_type=ASC", "subscribers_last_activity"),
    ("/subscribers?sort_by=first_name", "subscribers_first_name"),
    ("/subscribers?sort_by=first_name&sort_type=ASC&page=200", "subscribers_first_name"),
    ("/subscribers?sort_by=last_name", "subscribers_last_name"),
    ("/subscribers?sort_by=last_name&sort_type=ASC", "subscribers_last_name"),
    ("/subscribers/prev-next-ids?filter_type=simple&current_id={contact}&sort_by=first_name", "subscribers_first_name"),
    ("/subscribers?search=first77 contact00077", "subscribers_search"),
    ("/subscribers?tags[]=gold", "segments_tag_title"),
    ("/subscribers/0?get_by_email=Contact00077@example.com", "subscribers_email_unique"),
    ("/subscribers/0?get_by_email=contact00078@example.com", "subscribers_tag_once"),
    ("/subscribers/0?get_by_email=contact00078@example.com", "subscribers_list_once"),
]


def test_it_reads_an_index_and_never_all_contacts(api: Api, crowd: dict[str, int]) -> None:
    for path, index in INDEXES:
        explained = plans(api, path.format(**crowd))
        beside = "\n\n".join([path, index, *explained])
        assert any(index in plan for plan in explained), beside
        assert not any("Seq Scan on subscribers_subscriber" in plan for plan in explained), beside


def test_it_reads_a_page_of_a_tag_from_the_links_alone(api: Api, crowd: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        # Sorting a thousand ids is cheap as well; a plan that sorts all the same has no index of that order.
        cursor.execute("SET LOCAL enable_sort = off")
    for page in (1, 50, 90):
        explained = plans(api, f"/subscribers?tags[]={crowd['tag']}&page={page}")
        [of_tag] = [plan for plan in explained if "subscribers_of_tag" in plan]
        assert "Sort" not in of_tag
        assert "subscribers_subscriber_pkey" not in of_tag


def test_it_counts_no_contacts_where_the_count_is_kept(api: Api, crowd: dict[str, int]) -> None:
    queries_of = {"": 3000, "page=250": 3000, "tags[]={tag}": 1000, "lists[]={list}": 1000, "statuses[]=bounced": 30}
    for query, total in queries_of.items():
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"/subscribers?{query.format(**crowd)}").json()["total"] == total
        [count] = [sql for sql in statements(queries) if "count(" in sql.lower()]
        assert "segments_tally" in count


def test_it_deletes_a_company_a_tag_or_a_list_without_reading_all_contacts(crowd: dict[str, int]) -> None:
    company = CompanyFactory.create(contacts=list(Subscriber.objects.order_by("pk")[:5]))
    for delete in (
        lambda: services.delete_companies([company.pk]),
        lambda: delete_segments(Tag, [crowd["tag"]]),
        lambda: delete_segments(ContactList, [crowd["list"]]),
    ):
        with CaptureQueriesContext(connection) as queries:
            delete()
        for sql in statements(queries):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on subscribers_subscriber" not in plan, f"{sql}\n\n{plan}"


# Few rows are ever deleted that these refer to, and an index would cost each row that is written:
# who wrote a note or reported an event, and the stage of a contact (subscribers.models).
WITHOUT_INDEX = {
    ("notes_note", "created_by_id"),
    ("events_trackedevent", "created_by_id"),
    ("emails_template", "created_by_id"),
    ("emails_mailing", "created_by_id"),
    ("subscribers_subscriber", "pipeline_stage_id"),
    # Tables of few rows: who wrote one, and what it was made from.
    ("automations_automation", "created_by_id"),
    ("automations_block", "created_by_id"),
    ("campaigns_campaign", "resend_of_id"),
    ("campaigns_campaign", "template_id"),
    ("campaigns_recurring", "created_by_id"),
    ("campaigns_recurring", "template_id"),
    ("sequences_emailsequence", "created_by_id"),
    ("webhooks_endpoint", "created_by_id"),
}


def test_each_foreign_key_has_an_index_for_the_deletion_of_what_it_refers_to(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f'
            AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
            """
        )
        assert set(cursor.fetchall()) == WITHOUT_INDEX


def test_what_is_written_often_has_room_in_its_page_and_few_indexes(db: None) -> None:
    """A new version of a row that changes no indexed column touches no index, where its page has room."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'subscribers_lastchange'")
        assert [definition.rpartition(" ")[2] for (definition,) in cursor.fetchall()] == ["(subscriber_id)"]
        for table, free in {"subscribers_subscriber": 85, "subscribers_lastchange": 50}.items():
            cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [table])
            assert cursor.fetchone() == ([f"fillfactor={free}"],)


def test_it_sorts_all_by_the_last_change_without_reading_contacts(api: Api, crowd: dict[str, int]) -> None:
    for query in ("", "&sort_type=ASC", "&page=200"):
        explained = plans(api, f"/subscribers?sort_by=updated_at{query}")
        [ids] = [plan for plan in explained if "Limit" in plan and "subscribers_lastchange" in plan]
        assert "subscribers_subscriber" not in ids
