"""What the routes of contacts take and answer (see rest.openapi; the guide; recordings contact-*.json)."""

import re
from typing import Any

from django.conf import settings

from companies.api.row_schema import COMPANY
from custom_fields.api.schema import FIELD, VALUE
from rest.openapi import (
    ANYTHING,
    BOOLEAN,
    DATE,
    ID,
    INTEGER,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    listed,
    mapped,
    nullable,
    obj,
    one_of,
    query,
    ref,
    say,
    schema_of,
    sent,
)
from segments.api.schema import DATES, EXAMPLES, LIST, TAG
from subscribers.addresses import EMAIL_LENGTH
from subscribers.api.advanced_filters import COLUMNS, MAX_CONDITIONS
from subscribers.api.filters import SORTABLE
from subscribers.api.representation import MODEL_NAMES
from subscribers.api.serializers import (
    ContactSerializer,
    CoordinateField,
    EmailField,
    NewContactSerializer,
    OwnerField,
    UpsertSerializer,
)
from subscribers.api.viewsets.contacts import CONTACTS_PER_PAGE
from subscribers.api.viewsets.finding import NEIGHBOURS, SEARCH_LIMIT
from subscribers.models import Status
from wp_rest.openapi import (
    DIGITS,
    ENTRIES,
    FLAG,
    IDS,
    INVALID,
    MISSING,
    MOMENT,
    NOT_FOUND,
    ignored,
    message,
    page_example,
    page_of,
    pages,
    refused,
    sorting,
)


@schema_of.register
def _(sent_field: EmailField) -> Schema:
    return {
        "type": "string",
        "minLength": EMAIL_LENGTH.start,
        "maxLength": EMAIL_LENGTH.stop - 1,
        "description": "An e-mail address. Only one contact can have it; case does not matter.",
        "examples": ["jane@example.com"],
    }


@schema_of.register
def _(sent_field: OwnerField) -> Schema:
    return {"type": ["integer", "string"], "description": "The id of the user who is responsible for the contact."}


@schema_of.register
def _(sent_field: CoordinateField) -> Schema:
    return {"type": ["number", "string"], "minimum": -sent_field.limit, "maximum": sent_field.limit}


# --- A contact as it is shown -----------------------------------------------------------------

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
    "created_at": MOMENT,
    "last_activity": nullable(MOMENT),
    "updated_at": MOMENT,
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
            # A pattern: generators stumble over a constant with backslashes.
            "object_type": {"type": "string", "pattern": f"^{re.escape(MODEL_NAMES[kind])}$"},
            **DATES,
        },
        description="The link to the contact, with the date when it was made.",
        title=f"{kind.title()}Pivot",
    )


# --- A contact as it is sent --------------------------------------------------------------------

FIELDS = {
    "contact_owner": "The id of the user who is responsible for the contact.",
    "full_name": "Split at the first space into first and last name. Ignored if `first_name` or `last_name` is sent.",
    "country": "The country code, for example `US`.",
    "custom_values": "Values by the slug of their custom field. The type of the field decides which values are valid. "
    "A slug may also stand beside the contact's own keys.",
    "tags": "Tags to attach: ids, slugs or titles. A tag is created if no tag has the title and it has three letters or more.",
    "lists": "Lists to attach. The rules are those of `tags`.",
    "attach_tags": "Means the same as `tags`.",
    "attach_lists": "Means the same as `lists`.",
    "detach_tags": "Tags to remove from an existing contact. A tag that is also in `tags` stays.",
    "detach_lists": "Lists to remove an existing contact from. A list that is also in `lists` stays.",
}
NAMED = {"status": STATUS, "contact_type": one_of(*settings.CONTACT_TYPES, title="ContactType")}
DOUBLE_OPTIN = say(
    FLAG,
    "True sends the mail of double opt-in to contacts that are `pending`, or that an update leaves `unsubscribed`: only "
    "once in five minutes, and to nobody who was `bounced`, `complained` or `spammed` before.",
)
DOUBLE_OPTIN_ANSWER = say(ref("DoubleOptinRequests"), "Only if `double_optin` is sent.")
FORCE = say(FLAG, "True updates the contact if one with this address exists.")
CONDITION = sent(
    {
        "source": {
            "type": "array",
            "prefixItems": [one_of("subscriber", "segment", "custom_fields", title="ConditionSource"), TEXT],
            "minItems": 2,
            "maxItems": 2,
            "description": "What the condition looks at: `[subscriber, column]`, `[segment, tags]`, `[segment, lists]`, "
            "`[segment, status]`, `[segment, contact_type]` or `[custom_fields, slug]`. "
            f"The columns: {', '.join(COLUMNS)}.",
        },
        "operator": say(
            TEXT,
            "How to compare.\n\n"
            "- Texts: `=`, `!=`, `contains`, `not_contains`, `in`, `not_in`\n"
            "- Numbers: `=`, `!=`, `>`, `<`, `>=`, `<=`, `in`, `not_in`\n"
            "- Dates: `=`, `!=`, `before`, `after`, `days_before`, `days_within`\n"
            "- Choices, tags and lists: `in`, `not_in`, `in_all`, `not_in_all`\n"
            "- Columns and custom fields also: `is_null`, `not_null`\n"
            "- Status and contact type: `in`, `not_in`\n\n"
            "Any other operator compares for equality.",
        ),
        "value": say(ANYTHING, "The value to compare with: a text, a number or a list."),
    },
    ["source", "operator"],
)
COMPONENTS: dict[str, Schema] = {
    "ContactTag": obj({**TAG, "pivot": pivot("tag")}),
    "ContactList": obj({**LIST, "pivot": pivot("list")}),
    "ContactCompany": obj({**COMPANY, "pivot": pivot("company")}),
    "Contact": obj(CONTACT),
    "ShownContact": obj({**CONTACT, **SHOWN}, optional=SHOWN),
    "ListedContact": obj({**CONTACT, **CUSTOM}, optional=CUSTOM),
    "NewContact": body_of(NewContactSerializer, FIELDS, NAMED),
    "ContactToUpsert": body_of(
        UpsertSerializer, FIELDS | {"status": "Required if no contact with this address exists."}, NAMED
    ),
    "ContactToUpdate": body_of(ContactSerializer, FIELDS, NAMED),
    "AdvancedFilters": listed(
        listed(ref("Condition")),
        description="Groups of conditions. A contact is found if all conditions of at least one group are true. "
        f"There may be {MAX_CONDITIONS} conditions.",
    ),
    "Condition": CONDITION,
    "Conflict": obj(
        {
            "message": {"const": "Contact already exists with this email"},
            "data": obj({"status": {"type": "integer", "const": 409}}),
            "email": obj({"unique": TEXT}),
            "errors": obj({"email": listed(TEXT)}),
        }
    ),
}

# --- Examples -----------------------------------------------------------------------------------


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
FILTERS_EXAMPLE = '[[{"source": ["subscriber", "city"], "operator": "=", "value": "Leeds"}]]'
UPDATED = "Subscriber successfully updated"

# --- Routes -------------------------------------------------------------------------------------

TOPIC, MANY = "Contacts", "Many contacts"
CHOSEN = say(IDS, "The ids of the contacts. You can also write `subscribers`.")
NOBODY_CHOSEN = Refusal("No contact ids are sent.", ["MissingFields"])
SELECTION = [
    query(
        "search",
        TEXT,
        "Only contacts with every word of this text in the name, e-mail address, phone number or address. Case and accents do not matter.",
    ),
    query(
        "tags[]",
        listed(TEXT),
        "Only contacts with at least one of these tags: ids, slugs or titles. You can also write `tags=1,2`.",
    ),
    query("lists[]", listed(TEXT), "Only contacts on at least one of these lists: ids, slugs or titles."),
    query(
        "statuses[]",
        listed(STATUS),
        "Only contacts with one of these statuses. You can also write `statuses=subscribed,pending`.",
    ),
    query("company_ids[]", listed(INTEGER), "Only contacts of at least one of these companies."),
    query(
        "filter_type",
        one_of("simple", "advanced", default="simple", title="FilterType"),
        "`simple` uses tags, lists, statuses and companies. `advanced` uses `advanced_filters` instead.",
    ),
    query(
        "advanced_filters",
        {"type": "string", "contentMediaType": "application/json", "contentSchema": ref("AdvancedFilters")},
        "The conditions, as the JSON text of AdvancedFilters. Only with `filter_type=advanced`. You can also send them "
        "with PHP brackets: `advanced_filters[0][0][operator]=in`.",
        example=FILTERS_EXAMPLE,
    ),
    *sorting("Contact", SORTABLE),
]
WRONG_FILTERS = refused(
    "The advanced filters cannot be read, or name a column or field that does not exist.", "Invalid Advanced Filters"
)


def contact_list() -> Schema:
    """The page in the envelope that LIST_ENVELOPE chooses."""
    flat = page_of(ref("ListedContact"))
    nested = {
        "subscribers": flat,
        "custom": say(ANYTHING, "The value of `custom_fields` in the request, or null."),
    }
    both = obj({**nested, **flat["properties"]})
    return {"both": both, "nested": obj(nested), "flat": flat}[settings.LIST_ENVELOPE]


def contact_list_example() -> dict[str, Any]:
    flat = page_example(JANE, per_page=CONTACTS_PER_PAGE)
    nested = {"subscribers": flat, "custom": None}
    return {"both": {**nested, **flat}, "nested": nested, "flat": flat}[settings.LIST_ENVELOPE]


def written(beside: dict[str, Schema], kinds: tuple[str, ...] = ("tags", "lists", "custom_values")) -> Schema:
    """The answer to a write of one contact."""
    contact = say(ref("Contact"), "The contact after the change.")
    keys = {
        "message": TEXT,
        "contact": contact,
        "subscriber": say(ref("Contact"), "The same contact as in `contact`."),
        **beside,
    }
    return obj({**keys, "ignored": ignored(*kinds)}, optional=["ignored", "double_optin"])


def written_example(text: str, **beside: Any) -> dict[str, Any]:
    return {"message": text, "contact": JANE, "subscriber": JANE, **beside}


CONTACT_ID = {"id": "The contact's id."}
INVALID_CONTACT = {400: INVALID}
EMPTIED = Refusal("The e-mail address is empty.", ["MissingFields"])
TAKEN = "Provided email already assigned to another subscriber."
CONFLICT = Refusal(
    "Another contact has this e-mail address.",
    ["Conflict"],
    {
        "Conflict": {
            "message": "Contact already exists with this email",
            "data": {"status": 409},
            "email": {"unique": TAKEN},
            "errors": {"email": [TAKEN]},
        }
    },
)
DELETED = "Selected Subscribers has been deleted"


def link_route(kind: str, *, attach: bool) -> Operation:
    """POST /subscribers/{id}/tags, /tags/detach, /lists, /lists/detach."""
    verb = "Attach" if attach else "Detach"
    made = (
        f" A title that no {kind.removesuffix('s')} has is created if it has three letters or more." if attach else ""
    )
    return Operation(
        name=f"{verb.lower()}{kind.title()}",
        topic=TOPIC,
        summary=f"{verb} {kind} {'to' if attach else 'from'} a contact",
        description="This route is an addition of this server: some clients call it, but FluentCRM does not have it.",
        ids=CONTACT_ID,
        body=sent({kind: say(ENTRIES, f"Ids, slugs or titles of {kind}.{made}")}, [kind]),
        body_example={kind: [1, "newsletter"]},
        answer=written({}, (kind,)),
        example=written_example(UPDATED),
        refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
    )


BASE = "/fluent-crm/v2/subscribers"
ROUTES: Routes = {
    BASE: {
        "GET": Operation(
            name="listContacts",
            topic=TOPIC,
            summary="List contacts",
            description="Returns a page of contacts, the newest first unless you sort them. If you send several filters, a "
            "contact must match all of them.",
            parameters=[
                *pages(CONTACTS_PER_PAGE),
                *SELECTION,
                query("custom_fields", FLAG, "Also return the custom values of each contact."),
            ],
            answer=contact_list(),
            example=contact_list_example(),
            refusals={422: WRONG_FILTERS},
        ),
        "POST": Operation(
            name="createContact",
            topic=TOPIC,
            summary="Create or update a contact",
            description="Creates a contact. If a contact with this address exists, the answer is the error 409.\n\nWith "
            "`__force_update` the existing contact is updated instead: only the keys you send are changed, an empty text "
            "changes nothing, and a subscribed contact does not become pending. An update also needs the permission "
            "`subscribers.change_subscriber`.",
            body={
                "anyOf": [
                    {"title": "ContactToCreate", "allOf": [ref("NewContact"), sent({"double_optin": DOUBLE_OPTIN})]},
                    {
                        "title": "ContactToForceUpdate",
                        "allOf": [
                            ref("ContactToUpsert"),
                            sent({"__force_update": FORCE, "double_optin": DOUBLE_OPTIN}, ["__force_update"]),
                        ],
                    },
                ]
            },
            body_example={
                "first_name": "Jane",
                "last_name": "Smith",
                "email": "jane@example.com",
                "status": "subscribed",
                "phone": "+1-555-0124",
                "tags": [1, 2],
                "lists": [1],
                "custom_values": CUSTOM_EXAMPLE,
            },
            answer=written({"action_type": one_of("created", "updated"), "double_optin": DOUBLE_OPTIN_ANSWER}),
            example=written_example("Successfully added the subscriber.", action_type="created"),
            refusals={**INVALID_CONTACT, 409: CONFLICT, 422: MISSING},
        ),
        "DELETE": Operation(
            name="deleteContacts",
            topic=MANY,
            summary="Delete many contacts",
            description="Deletes the contacts with their notes, events and history. Ids that no contact has are ignored.",
            body=sent({"subscriber_ids": CHOSEN}),
            body_example={"subscriber_ids": [1, 2, 3]},
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={400: INVALID, 422: NOBODY_CHOSEN},
        ),
    },
    f"{BASE}/{{id}}": {
        "GET": Operation(
            name="getContact",
            topic=TOPIC,
            summary="Get a contact",
            description="Finds a contact by its id. If the id is 0, finds it by the e-mail address in `get_by_email`.",
            ids=CONTACT_ID,
            parameters=[
                query(
                    "get_by_email",
                    TEXT,
                    "The e-mail address. Case and accents do not matter. Only used if the id is 0.",
                ),
                query(
                    "with[]",
                    listed(
                        one_of(
                            "custom_values",
                            "subscriber.custom_values",
                            "custom_fields",
                            "stats",
                            "commerce_stat",
                            title="ContactPart",
                        )
                    ),
                    "What else to return: `custom_values` (or `subscriber.custom_values`) for the contact's custom "
                    "values, `custom_fields` for the definitions of the fields, `stats` for e-mail numbers, "
                    "`commerce_stat`. You can also write `with=stats`.",
                ),
            ],
            answer=obj(
                {
                    "subscriber": ref("ShownContact"),
                    "custom_fields": say(
                        listed(ref("CustomField")),
                        "The definitions of the fields. Only if `with[]=custom_fields` is sent.",
                    ),
                },
                optional=["custom_fields"],
            ),
            example={"subscriber": JANE, "custom_fields": [FIELD]},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="updateContact",
            topic=TOPIC,
            summary="Update a contact",
            description="Changes only the keys you send, inside `subscriber` or directly in the body. An empty text "
            "clears a field. `tags` and `lists` are added to those the contact has.",
            ids=CONTACT_ID,
            body={
                "anyOf": [
                    sent(
                        {
                            "subscriber": {
                                "anyOf": [ref("ContactToUpdate"), TEXT],
                                "description": "The changes, or the JSON text of them.",
                            }
                        },
                        ["subscriber"],
                        title="WrappedContact",
                    ),
                    ref("ContactToUpdate"),
                ]
            },
            body_example={
                "subscriber": {
                    "first_name": "Jane Updated",
                    "attach_tags": [3],
                    "detach_tags": [1],
                    "custom_values": {"custom_field_slug_1": "custom_field_value"},
                }
            },
            answer=written(
                {
                    "isDirty": say(BOOLEAN, "True if a field changed. Custom values, tags and lists do not count."),
                    "values": say(mapped(nullable(VALUE)), "The custom values you sent, as they are stored."),
                }
            ),
            example=written_example(UPDATED, isDirty=True, values={"custom_field_slug_1": "custom_field_value"}),
            refusals={**INVALID_CONTACT, 404: NOT_FOUND, 409: CONFLICT, 422: EMPTIED},
        ),
        "DELETE": Operation(
            name="deleteContact",
            topic=TOPIC,
            summary="Delete a contact",
            description="Deletes the contact with its notes, events and history.",
            ids=CONTACT_ID,
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/{{id}}/tags": {"POST": link_route("tags", attach=True)},
    f"{BASE}/{{id}}/tags/detach": {"POST": link_route("tags", attach=False)},
    f"{BASE}/{{id}}/lists": {"POST": link_route("lists", attach=True)},
    f"{BASE}/{{id}}/lists/detach": {"POST": link_route("lists", attach=False)},
    f"{BASE}/subscribers-property": {
        "PUT": Operation(
            name="setContactsProperty",
            topic=MANY,
            summary="Set the status or the contact type of many contacts",
            body=sent(
                {
                    "property": one_of("status", "contact_type"),
                    "value": say(TEXT, f"A status, or a contact type: {', '.join(settings.CONTACT_TYPES)}."),
                    "subscriber_ids": CHOSEN,
                },
                ["property", "value"],
            ),
            body_example={"property": "status", "value": "unsubscribed", "subscriber_ids": [1, 2]},
            answer=message(),
            example={"message": "Subscribers successfully updated"},
            refusals={
                400: INVALID,
                422: Refusal(
                    "No contact ids are sent, or the property or the value is not valid.",
                    ["MissingFields", "Refused"],
                    {"Refused": {**refused("", "Value is not valid").examples["Refused"]}},
                ),
            },
        )
    },
    f"{BASE}/sync-segments": {
        "POST": Operation(
            name="syncSegments",
            topic=MANY,
            summary="Attach and detach tags or lists of many contacts",
            description="Attaches and detaches tags, or lists, of all the contacts. What is in both `attach` and `detach` is detached.",
            body=sent(
                {
                    "type": say(one_of("tags", "lists"), "Whether to change tags or lists."),
                    "attach": say(
                        ENTRIES,
                        "Ids, slugs or titles. A title that does not exist is created if it has three letters or more.",
                    ),
                    "detach": say(ENTRIES, "Ids, slugs or titles."),
                    "subscriber_ids": CHOSEN,
                },
                ["type"],
            ),
            body_example={"type": "tags", "attach": [1], "detach": [2], "subscriber_ids": [25]},
            answer=obj(
                {
                    "message": TEXT,
                    "subscribers": say(listed(ref("Contact")), "The contacts after the change."),
                    "ignored": ignored("tags", "lists"),
                },
                optional=["ignored"],
            ),
            example={"message": "Successfully updated the subscribers.", "subscribers": [JANE]},
            refusals={
                400: INVALID,
                422: Refusal(
                    "No contact ids are sent, or the type is neither `tags` nor `lists`.",
                    ["MissingFields", "Refused"],
                    {"Refused": refused("", "Selected type is not valid").examples["Refused"]},
                ),
            },
        )
    },
    f"{BASE}/bulk-add-update": {
        "POST": Operation(
            name="upsertContacts",
            topic=MANY,
            summary="Create or update many contacts",
            description="Works for each contact like `POST /subscribers` with `__force_update`. Contacts with errors are "
            "listed in `invalids`; the others are saved.",
            body=sent(
                {
                    "contacts": listed({"anyOf": [ref("ContactToUpsert"), ANYTHING]}, description="The contacts."),
                    "double_optin": DOUBLE_OPTIN,
                },
                ["contacts"],
            ),
            body_example={
                "contacts": [
                    {"email": "jane@example.com", "status": "subscribed", "first_name": "Jane"},
                    {"email": "john@example.com", "status": "pending", "tags": [1]},
                ]
            },
            answer=obj(
                {
                    "message": TEXT,
                    "created": say(listed(ref("WrittenContact")), "The new contacts."),
                    "updated": say(listed(ref("WrittenContact")), "The updated contacts, also those without a change."),
                    "invalids": say(listed(ref("InvalidContact")), "The contacts with errors; they were not saved."),
                    "ignored": ignored("tags", "lists", "custom_values"),
                    "double_optin": DOUBLE_OPTIN_ANSWER,
                },
                optional=["ignored", "double_optin"],
            ),
            example={
                "message": "Successfully added/updated the subscribers.",
                "created": [{"id": 26, "email": "john@example.com", "status": "pending"}],
                "updated": [{"id": 25, "email": "jane@example.com", "status": "subscribed"}],
                "invalids": [],
            },
            refusals={422: refused("`contacts` is not a list.", "contacts must be a list")},
        )
    },
    f"{BASE}/search-contacts": {
        "GET": Operation(
            name="searchContacts",
            topic=TOPIC,
            summary="Search contacts",
            description="Returns a few fields of each contact, for a select box.",
            parameters=[
                query(
                    "search",
                    TEXT,
                    "The text to find in name, e-mail address, phone number or address. Without it only `values[]` are returned.",
                ),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": SEARCH_LIMIT, "default": SEARCH_LIMIT},
                    "The largest number of contacts to find.",
                ),
                query(
                    "values[]",
                    listed(INTEGER),
                    "Ids of contacts to return in any case. You can also write `values=1,2`.",
                ),
            ],
            answer=obj({"contacts": mapped(ref("FoundContact"), description="The contacts by id.")}),
            example={
                "contacts": {
                    "25": {
                        "first_name": "Jane",
                        "last_name": "Smith",
                        "full_name": "Jane Smith",
                        "email": "jane@example.com",
                        "id": "25",
                    }
                }
            },
        )
    },
    f"{BASE}/prev-next-ids": {
        "GET": Operation(
            name="getNeighbours",
            topic=TOPIC,
            summary="Get the next and previous contacts",
            description="Returns the ids of the contacts before and after one contact, in a list with these filters and this "
            "order.",
            parameters=[
                query("current_id", ID, "The id of the contact to start from.", required=True),
                *[
                    parameter | {"required": True} if parameter["name"] == "filter_type" else parameter
                    for parameter in SELECTION
                ],
            ],
            answer=obj(
                {
                    "navigation": obj(
                        {
                            "next": say(listed(ID), "The ids after it, the nearest first."),
                            "prev": say(listed(ID), "The ids before it, the nearest first."),
                        }
                    ),
                    "has_next": say(BOOLEAN, f"True if there are more than the {NEIGHBOURS} ids in `next`."),
                    "has_prev": say(BOOLEAN, f"True if there are more than the {NEIGHBOURS} ids in `prev`."),
                }
            ),
            example={"navigation": {"next": [24, 23], "prev": [26]}, "has_next": False, "has_prev": False},
            refusals={
                422: refused(
                    "`filter_type` or `current_id` is missing, or the advanced filters cannot be read.",
                    "filter_type & current_id is required",
                )
            },
        )
    },
}
COMPONENTS |= {
    "WrittenContact": obj({"id": ID, "email": TEXT, "status": STATUS}),
    "InvalidContact": {
        "type": "object",
        "properties": {
            "errors": mapped(mapped(TEXT), description="A message for each rule that a field breaks."),
            "row": say(ANYTHING, "What was sent, if it was not an object."),
        },
        "required": ["errors"],
        "additionalProperties": say(ANYTHING, "The keys of the contact as they were sent."),
    },
    "FoundContact": obj(
        {
            "first_name": OPTIONAL_TEXT,
            "last_name": OPTIONAL_TEXT,
            "full_name": TEXT,
            "email": TEXT,
            "id": DIGITS,
        }
    ),
}
