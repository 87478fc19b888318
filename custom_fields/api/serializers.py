"""What a client may send as the definition of a custom field."""

from typing import Any

from rest_framework import serializers

from custom_fields.models import DEFAULT_GROUP, CustomField
from custom_fields.services import make_slug
from custom_fields.types import TYPE_BY_KEY, TYPES
from rest.text import plain_line
from wp_rest.fields import EntriesField, PlainTextField
from wp_rest.parameters import kept

KNOWN_KEYS = {"type", "label", "slug", "field_key", "options", "group"}


class TypeField(PlainTextField):
    """One of the nine types, by its name or by its key in `field_types`."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        name = TYPE_BY_KEY.get(name, name)
        if name not in TYPES:
            raise serializers.ValidationError(f"The type must be one of: {', '.join(TYPES)}.", code="in")
        return name


class OptionsField(EntriesField):
    def to_internal_value(self, data: Any) -> list[str]:
        entries = super().to_internal_value(data)
        return [text for text in (plain_line(str(entry)) for entry in entries) if text]


class GroupNameSerializer(serializers.Serializer[Any]):
    old_name = PlainTextField(allow_blank=False)
    new_name = PlainTextField(allow_blank=False, max_length=64)


class CustomFieldSerializer(serializers.Serializer[Any]):
    type = TypeField()
    label = PlainTextField(allow_blank=False)  # type: ignore[assignment]  # a field of that name, not DRF's own
    slug = PlainTextField(required=False, max_length=64)
    group = PlainTextField(required=False, max_length=64)
    options = OptionsField(required=False)


def read_definitions(sent: list[Any]) -> list[CustomField]:
    """The definitions in a request. Raises ValidationError with the position of the wrong one."""
    accepted = []
    for place, entry in enumerate(sent):
        serializer = CustomFieldSerializer(data=entry)
        if not serializer.is_valid():
            raise serializers.ValidationError({f"fields.{place}": serializer.errors})
        extras = kept({key: value for key, value in entry.items() if key not in KNOWN_KEYS})
        accepted.append((serializer.validated_data, extras))
    # Slugs that were sent come first: a slug that is made from a label must not be one of those.
    for fields, _ in accepted:
        fields["slug"] = fields.get("slug", "").replace('"', "").replace("\\", "")
    taken: set[str] = set()
    for place, (fields, _) in enumerate(accepted):
        slug = fields["slug"]
        if slug in taken:
            text = f"Another field of the list has the slug {slug}."
            raise serializers.ValidationError({f"fields.{place}": {"slug": [serializers.ErrorDetail(text, "unique")]}})
        taken |= {slug} - {""}
    definitions = []
    for fields, extras in accepted:
        slug = fields.get("slug") or make_slug(fields["label"], taken)
        taken.add(slug)
        definitions.append(
            CustomField(
                slug=slug,
                label=fields["label"],
                type=fields["type"],
                options=fields.get("options", []),
                group=fields.get("group") or DEFAULT_GROUP,
                extras=extras,
            )
        )
    return definitions
