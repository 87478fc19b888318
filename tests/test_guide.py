"""Each curl line of FluentCRM's contacts guide, as it stands: `Basic user:password` that is not
encoded, and the trailing comma in the guide's own JSON.
"""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection
from django.test import Client

from accounts.services import create_application_password
from notes.models import Note
from segments.models import Tag
from subscribers.models import Subscriber
from tests.client import FLUENTCRM
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory

JSON = {"content_type": "application/json"}
CREATE = """{
"first_name": "Jane",
"last_name": "Smith",
"email": "jane@example.com",
"status": "subscribed",
"phone": "+1-555-0124",
"tags": [1, 2],
"lists": [1],
"custom_values": {
"company": "Tech Solutions",
"industry": "Software"
}
}"""
UPDATE = """{
"subscriber": {
"first_name": "John Updated",
"attach_tags": [3],
"detach_tags": [1],
"custom_values": {
"custom_field_slug_1": "custom_field_value",
"custom_field_slug_2": "custom_field_value_2"
},
}
}"""
UPSERT = '{"__force_update": "yes", "email": "existing@example.com", "first_name": "Updated Name", "tags": [1, 2, 3]}'
CUSTOM = """{
"email": "user@example.com",
"status": "subscribed",
"custom_values": {
"company_size": "50-100",
"interests": ["marketing", "sales"],
"annual_revenue": "500000"
}
}"""
NOTE = """{
"note": {
"title": "New Note",
"description": "<p>very important note</p>",
"type": "note",
"created_at": "2025-08-10 12:00:00"
}
}"""
NOTE_UPDATED = NOTE.replace("New Note", "New Note updated")
BULK = '{"action_name": "add_to_tags", "action_options": [9], "subscriber_ids": [1, 2, 3, 4, 5]}\n'


@pytest.fixture
def curl(admin: User) -> Any:
    """`curl(method, path, body)` against a site with the rows that the guide's lines name."""
    for pk in (1, 2, 3, 9):
        TagFactory.create(pk=pk, slug=f"tag-{pk}")
    ContactListFactory.create(pk=1)
    for slug in ("company", "industry", "custom_field_slug_1", "custom_field_slug_2", "company_size"):
        CustomFieldFactory.create(slug=slug)
    CustomFieldFactory.create(slug="interests", type="checkbox")
    CustomFieldFactory.create(slug="annual_revenue", type="number")
    for pk in range(1, 6):
        SubscriberFactory.create(pk=pk, first_name="John", custom_values={"industry": "Technology"})
    SubscriberFactory.create(pk=10)
    SubscriberFactory.create(pk=11, email="existing@example.com")
    Note.objects.create(pk=11, subscriber_id=10, title="Old", description="x")
    # PostgreSQL's sequences know nothing of ids that were given.
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [Subscriber, Tag, Note]):
            cursor.execute(sql)
    password = create_application_password(admin, "the guide")
    client = Client(headers={"Authorization": f"Basic {admin.username}:{password}"})

    def send(method: str, path: str, body: str = "", **options: Any) -> dict[str, Any]:
        answer = client.generic(method, FLUENTCRM + path, data=body, **options)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    return send


def test_list_all_contacts(curl: Any) -> None:
    page = curl("GET", "/subscribers?per_page=5&search=john")
    assert (page["current_page"], page["per_page"], page["total"], page["last_page"]) == (1, 5, 5, 1)
    assert page["data"][0]["full_name"] == "John Last"


def test_get_a_specific_contact(curl: Any) -> None:
    contact = curl("GET", "/subscribers/1?with[]=stats&with[]=custom_values")["subscriber"]
    assert contact["stats"] == {"emails": 0, "opens": 0, "clicks": 0}
    assert contact["custom_values"] == {"industry": "Technology"}


def test_create_a_contact(curl: Any) -> None:
    answer = curl("POST", "/subscribers", CREATE, **JSON)
    assert answer["message"] == "Successfully added the subscriber."
    assert answer["action_type"] == "created"
    assert [tag["id"] for tag in answer["contact"]["tags"]] == [1, 2]
    assert [row["id"] for row in answer["contact"]["lists"]] == [1]
    stored = Subscriber.objects.get(email="jane@example.com")
    assert stored.custom_values == {"company": "Tech Solutions", "industry": "Software"}


def test_update_a_contact(curl: Any) -> None:
    answer = curl("PUT", "/subscribers/1", UPDATE, **JSON)
    assert answer["message"] == "Subscriber successfully updated"
    assert answer["contact"]["first_name"] == "John Updated"
    assert answer["isDirty"] is True
    assert [tag["id"] for tag in answer["contact"]["tags"]] == [3]


def test_create_or_update_a_contact(curl: Any) -> None:
    answer = curl("POST", "/subscribers", UPSERT, **JSON)
    assert (answer["action_type"], answer["contact"]["id"]) == ("updated", 11)
    assert [tag["id"] for tag in answer["contact"]["tags"]] == [1, 2, 3]


def test_delete_a_contact(curl: Any) -> None:
    assert curl("DELETE", "/subscribers/1") == {"message": "Selected Subscribers has been deleted"}
    assert not Subscriber.objects.filter(pk=1).exists()


def test_set_and_retrieve_custom_field_values(curl: Any) -> None:
    pk = curl("POST", "/subscribers", CUSTOM, **JSON)["contact"]["id"]
    contact = curl("GET", f"/subscribers/{pk}?with[]=subscriber.custom_values")["subscriber"]
    assert contact["custom_values"] == {
        "company_size": "50-100",
        "interests": ["marketing", "sales"],
        "annual_revenue": "500000",
    }


def test_create_update_and_retrieve_notes(curl: Any) -> None:
    note = curl("POST", "/subscribers/1/notes", NOTE, **JSON)["note"]
    assert (note["title"], note["created_at"]) == ("New Note", "2025-08-10 12:00:00")
    note = curl("PUT", "/subscribers/10/notes/11", NOTE_UPDATED, **JSON)["note"]
    assert (note["title"], note["subscriber_id"]) == ("New Note updated", "10")
    notes = curl("GET", "/subscribers/1/notes?per_page=10&page=1&search=")["notes"]
    assert [note["title"] for note in notes["data"]] == ["New Note"]


def test_bulk_operations(curl: Any) -> None:
    assert curl("PUT", "/subscribers/do-bulk-action", BULK, **JSON) == {
        "last_contact_id": 5,
        "completed_contacts": 5,
        "message": "Selected bulk action has been successfully completed",
    }
    assert Subscriber.objects.filter(tags=9).count() == 5
