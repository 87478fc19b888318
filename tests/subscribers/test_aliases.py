"""/contacts... is /subscribers... (contract.md)."""

from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.subscribers.expected import NOT_FOUND


def test_it_answers_every_route_of_contacts_alike(api: Api) -> None:
    tag = TagFactory.create()
    first, second = SubscriberFactory.create_batch(2, tags=[tag])
    for path in (
        "?per_page=1",
        f"/{first.pk}?with[]=stats",
        "/0?get_by_email=nobody@example.com",
        "/search-contacts?search=last",
        f"/prev-next-ids?filter_type=simple&current_id={first.pk}",
    ):
        one, other = api.get(f"/subscribers{path}"), api.get(f"/contacts{path}")
        assert one.status_code == other.status_code
        assert one.content.replace(b"/v2/subscribers?", b"/v2/contacts?") == other.content
    assert api.post("/contacts", {"email": "new@example.com", "status": "subscribed"}).status_code == 200
    assert api.put(f"/contacts/{first.pk}", {"city": "Leeds"}).json()["contact"]["city"] == "Leeds"
    change = {"property": "status", "value": "pending", "subscribers": [second.pk]}
    assert api.put("/contacts/subscribers-property", change).status_code == 200
    synced = api.post("/contacts/sync-segments", {"type": "tags", "detach": [tag.pk], "subscribers": [first.pk]})
    assert synced.json()["subscribers"][0]["tags"] == []
    added = api.post("/contacts/bulk-add-update", {"contacts": [{"email": "bulk@example.com"}]}).json()
    assert [row["email"] for row in added["created"]] == ["bulk@example.com"]
    assert api.delete(f"/contacts/{first.pk}").status_code == 200
    assert api.delete("/contacts", {"subscribers": [second.pk]}).status_code == 200
    assert api.get(f"/contacts/{second.pk}").json() == NOT_FOUND
    assert api.get("/subscribers").json()["total"] == 2


def test_it_names_the_alias_in_the_addresses_of_pages(api: Api) -> None:
    SubscriberFactory.create_batch(2)
    page = api.get("/contacts?per_page=1").json()
    assert page["next_page_url"] == "/wp-json/fluent-crm/v2/contacts?per_page=1&page=2"
    assert api.get(page["next_page_url"]).json()["total"] == 2


def test_it_does_not_mind_a_slash_at_the_end(api: Api) -> None:
    contact = SubscriberFactory.create()
    assert api.get("/contacts/").json()["total"] == 1
    assert api.get(f"/subscribers/{contact.pk}/").json()["subscriber"]["id"] == contact.pk
    assert api.post("/subscribers/", {"email": "new@example.com", "status": "subscribed"}).status_code == 200
