"""The side views of a contact, as recorded in contact-side-views.json: empty without a provider."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, NO_ROUTE, NOT_FOUND, UNAUTHENTICATED

EMPTY: dict[str, Any] = {
    "purchase-history": {"orders": {"orders": [], "total": 0}},
    "form-submissions": {"submissions": {"data": [], "total": 0}},
    "support-tickets": {
        "tickets": {
            "data": [],
            "total": 0,
            "columns_config": {
                "id": {"label": "ID", "width": "100px"},
                "status": {"label": "Status", "width": "120px"},
                "Submitted at": {"label": "Submitted at", "width": "150px"},
                "action": {"label": "Action", "width": "150px"},
            },
        }
    },
    "external_view": {"heading": "", "content_html": ""},
    "info-widgets": {"widgets": {"top_widgets": [], "other_widgets": [], "widgets_count": 0}},
}
every_section = pytest.mark.parametrize("section", sorted(EMPTY))


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create()


@every_section
@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
@pytest.mark.parametrize("query", ["", "?provider=woo&section_provider=x", "?provider[]=woo"])
def test_it_is_empty(api: Api, contact: Subscriber, section: str, prefix: str, query: str) -> None:
    answer = api.get(f"/{prefix}/{contact.pk}/{section}{query}")
    assert (answer.status_code, answer.json()) == (200, EMPTY[section])


@every_section
@pytest.mark.parametrize("pk", [0, 999_999])
def test_it_is_404_for_a_contact_that_is_not_there(api: Api, section: str, pk: int) -> None:
    answer = api.get(f"/subscribers/{pk}/{section}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@every_section
def test_it_takes_the_right_to_view_contacts(contact: Subscriber, section: str) -> None:
    path = f"/subscribers/{contact.pk}/{section}"
    answer = Api().get(path)
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(Permission.objects.exclude(codename="view_subscriber"))
    answer = Api(without).get(path)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    alone.user_permissions.set(Permission.objects.filter(codename="view_subscriber"))
    assert Api(alone).get(path).status_code == 200


@every_section
def test_it_has_no_route_for_other_verbs(api: Api, contact: Subscriber, section: str) -> None:
    answer = api.post(f"/subscribers/{contact.pk}/{section}", {})
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)
