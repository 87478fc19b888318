"""Replacing the definitions, and checking values against them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from accounts.rights import May, demand
from changes.services import Entry, record
from custom_fields.models import DEFAULT_GROUP, CustomField, Scope
from custom_fields.types import TYPES, InvalidValue, Kind, Value, check_value
from database.insert import insert_new
from database.sql import execute, is_postgresql, read

# The columns of a definition beside its scope and slug.
DEFINED = ("label", "type", "options", "group", "position", "extras")
# More than any site needs. A client that sends values as keys would create thousands.
MAX_CUSTOM_FIELDS = 1000
MAX_SLUG = 25  # as recorded in custom-fields.json
# Keys of a contact. A custom field of the same name would hide one from clients that flatten both.
RESERVED = frozenset(
    "id user_id hash contact_owner company_id prefix first_name last_name full_name email timezone address_line_1 "
    "address_line_2 postal_code zip city state country ip latitude longitude total_points life_time_value phone status "
    "contact_type source avatar photo date_of_birth created_at last_activity updated_at tags lists companies company "
    "custom_values custom_fields stats notes".split()
)


READ_TYPES = "SELECT slug, type, options FROM custom_fields_customfield WHERE scope = %s ORDER BY position, id"


class TooManyFields(Exception):
    """There would be more than MAX_CUSTOM_FIELDS custom fields."""


def make_slug(label: str, taken: set[str]) -> str:
    """A slug from a label: `Favourite Colour` is `favourite_colour`; reserved and numeric ones start with `cf_`."""
    slug = slugify(label).replace("-", "_")[:MAX_SLUG].strip("_") or "field"
    if slug in RESERVED or slug.isdecimal():
        slug = f"cf_{slug}"
    chosen, number = slug, 1
    while chosen in taken:
        chosen, number = f"{slug}_{number}", number + 1
    return chosen


@transaction.atomic
def replace_definitions(definitions: Sequence[CustomField], scope: Scope = Scope.CONTACT) -> None:
    """Replace the custom fields of contacts (or companies) by `definitions`, in this order.

    At most four statements, and those of history.

    A definition that is left out is deleted. Its values stay with the contacts and appear again when a field with
    this slug is defined again.
    """
    if is_postgresql():
        # Locked: two replacements at once would keep the fields of both.
        execute("LOCK TABLE custom_fields_customfield IN SHARE ROW EXCLUSIVE MODE")
    for position, definition in enumerate(definitions):
        definition.position, definition.scope = position, scope
    kept = {field.slug for field in definitions}
    before = {field.slug: field for field in CustomField.objects.filter(scope=scope)}
    gone = [field for slug, field in before.items() if slug not in kept]
    # Without a signal for each row: they are recorded below.
    CustomField.objects.filter(scope=scope).exclude(slug__in=kept)._raw_delete(using="default")
    CustomField.objects.bulk_create(
        definitions,
        update_conflicts=True,
        unique_fields=["scope", "slug"],
        update_fields=list(DEFINED),
    )
    entries = [_entry("deleted", field) for field in gone]
    for definition in definitions:
        known = before.get(definition.slug)
        if known is None:
            entries.append(_entry("created", definition))
        elif changed := [name for name in DEFINED if getattr(known, name) != getattr(definition, name)]:
            entries.append(Entry("field_updated", None, {"columns": changed}, ("field", known.pk)))
    record(entries)


def _entry(done: str, field: CustomField) -> Entry:
    return Entry(f"field_{done}", None, {"title": str(field)}, ("field", field.pk))


@transaction.atomic(savepoint=False)
def rename_group(old: str, new: str, scope: Scope = Scope.CONTACT) -> int:
    """Move the fields of one group to another one; returns how many there were. Three statements."""
    chosen = CustomField.objects.select_for_update().filter(scope=scope, group=old).order_by("pk")
    ids = list(chosen.values_list("pk", flat=True))
    CustomField.objects.filter(pk__in=ids).update(group=new)
    record(Entry("field_updated", None, {"columns": ["group"]}, ("field", pk)) for pk in ids)
    return len(ids)


@transaction.atomic(savepoint=False)
def add_text_fields(slugs: Sequence[str], scope: Scope = Scope.CONTACT) -> None:
    """Create a text field for each slug that no field has, after the existing fields. Three statements."""
    last = CustomField.objects.filter(scope=scope).aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    fields = [
        CustomField(
            scope=scope, slug=slug, label=slug.replace("_", " ").strip().capitalize() or slug, type="text", position=at
        )
        # All of a request at once, in an order that two requests share.
        for at, slug in enumerate(sorted(slugs), start=start)
    ]
    made = insert_new(fields, "label")
    record(Entry("field_created", None, {"title": label}, ("field", pk)) for pk, label in made)


def make_fields(slugs: Collection[str], known: int, may: May) -> None:
    """Create a text field for each slug; `known` fields exist. Raises MayNotMake and TooManyFields."""
    if not slugs:
        return
    demand("custom_fields.add_customfield", may, "custom fields")
    if known + len(slugs) > MAX_CUSTOM_FIELDS:
        raise TooManyFields
    add_text_fields(sorted(slugs))


@dataclass(frozen=True)
class Checked:
    """Valid values, `errors` by slug, and the slugs that no field has."""

    values: dict[str, Value] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def types_by_slug(scope: Scope = Scope.CONTACT) -> dict[str, Kind]:
    """The type of each custom field of contacts (or companies), by slug. One statement."""
    return {slug: Kind(name, options) for slug, name, options in read(READ_TYPES, scope.value)}


def definitions(scope: Scope = Scope.CONTACT) -> list[CustomField]:
    """The custom fields of contacts (or companies), in their order. One statement."""
    return list(CustomField.objects.filter(scope=scope).order_by("position", "pk"))


def check_values(values: Mapping[str, Any], types: Mapping[str, Kind]) -> Checked:
    """Check custom values against the types of their fields (contract.md, 'Custom values')."""
    checked = Checked()
    for slug, value in values.items():
        if slug not in types:
            checked.unknown.append(slug)
            continue
        try:
            checked.values[slug] = check_value(types[slug], value)
        except InvalidValue as error:
            checked.errors[slug] = f"The {slug} {error}."
    return checked


def show_field(definition: CustomField) -> dict[str, Any]:
    """A definition with the keys of the recording custom-fields.json."""
    options = {"options": definition.options} if definition.options else {}
    group = {"group": definition.group} if definition.group != DEFAULT_GROUP else {}
    return {
        "type": definition.type,
        "label": definition.label,
        "slug": definition.slug,
        "field_key": TYPES[definition.type].key,
        **options,
        **group,
        **definition.extras,
    }
