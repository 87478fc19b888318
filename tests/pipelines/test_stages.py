"""Stages of a pipeline."""

from importlib import import_module

import pytest
from django.apps import apps

from pipelines.models import Stage
from pipelines.services import resolve_stages


@pytest.mark.django_db
def test_a_new_site_has_six() -> None:
    Stage.objects.all().delete()
    migration = import_module("pipelines.migrations.0002_defaults")
    for _ in range(2):
        migration.make_defaults(apps, None)
    assert list(Stage.objects.order_by("position").values_list("slug", "name")) == [
        ("lead", "Lead"),
        ("qualified", "Qualified"),
        ("proposal", "Proposal"),
        ("negotiation", "Negotiation"),
        ("won", "Won"),
        ("lost", "Lost"),
    ]


@pytest.mark.django_db
def test_it_makes_slugs_of_its_own() -> None:
    Stage.objects.all().delete()
    names = ["On Hold", "on-hold", "+++", "Ünter"]
    assert [Stage.objects.create(name=name).slug for name in names] == ["on_hold", "on_hold_2", "stage", "unter"]


@pytest.mark.django_db
def test_it_finds_those_that_there_are() -> None:
    Stage.objects.all().delete()
    won = Stage.objects.create(name="Won")
    assert resolve_stages({"won", "lost"}) == {"won": won.pk}
    assert resolve_stages(set()) == {}
