"""The routes of the list of contacts and of one contact. One file, as each part is used once."""

from typing import Any

from django.conf import settings

from custom_fields.api.schema import FIELD, VALUE
from rest.openapi import (
    ANYTHING,
    BOOLEAN,
    ID,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    listed,
    mapped,
    nullable,
    obj,
    one_of,
    query,
    ref,
    say,
    sent,
)
from subscribers.api.schema.bodies import DOUBLE_OPTIN, DOUBLE_OPTIN_ANSWER, FORCE
from subscribers.api.schema.contact import (
    BASE,
    CONTACT_ID,
    CUSTOM_EXAMPLE,
    JANE,
    TOPIC,
    UPDATED,
    written,
    written_example,
)
from subscribers.api.schema.many import CHOSEN, MANY, NOBODY_CHOSEN
from subscribers.api.schema.selection import SELECTION, WRONG_FILTERS
from subscribers.api.viewsets.contacts import CONTACTS_PER_PAGE
from wp_rest.openapi import FLAG, INVALID, MISSING, NOT_FOUND, message, page_example, page_of, pages


def contact_list() -> Schema:
    """The page, in the envelope of the setting LIST_ENVELOPE."""
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
            "contact_id": 25,
        }
    },
)
DELETED = "Selected Subscribers has been deleted"
COMPONENTS: dict[str, Schema] = {
    "Conflict": obj(
        {
            "message": {"const": "Contact already exists with this email"},
            "data": obj({"status": {"type": "integer", "const": 409}}),
            "email": obj({"unique": TEXT}),
            "errors": obj({"email": listed(TEXT)}),
            "contact_id": say(ID, "The id of that contact. Only if the user may see contacts."),
        },
        optional=["contact_id"],
    ),
}
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
                query(
                    "after_id",
                    {"type": "integer", "minimum": 0},
                    "Pages begin after the contact of this id, and contacts come in the order of their ids, upward. Send 0 "
                    "first, then the last id of each page: so a copy of all contacts skips none, and the last page is as "
                    "fast as the first. `total` and `last_page` are those of the whole list.",
                ),
                query("custom_fields", FLAG, "Also return the custom values of each contact."),
            ],
            answer=contact_list(),
            example=contact_list_example(),
            refusals={400: INVALID, 422: WRONG_FILTERS},
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
}
