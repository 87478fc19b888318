"""What lists, searches and bulk requests cost: as many statements for many contacts as for few."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from fluenzr.ids import GROUP, encode
from pipelines.models import Stage
from segments.counting import MANY
from subscribers.services import attach_companies
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr
from tests.subscribers.expected import ANOTHER_LINK, HISTORY, HOLD, MOVE, counted


def statements(call: Callable[[], Any]) -> int:
    """How many statements a request costs, without those that open and close its transaction."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = call()
    assert response.status_code == 200, response.content
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for query in captured)


@pytest.fixture
def few_and_many(fluenzr: Fluenzr, stages: dict[str, Stage]) -> tuple[str, str]:
    """Two groups, of 2 and of 50 contacts that have all that a contact may have."""
    CustomFieldFactory.create(slug="sector")
    tags, company = TagFactory.create_batch(3), Company.objects.create(name="Acme")
    ids = []
    for size in (2, 50):
        group = ContactListFactory.create()
        contacts = SubscriberFactory.create_batch(
            size, lists=[group], tags=tags, custom_values={"sector": "x"}, pipeline_stage=stages["Won"]
        )
        attach_companies([contact.pk for contact in contacts], [company.pk])
        ids.append(encode(GROUP, group.pk))
    fluenzr.get("/contacts")  # so that its use is noted
    few, many = ids
    return few, many


def test_a_list_costs_eight(fluenzr: Fluenzr, few_and_many: tuple[str, str]) -> None:
    def send(group: str) -> int:
        return statements(lambda: fluenzr.get(f"/contacts?groupId={group}&perPage=100"))

    # The key, the group, the total, the ids, the custom fields, the contacts, their links, their companies.
    assert [send(group) for group in few_and_many] == [8, 8]


def test_a_search_costs_eight(fluenzr: Fluenzr, few_and_many: tuple[str, str]) -> None:
    def send(group: str) -> int:
        filters = {"groups": [group], "customFields": {"sector": "x"}}
        body = {"query": "example", "filters": filters, "perPage": 100}
        return statements(lambda: fluenzr.post("/contacts/search", body))

    # As a list, and the types of the custom fields; no total, as all are on the page.
    assert [send(group) for group in few_and_many] == [8, 8]


@pytest.mark.parametrize(
    ("on_duplicate", "cost"),
    [
        ("skip", 20 + HOLD + ANOTHER_LINK + 2 * HISTORY + MOVE + 3 + counted(1)),
        ("update", 21 + HOLD + ANOTHER_LINK + 2 * (HISTORY + MOVE) + 3 + counted(2)),
    ],
)
def test_a_bulk_costs_as_much_for_a_thousand_as_for_few(
    fluenzr: Fluenzr, few_and_many: tuple[str, str], on_duplicate: str, cost: int
) -> None:
    def send(size: int) -> int:
        # Half of them are known already; all that they name is new.
        rows: list[dict[str, Any]] = [{"email": f"{size}-{number}@example.com"} for number in range(size)]
        assert fluenzr.post("/contacts/bulk", {"contacts": rows[::2]}).json()["data"]["created"] == size / 2
        for number, row in enumerate(rows):
            row |= {
                "tags": [f"{size} {number}", "shared"],
                "company": f"{size} {number}",
                "customFields": {f"f{size}-{number % 40}": "x"},
                "groupIds": [few_and_many[0]],
                "pipelineStageId": "stg_won",
            }
        body = {"contacts": rows, "groupIds": [few_and_many[1]], "onDuplicate": on_duplicate}
        return statements(lambda: fluenzr.post("/contacts/bulk", body))

    # History of new tags, companies and fields takes three.
    # Skipping reads who is there first; updating reads whole contacts. Both hold what is linked, and record twice.
    assert [send(2 * MANY), send(1000)] == [cost, cost]
