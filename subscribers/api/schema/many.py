"""The routes that change many contacts with one request."""

from django.conf import settings

from rest.openapi import (
    ANYTHING,
    ID,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    listed,
    mapped,
    obj,
    one_of,
    ref,
    say,
    sent,
)
from subscribers.api.schema.contact import BASE, JANE, STATUS
from wp_rest.openapi import ENTRIES, IDS, INVALID, ignored, message, refused

MANY = "Many contacts"
CHOSEN = say(IDS, "The ids of the contacts. You can also write `subscribers`.")
NOBODY_CHOSEN = Refusal("No contact ids are sent.", ["MissingFields"])
COMPONENTS: dict[str, Schema] = {
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
}
ROUTES: Routes = {
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
                    "created": say(listed(ref("WrittenContact")), "The new contacts."),
                    "updated": say(listed(ref("WrittenContact")), "The updated contacts, also those without a change."),
                    "invalids": say(listed(ref("InvalidContact")), "The contacts with errors; they were not saved."),
                    "ignored": ignored("tags", "lists", "custom_values"),
                },
                optional=["ignored"],
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
}
