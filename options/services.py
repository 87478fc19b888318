"""Reading and writing groups of settings. Whoever owns a group knows its defaults and what a value may be."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from options.models import Option


def read_options(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What was set in each of the groups; nothing where nobody set anything. One statement."""
    wanted = list(names)
    kept = dict(Option.objects.filter(name__in=wanted).values_list("name", "value"))
    return {name: kept.get(name, {}) for name in wanted}


def read_options_like(prefix: str) -> dict[str, dict[str, Any]]:
    """What was set in each group whose name starts so. One statement."""
    return dict(Option.objects.filter(name__startswith=prefix).values_list("name", "value"))


@transaction.atomic
def write_option(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set these values of a group and keep its others; returns the group. A fixed number of statements."""
    option, _ = Option.objects.select_for_update().get_or_create(name=name)
    option.value = {**option.value, **values}
    option.save()
    return dict(option.value)
