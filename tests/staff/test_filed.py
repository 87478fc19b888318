"""Campaigns, recurring ones and automations by their labels."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labels.services import set_labels
from staff.pages import NarrowPages
from staff.parameter_filters import FILTER_CHOICES, MOST_VALUES
from tests.automations.factories import AutomationFactory
from tests.campaigns.factories import make_campaign, make_recurring
from tests.labels.factories import LabelFactory

pytestmark = pytest.mark.django_db

THREE = pytest.mark.parametrize(
    ("path", "kind", "make"),
    [
        ("/admin/campaigns/campaign/", "campaign", make_campaign),
        ("/admin/campaigns/recurring/", "recurring", make_recurring),
        ("/admin/automations/automation/", "automation", lambda title: AutomationFactory.create(title=title)),
    ],
)
Make = Callable[[str], Any]


def found(client: Client, address: str) -> list[int]:
    return sorted(row.pk for row in client.get(address).context["cl"].result_list)


def offers(page: str) -> list[tuple[str, str, str]]:
    """Value, title and number of each label that the filter offers."""
    pattern = (
        r'name="label" value="(\d+)"[^>]*>\s*<span>([^<]*)</span>\s*(?:<span class="filter-count">([^<]*)</span>)?'
    )
    return re.findall(pattern, page)


@THREE
def test_it_finds_by_one_label_or_by_several(browser: Client, path: str, kind: str, make: Make) -> None:
    one, two, three = make("One"), make("Two"), make("Three")
    promo, summer, unused = (LabelFactory.create(title=title) for title in ("Promo", "Summer", "Unused"))
    set_labels(kind, [one.pk, two.pk], [promo.pk], "attach")
    set_labels(kind, two.pk, [summer.pk], "attach")
    set_labels("template", [one.pk, two.pk, three.pk], [promo.pk, unused.pk], "attach")
    assert found(browser, path) == [one.pk, two.pk, three.pk]
    assert found(browser, f"{path}?label={promo.pk}") == [one.pk, two.pk]
    assert found(browser, f"{path}?label={summer.pk}") == [two.pk]
    assert found(browser, f"{path}?label={promo.pk}&label={summer.pk}") == [one.pk, two.pk]
    assert found(browser, f"{path}?label={promo.pk}&q=two") == [two.pk]
    assert found(browser, f"{path}?label={unused.pk}") == found(browser, f"{path}?label=999999") == []
    page = browser.get(f"{path}?label={promo.pk}&label={summer.pk}").content.decode()
    wanted = [(str(promo.pk), "Promo", "2"), (str(summer.pk), "Summer", "1"), (str(unused.pk), "Unused", "0")]
    assert offers(page) == wanted
    assert "Promo, Summer" in page
    assert f'href="?label={summer.pk}" aria-label="Take away label: Promo"' in page
    assert "staff/contacts.css" in page


@THREE
def test_it_refuses_what_is_no_label(browser: Client, path: str, kind: str, make: Make) -> None:
    many = "&".join(f"label={number}" for number in range(1, MOST_VALUES + 2))
    for sent in ("label=x", "label=1&label=-1", many):
        answer = browser.get(f"{path}?{sent}")
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"{path}?e=1")


@THREE
def test_a_label_beyond_the_first_ones_is_offered_once_it_is_chosen(
    browser: Client, path: str, kind: str, make: Make
) -> None:
    labels = [LabelFactory.create(title=f"Label {number:03}") for number in range(FILTER_CHOICES + 1)]
    assert len(offers(browser.get(path).content.decode())) == FILTER_CHOICES
    chosen = offers(browser.get(f"{path}?label={labels[-1].pk}").content.decode())
    assert chosen[-1][:2] == (str(labels[-1].pk), f"Label {FILTER_CHOICES:03}")
    assert len(chosen) == FILTER_CHOICES + 1


@THREE
def test_it_takes_as_many_statements_for_any_number(browser: Client, path: str, kind: str, make: Make) -> None:
    first = LabelFactory.create()
    spent = []
    browser.get(path)
    for size in (2, 12):
        labels = [first, *LabelFactory.create_batch(size)]
        for number in range(size):
            set_labels(kind, make(f"{size} {number}").pk, [label.pk for label in labels], "attach")
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(f"{path}?label={first.pk}&label={labels[1].pk}").status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1]


@THREE
def test_it_counts_what_a_page_does_not_show(
    browser: Client, monkeypatch: pytest.MonkeyPatch, path: str, kind: str, make: Make
) -> None:
    monkeypatch.setattr(NarrowPages, "list_per_page", 2)
    label = LabelFactory.create()
    set_labels(kind, [make(f"Row {number}").pk for number in range(4)], [label.pk], "attach")
    make("Other")
    counted = browser.get(f"{path}count/?label={label.pk}", headers={"Accept": "application/json"}).json()
    assert counted["text"].startswith("4 ")
