"""A contact as the answers show it (the guide; recordings contact-*.json)."""

import re
from typing import Any

from companies.api.schema.company import COMPANY
from rest.openapi import ANYTHING, DATE, ID, INTEGER, TEXT, Schema, listed, nullable, obj, one_of, ref, say
from segments.api.schema.segment import DATES, EXAMPLES, LIST, TAG
from subscribers.api.representation import MODEL_NAMES
from subscribers.models import Status
from wp_rest.openapi import DATETIME, DIGITS, ignored

TOPIC = "Contacts"
BASE = "/fluent-crm/v2/subscribers"
CONTACT_ID = {"id": "The contact's id."}
OPTIONAL_TEXT = nullable(TEXT)
STATUS = one_of(*Status.values, title="ContactStatus")
CONTACT: dict[str, Schema] = {
    "id": ID,
    "user_id": say(nullable(DIGITS), "The id of the user account of this contact on this server."),
    "hash": say(TEXT, "A public id for links: 32 hexadecimal digits."),
    "contact_owner": say(nullable({"type": "string"}), "The id of the user who is responsible for the contact."),
    "company_id": say(nullable(DIGITS), "The id of the primary company."),
    "prefix": OPTIONAL_TEXT,
    "first_name": OPTIONAL_TEXT,
    "last_name": OPTIONAL_TEXT,
    "email": TEXT,
    "timezone": OPTIONAL_TEXT,
    "address_line_1": OPTIONAL_TEXT,
    "address_line_2": OPTIONAL_TEXT,
    "postal_code": OPTIONAL_TEXT,
    "city": OPTIONAL_TEXT,
    "state": OPTIONAL_TEXT,
    "country": OPTIONAL_TEXT,
    "ip": OPTIONAL_TEXT,
    "latitude": say(OPTIONAL_TEXT, "Degrees, written as a text."),
    "longitude": say(OPTIONAL_TEXT, "Degrees, written as a text."),
    "total_points": say(TEXT, "A number, written as a text."),
    "life_time_value": say(TEXT, "A number, written as a text."),
    "phone": OPTIONAL_TEXT,
    "status": say(STATUS, "Whether you may send messages to the contact."),
    "contact_type": TEXT,
    "source": OPTIONAL_TEXT,
    "avatar": OPTIONAL_TEXT,
    "date_of_birth": nullable(DATE),
    "created_at": DATETIME,
    "last_activity": nullable(DATETIME),
    "updated_at": DATETIME,
    "full_name": TEXT,
    "photo": say(TEXT, "The address of the avatar, or of the Gravatar picture if there is no avatar."),
    "tags": listed(ref("ContactTag")),
    "lists": listed(ref("ContactList")),
    "company": say(nullable(ref("ContactCompany")), "The primary company."),
    "companies": listed(ref("ContactCompany")),
}
SHOWN = {
    "custom_values": say(ref("CustomValues"), "Only if `with[]=custom_values` is sent."),
    "unsubscribe_reason": say(
        TEXT, "Why the contact left. Only for the statuses `unsubscribed`, `bounced`, `complained` and `spammed`."
    ),
    "unsubscribe_date": say(TEXT, "When the contact left. Only for the same statuses."),
    "commerce_stat": say(
        listed(ANYTHING, maxItems=0), "Only if `with[]=commerce_stat` is sent. Always empty: this server has no shop."
    ),
    "stats": say(
        obj({"emails": INTEGER, "opens": INTEGER, "clicks": INTEGER}, title="EmailStats"),
        "Only if `with[]=stats` is sent.",
    ),
}
CUSTOM = {
    "custom_fields": say(ref("CustomValues"), "Only if `custom_fields=true` is sent."),
    "custom_values": say(ref("CustomValues"), "The same values as `custom_fields`."),
}


def pivot(kind: str) -> Schema:
    return obj(
        {
            "subscriber_id": DIGITS,
            "object_id": DIGITS,
            # A pattern: client generators fail on a constant with backslashes.
            "object_type": {"type": "string", "pattern": f"^{re.escape(MODEL_NAMES[kind])}$"},
            **DATES,
        },
        description="The link to the contact, with the date when it was made.",
        title=f"{kind.title()}Pivot",
    )


COMPONENTS: dict[str, Schema] = {
    "ContactTag": obj({**TAG, "pivot": pivot("tag")}),
    "ContactList": obj({**LIST, "pivot": pivot("list")}),
    "ContactCompany": obj({**COMPANY, "pivot": pivot("company")}),
    "Contact": obj(CONTACT),
    "ShownContact": obj({**CONTACT, **SHOWN}, optional=SHOWN),
    "ListedContact": obj({**CONTACT, **CUSTOM}, optional=CUSTOM),
}


def linked(kind: str) -> dict[str, Any]:
    example = EXAMPLES[kind]
    dates = {"created_at": "2023-03-15 09:30:00", "updated_at": "2023-03-15 09:30:00"}
    ids = {"subscriber_id": "25", "object_id": str(example["id"]), "object_type": MODEL_NAMES[kind]}
    return {**example, "pivot": {**ids, **dates}}


JANE: dict[str, Any] = {
    **dict.fromkeys(CONTACT),
    "id": 25,
    "hash": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "first_name": "Jane",
    "last_name": "Smith",
    "email": "jane@example.com",
    "total_points": "0",
    "life_time_value": "0",
    "phone": "+1-555-0124",
    "status": "subscribed",
    "contact_type": "lead",
    "created_at": "2023-03-15 09:30:00",
    "updated_at": "2023-03-15 09:30:00",
    "full_name": "Jane Smith",
    "photo": "https://www.gravatar.com/avatar/abc123?s=128",
    "tags": [linked("tag")],
    "lists": [linked("list")],
    "companies": [],
}
CUSTOM_EXAMPLE = {"company": "Tech Solutions", "industry": "Software"}

UPDATED = "Subscriber successfully updated"


def written(beside: dict[str, Schema], kinds: tuple[str, ...] = ("tags", "lists", "custom_values")) -> Schema:
    """The answer to a write of one contact."""
    contact = say(ref("Contact"), "The contact after the change.")
    keys = {
        "message": TEXT,
        "contact": contact,
        "subscriber": say(ref("Contact"), "The same contact as in `contact`."),
        **beside,
    }
    return obj({**keys, "ignored": ignored(*kinds)}, optional=["ignored"])


def written_example(text: str, **beside: Any) -> dict[str, Any]:
    return {"message": text, "contact": JANE, "subscriber": JANE, **beside}
