"""What a company looks like, and the route of the modules (see wp_rest.openapi; recording companies.json).

The routes of companies are in subscribers.company_schema, as their views are in subscribers.
"""

from typing import Any

from companies.serializers import CompanySerializer, CountField, NewCompanySerializer, OptionalIdField
from wp_rest.openapi import (
    ANYTHING,
    DATE,
    DIGITS,
    ID,
    INTEGER,
    MOMENT,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    mapped,
    message,
    nullable,
    obj,
    one_of,
    ref,
    say,
    schema_of,
)


@schema_of.register
def _(sent_field: CountField) -> Schema:
    return {"type": ["integer", "string"], "description": "A whole number from 0; an empty text is 0."}


@schema_of.register
def _(sent_field: OptionalIdField) -> Schema:
    return {"type": ["integer", "string"], "description": "An id; 0 and an empty text are none."}


OPTIONAL_TEXT = nullable(TEXT)
COMPANY: dict[str, Schema] = {
    "id": ID,
    "hash": say(TEXT, "The company's public name: 32 hexadecimal digits."),
    "owner_id": say(nullable(DIGITS), "The contact who owns it."),
    "name": say(TEXT, "One company a name, in any case."),
    "industry": OPTIONAL_TEXT,
    "email": OPTIONAL_TEXT,
    "timezone": OPTIONAL_TEXT,
    "address_line_1": OPTIONAL_TEXT,
    "address_line_2": OPTIONAL_TEXT,
    "postal_code": OPTIONAL_TEXT,
    "city": OPTIONAL_TEXT,
    "state": OPTIONAL_TEXT,
    "country": OPTIONAL_TEXT,
    "employees_number": say(DIGITS, "A number, as a text."),
    "description": say(OPTIONAL_TEXT, "HTML without anything that runs."),
    "phone": OPTIONAL_TEXT,
    "type": TEXT,
    "logo": OPTIONAL_TEXT,
    "website": OPTIONAL_TEXT,
    "linkedin_url": OPTIONAL_TEXT,
    "facebook_url": OPTIONAL_TEXT,
    "twitter_url": OPTIONAL_TEXT,
    "date_of_start": nullable(DATE),
    "meta": obj({"custom_values": ref("CustomValues")}),
    "created_at": MOMENT,
    "updated_at": MOMENT,
}
FIELDS = {
    "owner_id": "The id of the contact who owns it, and belongs to it from then on; 0 and an empty text are nobody.",
    "employees_number": "A whole number from 0; an empty text is 0.",
    "description": "HTML; scripts and the like are taken out.",
    "custom_values": "Values by the slug of their custom field (see /companies/custom-fields).",
}
COMPONENTS: dict[str, Schema] = {
    "Company": obj(COMPANY),
    "NewCompany": obj(
        {**COMPANY, "owner_id": nullable(ID), "employees_number": INTEGER},
        description="Its numbers are numbers, as recorded.",
    ),
    "CompanyToMake": body_of(NewCompanySerializer, FIELDS),
    "CompanyToUpdate": body_of(CompanySerializer, FIELDS),
}
EXAMPLE: dict[str, Any] = {
    **dict.fromkeys(COMPANY),
    "id": 3,
    "hash": "5b4a69788796a5b4c3d2e1f00f1e2d3c",
    "name": "Tech Solutions",
    "industry": "Software",
    "employees_number": "50",
    "type": "Partner",
    "meta": {"custom_values": {}},
    "created_at": "2023-03-15 09:30:00",
    "updated_at": "2023-03-15 09:30:00",
}
SWITCH = one_of("yes", "no")
SAVED = "Settings has been updated"
ROUTES: Routes = {
    "/fluent-crm/v2/setting/experiments": {
        "GET": Operation(
            name="getModules",
            topic="This API",
            summary="Get FluentCRM's switches for its modules",
            description="The modules are always on here; the answer is what was said last.",
            answer=obj(
                {"settings": mapped(SWITCH, properties={"company_module": SWITCH, "event_tracking": SWITCH})},
            ),
            example={"settings": {"company_module": "yes", "event_tracking": "yes"}},
        ),
        "POST": Operation(
            name="setModules",
            topic="This API",
            summary="Say which of FluentCRM's modules are on",
            description="Remembered, and changes nothing.",
            body=mapped(ANYTHING, description="Each module's name, and whether it is on."),
            body_example={"company_module": "yes"},
            answer=message(SAVED),
            example={"message": SAVED},
        ),
    }
}
