"""What the route of custom fields takes and answers (see wp_rest.openapi; recording custom-fields.json)."""

from dataclasses import replace

from custom_fields.serializers import CustomFieldSerializer, OptionsField, TypeField
from custom_fields.types import TYPE_BY_KEY, TYPES
from custom_fields.views import field_types
from wp_rest.openapi import (
    ANYTHING,
    ENTRIES,
    INVALID,
    MISSING,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    listed,
    mapped,
    obj,
    one_of,
    query,
    ref,
    say,
    schema_of,
    sent,
)


@schema_of.register
def _(sent_field: TypeField) -> Schema:
    return one_of(*dict.fromkeys([*TYPES, *TYPE_BY_KEY]))


@schema_of.register
def _(sent_field: OptionsField) -> Schema:
    return ENTRIES


VALUE: Schema = {"type": ["string", "array"], "items": TEXT}
COMPONENTS: dict[str, Schema] = {
    "CustomField": obj(
        {
            "type": one_of(*TYPES),
            "label": TEXT,
            "slug": say(TEXT, "The key of the field's values in `custom_values`."),
            "field_key": say(one_of(*TYPE_BY_KEY), "The type's key in `field_types`."),
            "options": say(listed(TEXT), "The choices, where there are some."),
            "group": say(TEXT, "Missing in the default group."),
        },
        optional=["options", "group"],
    )
    | {"additionalProperties": say(ANYTHING, "Whatever else was sent with the definition.")},
    "CustomFieldToSave": body_of(
        CustomFieldSerializer,
        {
            "type": "One of the nine types, or its key in `field_types`.",
            "slug": "Made from the label unless given.",
            "options": "The choices, for the types that have some.",
        },
    ),
    "CustomValues": mapped(
        say(VALUE, "A list for the types that take several choices, else a text."),
        description="Values by the slug of their field; a field without a value is left out.",
        examples=[{"company_size": "50-100", "interests": ["marketing", "sales"]}],
    ),
}
FIELD = {
    "type": "select-multi",
    "label": "Interests",
    "slug": "interests",
    "field_key": "multi-select",
    "options": ["marketing", "sales", "support"],
}
FIELDS_OF_CONTACTS = {
    "GET": Operation(
        name="listCustomFields",
        topic="Custom fields",
        summary="List the custom fields of contacts",
        parameters=[
            query(
                "with[]",
                listed(one_of("field_types", "field_groups")),
                "`field_types` adds the nine types, `field_groups` the groups. `with=field_types` is the same.",
            )
        ],
        answer=obj(
            {
                "fields": listed(ref("CustomField")),
                "field_types": say(
                    obj(dict.fromkeys(field_types(), obj({"type": one_of(*TYPES), "label": TEXT, "value_type": TEXT}))),
                    "The types by their keys. With `field_types` alone.",
                ),
                "field_groups": say(
                    listed(obj({"slug": TEXT, "title": TEXT})), "The groups. With `field_groups` alone."
                ),
            },
            optional=["field_types", "field_groups"],
        ),
        example={"fields": [FIELD]},
    ),
    "PUT": Operation(
        name="replaceCustomFields",
        topic="Custom fields",
        summary="Replace the custom fields of contacts",
        description="The whole list, in its order. A field that is left out goes; its values stay with the "
        "contacts and show again when a field of that slug is defined again.",
        body=sent(
            {
                "fields": say(
                    {"anyOf": [listed(ref("CustomFieldToSave")), TEXT]},
                    "The definitions, or the JSON text of them.",
                )
            },
            ["fields"],
        ),
        body_example={"fields": [{key: value for key, value in FIELD.items() if key != "field_key"}]},
        answer=obj({"fields": listed(ref("CustomField")), "message": TEXT}),
        example={"fields": [FIELD], "message": "Fields saved successfully!"},
        refusals={400: INVALID, 422: MISSING},
    ),
}
FIELDS_OF_COMPANIES = {
    "GET": replace(FIELDS_OF_CONTACTS["GET"], name="listCompanyFields", summary="List the custom fields of companies"),
    "PUT": replace(
        FIELDS_OF_CONTACTS["PUT"],
        name="replaceCompanyFields",
        summary="Replace the custom fields of companies",
        description="The whole list, in its order. A field that is left out goes; its values stay with the companies.",
    ),
}
ROUTES: Routes = {
    "/fluent-crm/v2/custom-fields/contacts": FIELDS_OF_CONTACTS,
    "/fluent-crm/v2/companies/custom-fields": FIELDS_OF_COMPANIES,
}
