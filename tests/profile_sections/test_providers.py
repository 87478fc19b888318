"""The hook by which an app of the site fills a section."""

import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from profile_sections import providers
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.profile_sections.test_sections import EMPTY

Register = Callable[[str, str, Any], None]


@pytest.fixture
def register() -> Iterator[Register]:
    """providers.register, taken back after the test."""
    registered: list[tuple[str, str]] = []

    def add(section: str, name: str, provider: Any) -> None:
        providers.register(section, name, provider)
        registered.append((section, name))

    yield add
    for section, name in registered:
        providers.unregister(section, name)


def always(answer: dict[str, Any]) -> Any:
    """A provider that says the same of everybody."""

    def provider(who: Subscriber, params: Mapping[str, Any]) -> dict[str, Any]:
        return answer

    return provider


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com")


def test_it_works_as_the_documentation_shows(api: Api, contact: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two files of the docstring are run as they stand there, with two orders in the shop."""
    text = inspect.getdoc(providers) or ""
    apps_py, orders_py = (
        textwrap.dedent(code)
        for code in re.findall(r"# shop/(?:apps|orders)\.py\n(.*?)(?=\n *# shop/|\n\S|\Z)", text, re.DOTALL)
    )
    asked = []

    def find(**conditions: str) -> list[Any]:
        asked.append(conditions)
        return [SimpleNamespace(pk=7, total=12.5), SimpleNamespace(pk=8, total=3)]

    shop, orders = ModuleType("shop"), ModuleType("shop.orders")
    vars(orders)["Order"] = SimpleNamespace(objects=SimpleNamespace(filter=find))
    exec(orders_py, vars(orders))  # noqa: S102 - it is our own docstring
    monkeypatch.setitem(sys.modules, "shop", shop)
    monkeypatch.setitem(sys.modules, "shop.orders", orders)
    exec(apps_py, vars(shop))  # noqa: S102
    vars(shop)["ShopConfig"].ready(None)
    try:
        answer = api.get(f"/subscribers/{contact.pk}/purchase-history?provider=shop")
    finally:
        providers.unregister("purchase-history", "shop")
    orders_shown = [{"order": "#7", "total": "12.5"}, {"order": "#8", "total": "3"}]
    assert answer.json() == {"orders": {"orders": orders_shown, "total": 2}}
    assert asked == [{"email": "ada@example.com"}]


def test_it_asks_the_provider_that_the_request_names_with_the_contact_and_the_parameters(
    api: Api, contact: Subscriber, register: Register
) -> None:
    asked: list[tuple[Subscriber, Mapping[str, Any]]] = []

    def desk(who: Subscriber, params: Mapping[str, Any]) -> dict[str, Any]:
        asked.append((who, params))
        return {"data": [{"id": 1}], "total": 1}

    def never(who: Subscriber, params: Mapping[str, Any]) -> dict[str, Any]:
        raise AssertionError("Nobody asked for this one.")

    register("support-tickets", "desk", desk)
    register("support-tickets", "other", never)
    register("form-submissions", "desk", never)
    answer = api.get(f"/subscribers/{contact.pk}/support-tickets?provider=desk&page=2")
    columns = EMPTY["support-tickets"]["tickets"]["columns_config"]
    assert answer.json() == {"tickets": {"data": [{"id": 1}], "total": 1, "columns_config": columns}}
    assert asked == [(contact, {"provider": "desk", "page": "2"})]
    unnamed = api.get(f"/subscribers/{contact.pk}/support-tickets?provider=nobody").json()
    assert unnamed == EMPTY["support-tickets"]


def test_it_lets_a_provider_be_the_whole_of_the_external_view(
    api: Api, contact: Subscriber, register: Register
) -> None:
    def heading(who: Subscriber, params: Mapping[str, Any]) -> dict[str, Any]:
        return {"heading": who.email}

    register("external_view", "crm", heading)
    answer = api.get(f"/subscribers/{contact.pk}/external_view?provider=crm")
    assert answer.json() == {"heading": "ada@example.com", "content_html": ""}


def test_it_gathers_the_widgets_of_every_provider(api: Api, contact: Subscriber, register: Register) -> None:
    register("info-widgets", "a", always({"top_widgets": [{"title": "A"}]}))
    register("info-widgets", "b", always({"top_widgets": [{"title": "B"}], "other_widgets": [{"t": "C"}]}))
    register("info-widgets", "c", always({}))
    answer = api.get(f"/subscribers/{contact.pk}/info-widgets")
    assert answer.json() == {
        "widgets": {"top_widgets": [{"title": "A"}, {"title": "B"}], "other_widgets": [{"t": "C"}], "widgets_count": 3}
    }
    assert api.get(f"/subscribers/{contact.pk}/info-widgets").json() == answer.json()


def test_it_forgets_a_provider_that_is_taken_back(api: Api, contact: Subscriber) -> None:
    providers.register("external_view", "crm", always({"heading": "H"}))
    providers.unregister("external_view", "crm")
    providers.unregister("external_view", "crm")
    assert api.get(f"/subscribers/{contact.pk}/external_view?provider=crm").json() == EMPTY["external_view"]


def test_it_knows_the_five_sections_alone() -> None:
    assert set(providers.SECTIONS) == set(EMPTY)
    with pytest.raises(ValueError, match="'orders' is none of purchase-history"):
        providers.register("orders", "shop", always({}))
