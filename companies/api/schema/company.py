"""A company as the answers show it and as clients send it (recording companies.json)."""

from typing import Any

from companies.api.serializers import CompanySerializer, CountField, NewCompanySerializer, OptionalIdField
from rest.openapi import DATE, ID, INTEGER, TEXT, Schema, body_of, nullable, obj, ref, say, schema_of
from wp_rest.openapi import DATETIME, DIGITS


@schema_of.register
def _(sent_field: CountField) -> Schema:
    return {"type": ["integer", "string"], "description": "A whole number, 0 or more. An empty text means 0."}


@schema_of.register
def _(sent_field: OptionalIdField) -> Schema:
    return {"type": ["integer", "string"], "description": "An id. 0 or an empty text removes it."}


OPTIONAL_TEXT = nullable(TEXT)
COMPANY: dict[str, Schema] = {
    "id": ID,
    "hash": say(TEXT, "A public id for links: 32 hexadecimal digits."),
    "owner_id": say(nullable(DIGITS), "The id of the contact who owns the company."),
    "name": say(TEXT, "Each company has its own name. Case and accents do not matter."),
    "industry": OPTIONAL_TEXT,
    "email": OPTIONAL_TEXT,
    "timezone": OPTIONAL_TEXT,
    "address_line_1": OPTIONAL_TEXT,
    "address_line_2": OPTIONAL_TEXT,
    "postal_code": OPTIONAL_TEXT,
    "city": OPTIONAL_TEXT,
    "state": OPTIONAL_TEXT,
    "country": OPTIONAL_TEXT,
    "employees_number": say(DIGITS, "A number, written as a text."),
    "description": say(OPTIONAL_TEXT, "HTML without scripts."),
    "phone": OPTIONAL_TEXT,
    "type": TEXT,
    "logo": OPTIONAL_TEXT,
    "website": OPTIONAL_TEXT,
    "linkedin_url": OPTIONAL_TEXT,
    "facebook_url": OPTIONAL_TEXT,
    "twitter_url": OPTIONAL_TEXT,
    "date_of_start": nullable(DATE),
    "meta": obj({"custom_values": ref("CustomValues")}, title="CompanyMeta"),
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
FIELDS = {
    "owner_id": "The id of the contact who owns the company. This contact also joins the company. 0 or an empty text removes the owner.",
    "employees_number": "A whole number, 0 or more. An empty text means 0.",
    "description": "HTML. Scripts are removed.",
    "custom_values": "Values by the slug of their custom field. `GET /companies/custom-fields` lists the fields.",
}
COMPONENTS: dict[str, Schema] = {
    "Company": obj(COMPANY),
    "NewCompany": obj(
        {**COMPANY, "owner_id": nullable(ID), "employees_number": INTEGER},
        description="A company as the answer to its creation shows it: `owner_id` and `employees_number` are numbers, not texts.",
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
