"""What the routes of contacts take and answer (see wp_rest.openapi; the guide; recordings contact-*.json)."""

from typing import Any

from django.conf import settings

from accounts.actors import DOORS
from companies.schema import COMPANY
from custom_fields.schema import FIELD, VALUE
from segments.schema import DATES, EXAMPLES, LIST, TAG
from subscribers import company_schema
from subscribers.addresses import EMAIL_LENGTH
from subscribers.advanced_filters import COLUMNS, MAX_CONDITIONS
from subscribers.filters import SORTABLE
from subscribers.models import Status
from subscribers.representation import MODEL_NAMES
from subscribers.serializers import (
    ContactSerializer,
    CoordinateField,
    EmailField,
    NewContactSerializer,
    OwnerField,
    UpsertSerializer,
)
from subscribers.signals import CHANGES
from subscribers.views import CONTACTS_PER_PAGE, NEIGHBOURS, SEARCH_LIMIT
from wp_rest.openapi import (
    ANYTHING,
    BOOLEAN,
    DATE,
    DIGITS,
    ENTRIES,
    FLAG,
    ID,
    IDS,
    INTEGER,
    INVALID,
    MISSING,
    MOMENT,
    NOT_FOUND,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    listed,
    mapped,
    message,
    nullable,
    obj,
    one_of,
    page_example,
    page_of,
    pages,
    query,
    ref,
    refused,
    say,
    schema_of,
    sent,
    sorting,
)


@schema_of.register
def _(sent_field: EmailField) -> Schema:
    return {
        "type": "string",
        "minLength": EMAIL_LENGTH.start,
        "maxLength": EMAIL_LENGTH.stop - 1,
        "description": "An e-mail address. One contact an address, in any case.",
        "examples": ["jane@example.com"],
    }


@schema_of.register
def _(sent_field: OwnerField) -> Schema:
    return {"type": ["integer", "string"], "description": "The id of the user who looks after the contact."}


@schema_of.register
def _(sent_field: CoordinateField) -> Schema:
    return {"type": ["number", "string"], "minimum": -sent_field.limit, "maximum": sent_field.limit}


# --- A contact as it is shown -----------------------------------------------------------------

OPTIONAL_TEXT = nullable(TEXT)
STATUS = one_of(*Status.values)
CONTACT: dict[str, Schema] = {
    "id": ID,
    "user_id": say(nullable(DIGITS), "The user of this server whose contact it is."),
    "hash": say(TEXT, "The contact's public name in links: 32 hexadecimal digits."),
    "contact_owner": say(nullable({"type": "string"}), "The id of the user who looks after the contact."),
    "company_id": say(nullable(DIGITS), "The primary company."),
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
    "latitude": say(OPTIONAL_TEXT, "Degrees, as a text."),
    "longitude": say(OPTIONAL_TEXT, "Degrees, as a text."),
    "total_points": say(TEXT, "A number, as a text."),
    "life_time_value": say(TEXT, "A number, as a text."),
    "phone": OPTIONAL_TEXT,
    "status": say(STATUS, "Whether and how the contact may be written to."),
    "contact_type": TEXT,
    "source": OPTIONAL_TEXT,
    "avatar": OPTIONAL_TEXT,
    "date_of_birth": nullable(DATE),
    "created_at": MOMENT,
    "last_activity": nullable(MOMENT),
    "updated_at": MOMENT,
    "full_name": TEXT,
    "photo": say(TEXT, "The address of the avatar, else of the Gravatar picture."),
    "tags": listed(ref("ContactTag")),
    "lists": listed(ref("ContactList")),
    "company": say(nullable(ref("ContactCompany")), "The primary company."),
    "companies": listed(ref("ContactCompany")),
}
SHOWN = {
    "custom_values": say(ref("CustomValues"), "With `custom_values` alone."),
    "unsubscribe_reason": say(TEXT, "Of contacts alone that are unsubscribed, bounced, complained or spammed."),
    "unsubscribe_date": say(TEXT, "Of the same contacts."),
    "commerce_stat": say(listed(ANYTHING, maxItems=0), "With `commerce_stat` alone; empty, as there is no shop."),
    "stats": say(obj({"emails": INTEGER, "opens": INTEGER, "clicks": INTEGER}), "With `stats` alone."),
}
CUSTOM = {
    "custom_fields": say(ref("CustomValues"), "With `custom_fields=true` alone."),
    "custom_values": say(ref("CustomValues"), "The same."),
}
WORDS = listed({"type": ["integer", "string"]})


def ignored(*kinds: str) -> Schema:
    """What a write names that there is not, by kind: tags, lists, custom_values."""
    return say(
        obj(dict.fromkeys(kinds, WORDS), optional=kinds),
        "What was sent and names nothing that there is. Missing when there is none.",
    )


def pivot(kind: str) -> Schema:
    return obj(
        {
            "subscriber_id": DIGITS,
            "object_id": DIGITS,
            "object_type": {"const": MODEL_NAMES[kind]},
            **DATES,
        },
        description="Since when the contact has it.",
    )


# --- A contact as it is sent --------------------------------------------------------------------

FIELDS = {
    "contact_owner": "The id of the user who looks after the contact.",
    "full_name": "Split at the first space when neither `first_name` nor `last_name` is sent.",
    "country": "Country code.",
    "custom_values": "Values by the slug of their custom field; checked by the field's type.",
    "tags": "Tags to attach: ids, slugs or titles. A title of three letters or more that there is not is made.",
    "lists": "Lists to attach, as `tags`.",
    "attach_tags": "The same as `tags`.",
    "attach_lists": "The same as `lists`.",
    "detach_tags": "Tags to take from the contact. On update alone.",
    "detach_lists": "Lists to take the contact off. On update alone.",
}
FORCE = say(FLAG, "Update the contact when there is one of that address.")
CONDITION = sent(
    {
        "source": {
            "type": "array",
            "prefixItems": [one_of("subscriber", "segment", "custom_fields"), TEXT],
            "minItems": 2,
            "maxItems": 2,
            "description": "What is looked at: `[subscriber, column]`, `[segment, tags]`, `[segment, lists]`, "
            "`[segment, status]`, `[segment, contact_type]` or `[custom_fields, slug]`. "
            f"The columns: {', '.join(COLUMNS)}.",
        },
        "operator": say(
            TEXT,
            "Texts: =, !=, contains, not_contains, in, not_in. Numbers: =, !=, >, <, >=, <=, in, not_in. Dates: "
            "=, !=, before, after, days_before, days_within. Choices, tags and lists: in, not_in, in_all, "
            "not_in_all. Columns and custom fields also is_null, not_null. Status and contact type: in, not_in. "
            "Any other word compares for equality.",
        ),
        "value": say(ANYTHING, "What it is compared with: a text, a number or a list."),
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
    "ContactPage": page_of(ref("ListedContact")),
    "NewContact": body_of(NewContactSerializer, FIELDS),
    "ContactToUpsert": body_of(UpsertSerializer, FIELDS | {"status": "Due when there is no contact of that address."}),
    "ContactToUpdate": body_of(ContactSerializer, FIELDS),
    "AdvancedFilters": listed(
        listed(ref("Condition")),
        description="Groups of conditions: a contact is in when all conditions of at least one group hold. "
        f"At most {MAX_CONDITIONS} conditions.",
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
CHOSEN = say(IDS, "The ids of the contacts. `subscribers` is the same.")
NOBODY_CHOSEN = Refusal("No contact is named.", ["MissingFields"])
SELECTION = [
    query("search", TEXT, "Only those with this text in name, e-mail, phone or address, in any case."),
    query("tags[]", listed(TEXT), "Only those with at least one of these tags: ids, slugs or titles. Also `tags=1,2`."),
    query("lists[]", listed(TEXT), "Only those on at least one of these lists, as `tags[]`."),
    query("statuses[]", listed(STATUS), "Only those of any of these statuses. Also `statuses=subscribed,pending`."),
    query("company_ids[]", listed(INTEGER), "Only those of any of these companies."),
    query(
        "filter_type",
        one_of("simple", "advanced", default="simple"),
        "`advanced` takes `advanced_filters` in place of tags, lists, statuses and companies.",
    ),
    query(
        "advanced_filters",
        {"type": "string", "contentMediaType": "application/json", "contentSchema": ref("AdvancedFilters")},
        "The JSON text of AdvancedFilters, with `filter_type=advanced`. PHP brackets do as well: "
        "`advanced_filters[0][0][operator]=in`.",
        example=FILTERS_EXAMPLE,
    ),
    *sorting(SORTABLE),
]
WRONG_FILTERS = refused("The advanced filters are none, or name what there is not.", "Invalid Advanced Filters")


def contact_list() -> Schema:
    """The page in the envelope that this server is set to (LIST_ENVELOPE)."""
    nested = {
        "subscribers": ref("ContactPage"),
        "custom": say(ANYTHING, "`custom_fields` as it was sent, or null."),
    }
    flat = page_of(ref("ListedContact"))
    both = obj({**nested, **flat["properties"]})
    return {"both": both, "nested": obj(nested), "flat": ref("ContactPage")}[settings.LIST_ENVELOPE]


def contact_list_example() -> dict[str, Any]:
    flat = page_example(JANE, per_page=CONTACTS_PER_PAGE)
    nested = {"subscribers": flat, "custom": None}
    return {"both": {**nested, **flat}, "nested": nested, "flat": flat}[settings.LIST_ENVELOPE]


def written(beside: dict[str, Schema], kinds: tuple[str, ...] = ("tags", "lists", "custom_values")) -> Schema:
    """The answer to a write of one contact."""
    contact = say(ref("Contact"), "The contact as it now is.")
    keys = {"message": TEXT, "contact": contact, "subscriber": say(ref("Contact"), "The same."), **beside}
    return obj({**keys, "ignored": ignored(*kinds)}, optional=["ignored"])


def written_example(text: str, **beside: Any) -> dict[str, Any]:
    return {"message": text, "contact": JANE, "subscriber": JANE, **beside}


CONTACT_ID = {"id": "The contact's id."}
INVALID_CONTACT = {400: INVALID}
EMPTIED = Refusal("The address is empty.", ["MissingFields"])
TAKEN = "Provided email already assigned to another subscriber."
CONFLICT = Refusal(
    "Another contact has that address.",
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
    made = " A title of three letters or more that there is not is made." if attach else ""
    return Operation(
        name=f"{verb.lower()}{kind.title()}",
        topic=TOPIC,
        summary=f"{verb} {kind} {'to' if attach else 'from'} a contact",
        description="FluentCRM has no such route; clients call it all the same.",
        ids=CONTACT_ID,
        body=sent({kind: say(ENTRIES, f"Ids, slugs or titles of {kind}.{made}")}, [kind]),
        body_example={kind: [1, "newsletter"]},
        answer=written({}, (kind,)),
        example=written_example(UPDATED),
        refusals={404: NOT_FOUND, 422: MISSING},
    )


BASE = "/fluent-crm/v2/subscribers"
ROUTES: Routes = {
    BASE: {
        "GET": Operation(
            name="listContacts",
            topic=TOPIC,
            summary="List contacts",
            description="A page of contacts, newest first unless sorted otherwise. Every filter narrows further.",
            parameters=[
                *pages(CONTACTS_PER_PAGE),
                *SELECTION,
                query("custom_fields", FLAG, "Send the custom values of each contact along."),
            ],
            answer=contact_list(),
            example=contact_list_example(),
            refusals={422: WRONG_FILTERS},
        ),
        "POST": Operation(
            name="createContact",
            topic=TOPIC,
            summary="Create a contact, or create or update one",
            description="Without `__force_update` a known address is refused with 409.\n\nWith `__force_update` the "
            "contact of that address is updated when there is one: only the keys sent change, empty texts wipe "
            "nothing, and a subscribed contact never becomes pending.",
            body={
                "anyOf": [
                    ref("NewContact"),
                    {"allOf": [ref("ContactToUpsert"), sent({"__force_update": FORCE}, ["__force_update"])]},
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
            answer=written({"action_type": one_of("created", "updated")}),
            example=written_example("Successfully added the subscriber.", action_type="created"),
            refusals={**INVALID_CONTACT, 409: CONFLICT, 422: MISSING},
        ),
        "DELETE": Operation(
            name="deleteContacts",
            topic=MANY,
            summary="Delete many contacts",
            description="With all that is theirs. Ids that no contact has are passed over.",
            body=sent({"subscriber_ids": CHOSEN}),
            body_example={"subscriber_ids": [1, 2, 3]},
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={422: NOBODY_CHOSEN},
        ),
    },
    f"{BASE}/{{id}}": {
        "GET": Operation(
            name="getContact",
            topic=TOPIC,
            summary="Get a contact",
            description="By id, or by e-mail address when the id is 0.",
            ids=CONTACT_ID,
            parameters=[
                query("get_by_email", TEXT, "The address, in any case. Read when the id is 0."),
                query(
                    "with[]",
                    listed(
                        one_of("custom_values", "subscriber.custom_values", "custom_fields", "stats", "commerce_stat")
                    ),
                    "What to send along: `custom_values` (also `subscriber.custom_values`), the definitions as "
                    "`custom_fields`, e-mail `stats`, `commerce_stat`. `with=stats` is the same.",
                ),
            ],
            answer=obj(
                {
                    "subscriber": ref("ShownContact"),
                    "custom_fields": say(listed(ref("CustomField")), "The definitions. With `custom_fields` alone."),
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
            description="Changes the keys that are sent, wrapped in `subscriber` or flat. An empty text clears a "
            "field. `tags` and `lists` attach.",
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
                    "isDirty": say(BOOLEAN, "Whether a field changed; custom values, tags and lists do not count."),
                    "values": say(mapped(nullable(VALUE)), "The custom values that were sent, as they are kept."),
                }
            ),
            example=written_example(UPDATED, isDirty=True, values={"custom_field_slug_1": "custom_field_value"}),
            refusals={**INVALID_CONTACT, 404: NOT_FOUND, 409: CONFLICT, 422: EMPTIED},
        ),
        "DELETE": Operation(
            name="deleteContact",
            topic=TOPIC,
            summary="Delete a contact",
            description="With all that is theirs.",
            ids=CONTACT_ID,
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/{{id}}/history": {
        "GET": Operation(
            name="getHistory",
            topic=TOPIC,
            summary="See who changed a contact, when and what",
            description="A page of changes, newest first. Of a contact that was deleted the deletion is left. "
            "FluentCRM has no such route.",
            ids=CONTACT_ID,
            parameters=[
                query("change", one_of(*CHANGES), "Only what was done so."),
                query("door", one_of(*DOORS), "Only what came through this door."),
                query("user", INTEGER, "Only what this user did, by id."),
                query("since", TEXT, "Only from this moment on: `2026-01-31 09:05:00` or ISO 8601."),
                query("until", TEXT, "Only before this moment."),
                *pages(),
            ],
            answer=obj({"history": page_of(ref("Change"))}),
            example={
                "history": page_example(
                    {
                        "id": 47,
                        "at": "2026-01-31 09:05:00",
                        "user": {"ID": 1, "display_name": "Grace Hopper"},
                        "door": "api",
                        "change": "updated",
                        "details": {"columns": {"first_name": ["Jane", "Janet"]}},
                        "contacts": 1,
                    }
                )
            },
            refusals={400: INVALID, 404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/tags": {"POST": link_route("tags", attach=True)},
    f"{BASE}/{{id}}/tags/detach": {"POST": link_route("tags", attach=False)},
    f"{BASE}/{{id}}/lists": {"POST": link_route("lists", attach=True)},
    f"{BASE}/{{id}}/lists/detach": {"POST": link_route("lists", attach=False)},
    f"{BASE}/subscribers-property": {
        "PUT": Operation(
            name="setContactsProperty",
            topic=MANY,
            summary="Set the status or the type of many contacts",
            body=sent(
                {
                    "property": one_of("status", "contact_type"),
                    "value": say(TEXT, f"A status, or one of: {', '.join(settings.CONTACT_TYPES)}."),
                    "subscriber_ids": CHOSEN,
                },
                ["property", "value"],
            ),
            body_example={"property": "status", "value": "unsubscribed", "subscriber_ids": [1, 2]},
            answer=message(),
            example={"message": "Subscribers successfully updated"},
            refusals={
                422: Refusal(
                    "No contact is named, or there is no such property or value.",
                    ["MissingFields", "Refused"],
                    {"Refused": {**refused("", "Value is not valid").examples["Refused"]}},
                )
            },
        )
    },
    f"{BASE}/sync-segments": {
        "POST": Operation(
            name="syncSegments",
            topic=MANY,
            summary="Attach tags or lists to many contacts, and detach others",
            description="What is in both ends detached.",
            body=sent(
                {
                    "type": say(one_of("tags", "lists"), "Which of the two."),
                    "attach": say(ENTRIES, "Ids, slugs or titles; a title that there is not is made."),
                    "detach": say(ENTRIES, "Ids, slugs or titles."),
                    "subscriber_ids": CHOSEN,
                },
                ["type"],
            ),
            body_example={"type": "tags", "attach": [1], "detach": [2], "subscriber_ids": [25]},
            answer=obj(
                {
                    "message": TEXT,
                    "subscribers": say(listed(ref("Contact")), "The contacts as they now are."),
                    "ignored": ignored("tags", "lists"),
                },
                optional=["ignored"],
            ),
            example={"message": "Successfully updated the subscribers.", "subscribers": [JANE]},
            refusals={
                422: Refusal(
                    "No contact is named, or the type is neither tags nor lists.",
                    ["MissingFields", "Refused"],
                    {"Refused": refused("", "Selected type is not valid").examples["Refused"]},
                )
            },
        )
    },
    f"{BASE}/bulk-add-update": {
        "POST": Operation(
            name="upsertContacts",
            topic=MANY,
            summary="Create or update many contacts",
            description="Each as by `__force_update`. A contact that is wrong is named under `invalids` and the "
            "others are kept.",
            body=sent(
                {"contacts": listed({"anyOf": [ref("ContactToUpsert"), ANYTHING]}, description="The contacts.")},
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
                    "created": listed(ref("WrittenContact")),
                    "updated": say(
                        listed(ref("WrittenContact")), "Also those that were sent and had nothing to change."
                    ),
                    "invalids": listed(ref("InvalidContact")),
                }
            ),
            example={
                "message": "Successfully added/updated the subscribers.",
                "created": [{"id": 26, "email": "john@example.com", "status": "pending"}],
                "updated": [{"id": 25, "email": "jane@example.com", "status": "subscribed"}],
                "invalids": [],
            },
            refusals={422: refused("`contacts` is no list.", "contacts must be a list")},
        )
    },
    f"{BASE}/search-contacts": {
        "GET": Operation(
            name="searchContacts",
            topic=TOPIC,
            summary="Find contacts for a chooser",
            parameters=[
                query("search", TEXT, "Text in name, e-mail, phone or address. Without it nothing is searched."),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": SEARCH_LIMIT, "default": SEARCH_LIMIT},
                    "How many at most.",
                ),
                query("values[]", listed(INTEGER), "Ids of contacts to send along, found or not. Also `values=1,2`."),
            ],
            answer=obj({"contacts": mapped(ref("FoundContact"), description="The contacts by their id.")}),
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
            summary="Get the contacts before and after one",
            description="In the list's own order, and under its own filters.",
            parameters=[
                query("current_id", ID, "The contact.", required=True),
                *[
                    parameter | {"required": True} if parameter["name"] == "filter_type" else parameter
                    for parameter in SELECTION
                ],
            ],
            answer=obj(
                {
                    "navigation": obj(
                        {"next": say(listed(ID), "The nearest first."), "prev": say(listed(ID), "The nearest first.")}
                    ),
                    "has_next": say(BOOLEAN, f"Whether there are more than the {NEIGHBOURS} that are shown."),
                    "has_prev": BOOLEAN,
                }
            ),
            example={"navigation": {"next": [24, 23], "prev": [26]}, "has_next": False, "has_prev": False},
            refusals={
                422: refused(
                    "`filter_type` or `current_id` is missing, or the advanced filters are none.",
                    "filter_type & current_id is required",
                )
            },
        )
    },
}
ROUTES = {**ROUTES, **company_schema.ROUTES}
COMPONENTS |= company_schema.COMPONENTS
COMPONENTS |= {
    "Change": obj(
        {
            "id": ID,
            "at": MOMENT,
            "user": say(nullable(obj({"ID": ID, "display_name": TEXT})), "Who did it; null when nobody, or gone."),
            "door": say(one_of(*DOORS), "How it came in."),
            "change": one_of(*CHANGES),
            "details": mapped(
                ANYTHING,
                description="What changed. `columns` of one contact has `[before, after]` by column, of many what "
                "they have in common.",
            ),
            "contacts": say(INTEGER, "To how many contacts it happened at once."),
        }
    ),
    "WrittenContact": obj({"id": ID, "email": TEXT, "status": STATUS}),
    "InvalidContact": {
        "type": "object",
        "properties": {
            "errors": mapped(mapped(TEXT), description="The text for each rule that each field breaks."),
            "row": say(ANYTHING, "What was sent, when that was no object."),
        },
        "required": ["errors"],
        "additionalProperties": say(ANYTHING, "The contact as it was sent."),
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
