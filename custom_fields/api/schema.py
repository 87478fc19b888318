"""What the route of custom fields takes and answers (see rest.openapi; recording custom-fields.json)."""

from dataclasses import replace

from custom_fields.api.serializers import CustomFieldSerializer, GroupNameSerializer, OptionsField, TypeField
from custom_fields.api.viewsets import field_types
from custom_fields.types import TYPE_BY_KEY, TYPES
from rest.openapi import (
    ANYTHING,
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
from wp_rest.openapi import ENTRIES, INVALID, MISSING


@schema_of.register
def _(sent_field: TypeField) -> Schema:
    return one_of(*dict.fromkeys([*TYPES, *TYPE_BY_KEY]))


@schema_of.register
def _(sent_field: OptionsField) -> Schema:
    return ENTRIES


TYPE = one_of(*TYPES, title="FieldTypeName")
VALUE: Schema = {"type": ["string", "array"], "items": TEXT}
COMPONENTS: dict[str, Schema] = {
    "CustomField": obj(
        {
            "type": TYPE,
            "label": TEXT,
            "slug": say(TEXT, "The key of this field in `custom_values`."),
            "field_key": say(one_of(*TYPE_BY_KEY), "The key of the type in `field_types`."),
            "options": say(listed(TEXT), "The choices, for types that have choices."),
            "group": say(TEXT, "The name of the group. Missing for the default group."),
        },
        optional=["options", "group"],
    )
    | {"additionalProperties": say(ANYTHING, "Other keys that were sent with the definition.")},
    "CustomFieldToSave": body_of(
        CustomFieldSerializer,
        {
            "type": "One of the nine types, or the key of one in `field_types`.",
            "slug": "The key of the field in `custom_values`. Made from the label if you leave it out.",
            "options": "The choices, for types that have choices.",
        },
    ),
    "CustomValues": mapped(
        say(VALUE, "A list for types with several choices, otherwise a text."),
        description="Values by the slug of their custom field. Fields without a value are left out.",
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
                listed(one_of("field_types", "field_groups", title="FieldListPart")),
                "`field_types` adds the nine types, `field_groups` adds the groups. You can also write `with=field_types`.",
            )
        ],
        answer=obj(
            {
                "fields": listed(ref("CustomField")),
                "field_types": say(
                    obj(
                        dict.fromkeys(
                            field_types(), obj({"type": TYPE, "label": TEXT, "value_type": TEXT}, title="FieldType")
                        ),
                        title="FieldTypes",
                    ),
                    "The types by their keys. Only if `with[]=field_types` is sent.",
                ),
                "field_groups": say(
                    listed(obj({"slug": TEXT, "title": TEXT}, title="FieldGroup")),
                    "The groups. Only if `with[]=field_groups` is sent.",
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
        description="Send all fields, in the order you want. A field that you leave out is removed. The contacts keep its "
        "values, and these appear again if you define a field with the same slug.",
        body=sent(
            {
                "fields": say(
                    {"anyOf": [listed(ref("CustomFieldToSave")), TEXT]},
                    "All definitions, as a list or as the JSON text of one.",
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
GROUP_OF_CONTACTS = {
    "PUT": Operation(
        name="renameCustomFieldGroup",
        topic="Custom fields",
        summary="Give a group of custom fields another name",
        body=body_of(GroupNameSerializer, {"old_name": "The group's name as it is: `default` without a group."}),
        body_example={"old_name": "Orders", "new_name": "Purchases"},
        answer=obj({"fields": listed(ref("CustomField")), "message": TEXT}),
        example={"fields": [FIELD], "message": "Group name updated successfully!"},
        refusals={400: INVALID, 422: MISSING},
    ),
}
GROUP_OF_COMPANIES = {
    "PUT": replace(
        GROUP_OF_CONTACTS["PUT"],
        name="renameCompanyFieldGroup",
        summary="Give a group of companies' custom fields another name",
    ),
}
FIELDS_OF_COMPANIES = {
    "GET": replace(FIELDS_OF_CONTACTS["GET"], name="listCompanyFields", summary="List the custom fields of companies"),
    "PUT": replace(
        FIELDS_OF_CONTACTS["PUT"],
        name="replaceCompanyFields",
        summary="Replace the custom fields of companies",
        description="Send all fields, in the order you want. A field that you leave out is removed. The companies keep its "
        "values.",
    ),
}
ROUTES: Routes = {
    "/fluent-crm/v2/custom-fields/contacts": FIELDS_OF_CONTACTS,
    "/fluent-crm/v2/custom-fields/contacts/update_group_name": GROUP_OF_CONTACTS,
    "/fluent-crm/v2/companies/custom-fields": FIELDS_OF_COMPANIES,
    "/fluent-crm/v2/companies/custom-fields/update_group_name": GROUP_OF_COMPANIES,
}
