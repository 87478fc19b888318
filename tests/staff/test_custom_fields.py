"""Definitions of custom fields in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from custom_fields.models import CustomField
from subscribers.models import Subscriber
from tests.factories import CustomFieldFactory, SubscriberFactory, UserFactory

LIST = "/admin/custom_fields/customfield/"
KEYS = ("slug", "label", "type", "options", "group", "position", "extras")


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def test_it_lists_in_the_order_of_the_form_with_the_options(browser: Client) -> None:
    CustomFieldFactory.create(label="Second", position=2)
    CustomFieldFactory.create(label="First", position=1, type="radio", options=["red", "green"])
    answer = browser.get(LIST)
    assert [field.label for field in answer.context["cl"].result_list] == ["First", "Second"]
    assert "red, green" in answer.content.decode()


def test_it_searches_and_filters(browser: Client) -> None:
    CustomFieldFactory.create(slug="colour", type="radio")
    CustomFieldFactory.create(slug="size", type="text")
    found = [browser.get(LIST, query).context["cl"].result_list for query in ({"q": "COL"}, {"type": "text"})]
    assert [[field.slug for field in fields] for fields in found] == [["colour"], ["size"]]


def test_it_adds_one_at_the_end_with_a_slug_from_its_label(browser: Client) -> None:
    CustomFieldFactory.create(slug="favourite_colour", position=4)
    initial = browser.get(f"{LIST}add/").context["adminform"].form.initial
    assert initial["position"] == 5
    CustomFieldFactory.create(slug="favourite_colour_1", scope="company", position=4)
    sent = {
        "scope": "contact",
        "label": " Favourite <b>Colour</b>",
        "type": "select-one",
        "options": "red\r\n\r\n green, dark \r\n",
    }
    assert browser.post(f"{LIST}add/", sent | {"position": 5}).status_code == 302
    assert CustomField.objects.values(*KEYS).get(position=5) == {
        "slug": "favourite_colour_1",
        "label": "Favourite Colour",
        "type": "select-one",
        "options": ["red", "green, dark"],
        "group": "default",
        "position": 5,
        "extras": {},
    }


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"label": ""}, {"label": ["This field is required."]}),
        ({"label": "<p></p>"}, {"label": ["The label field is required."]}),
        ({"type": "odd"}, {"type": ["Select a valid choice. odd is not one of the available choices."]}),
        ({"slug": "taken"}, {"slug": ["Custom field with this Slug already exists."]}),
    ],
)
def test_it_refuses_what_cannot_be(browser: Client, changed: dict[str, str], expected: dict[str, list[str]]) -> None:
    CustomFieldFactory.create(slug="taken")
    sent = {"scope": "contact", "label": "Colour", "type": "text", "position": 1}
    assert errors(browser.post(f"{LIST}add/", sent | changed)) == expected
    assert CustomField.objects.count() == 1


def test_it_adds_fields_of_companies_with_slugs_of_their_own(browser: Client) -> None:
    CustomFieldFactory.create(slug="colour")
    sent = {"scope": "company", "label": "Colour", "type": "text", "position": 1}
    assert browser.post(f"{LIST}add/", sent).status_code == 302
    assert browser.post(f"{LIST}add/", sent | {"slug": "size"}).status_code == 302
    assert errors(browser.post(f"{LIST}add/", sent | {"slug": "colour"})) == {
        "slug": ["Custom field with this Slug already exists."]
    }
    fields = CustomField.objects.order_by("pk").values_list("scope", "slug")
    assert list(fields) == [("contact", "colour"), ("company", "colour"), ("company", "size")]


def test_it_changes_all_but_the_slug_and_what_clients_keep(browser: Client) -> None:
    field = CustomFieldFactory.create(slug="colour", options=["red"], extras={"help": "Which?"}, group="Taste")
    shown = browser.get(f"{LIST}{field.pk}/change/").context["adminform"].form
    assert shown["options"].value() == "red"
    sent = {
        "label": "Hue",
        "type": "radio",
        "options": "blue",
        "group": "Taste",
        "position": 3,
        "slug": "other",
        "scope": "company",
    }
    assert browser.post(f"{LIST}{field.pk}/change/", sent).status_code == 302
    assert CustomField.objects.values(*KEYS).get() == {
        "slug": "colour",
        "label": "Hue",
        "type": "radio",
        "options": ["blue"],
        "group": "Taste",
        "position": 3,
        "extras": {"help": "Which?"},
    }


def test_it_moves_fields_from_the_list(browser: Client) -> None:
    first, second = CustomFieldFactory.create(position=1), CustomFieldFactory.create(position=2)
    sent = {
        "form-TOTAL_FORMS": 2,
        "form-INITIAL_FORMS": 2,
        "form-0-id": first.pk,
        "form-0-position": 3,
        "form-1-id": second.pk,
        "form-1-position": 2,
        "_save": "Save",
    }
    assert browser.post(LIST, sent).status_code == 302
    assert list(CustomField.objects.order_by("position")) == [second, first]


def test_it_deletes_a_definition_and_keeps_the_values(browser: Client) -> None:
    field, spared = CustomFieldFactory.create(slug="colour"), CustomFieldFactory.create()
    SubscriberFactory.create(custom_values={"colour": "red"})
    assert browser.post(f"{LIST}{field.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(CustomField.objects.all()) == [spared]
    assert Subscriber.objects.get().custom_values == {"colour": "red"}


@pytest.mark.django_db
def test_it_is_only_for_those_who_have_the_right() -> None:
    user, field = UserFactory.create(is_staff=True), CustomFieldFactory.create()
    client = Client()
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_customfield"))
    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}{field.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{field.pk}/change/", {"label": "New"}).status_code == 403
    assert client.post(f"{LIST}{field.pk}/delete/", {"post": "yes"}).status_code == 403
