"""A contact as clients send it (the guide; recordings contact-*.json)."""

from django.conf import settings

from rest.openapi import Schema, body_of, one_of, say, schema_of
from subscribers.addresses import EMAIL_LENGTH
from subscribers.api.schema.contact import STATUS
from subscribers.api.serializers import (
    ContactSerializer,
    CoordinateField,
    EmailField,
    NewContactSerializer,
    OwnerField,
    UpsertSerializer,
)
from wp_rest.openapi import FLAG


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
FORCE = say(FLAG, "True updates the contact if one with this address exists.")
COMPONENTS: dict[str, Schema] = {
    "NewContact": body_of(NewContactSerializer, FIELDS, NAMED),
    "ContactToUpsert": body_of(
        UpsertSerializer, FIELDS | {"status": "Required if no contact with this address exists."}, NAMED
    ),
    "ContactToUpdate": body_of(ContactSerializer, FIELDS, NAMED),
}
