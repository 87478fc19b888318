"""What clients send (see rest.openapi)."""

from collections.abc import Mapping

from fluenzr import serializers
from fluenzr.openapi.fields import (
    CONTACT_IDS,
    CONTACT_SORT,
    EMAIL,
    GROUP_ID,
    GROUP_IDS,
    ORDER,
    STATUS,
    TAGS,
    TEXT_OR_NULL,
)
from rest.openapi import Schema, body_of, listed, mapped, nullable, obj, one_of, ref, say, sent

FIELDS = {
    "company": "The name of the primary company. A company is created if none has this name. An empty text removes the "
    "contact from its primary company.",
    "groupIds": "The ids of the groups. An update replaces the contact's groups.",
    "tags": "The titles of the tags. A tag is created if none has the title. An update replaces the contact's tags.",
    "customFields": "Values by the key of their field. An update changes only the keys you send. A text field is created "
    "for an unknown key, unless this server refuses unknown keys.",
    "pipelineStageId": "The id of the pipeline stage: `stg_` and the name of the stage. Null or an empty text removes the "
    "contact from its stage.",
}


def with_address(schema: Schema) -> Schema:
    # The field accepts null only to refuse it with its own message.
    return schema | {"properties": schema["properties"] | {"email": EMAIL}}


GROUP_BODY: Mapping[str, Schema] = body_of(
    serializers.GroupSerializer, {"name": "The name. Each group has its own; case does not matter."}
)["properties"]
GROUP_NAME = GROUP_BODY["name"] | {"type": "string", "minLength": 1}
COMPONENTS: dict[str, Schema] = {
    "NewContact": with_address(body_of(serializers.NewContactSerializer, FIELDS)),
    "ContactChanges": with_address(body_of(serializers.ContactSerializer, FIELDS)),
    "NewGroup": sent({**GROUP_BODY, "name": GROUP_NAME}, ["name"]),
    "GroupChanges": sent({**GROUP_BODY, "name": GROUP_NAME}),
    "Bulk": sent(
        {
            "contacts": listed(ref("NewContact"), maxItems=1000),
            "groupIds": say(nullable(GROUP_IDS), "Groups to add all the contacts to."),
            "onDuplicate": one_of(
                "skip",
                "update",
                default="skip",
                title="OnDuplicate",
                description="What to do if a contact with this address exists: leave it as it is, or update it. An "
                "update adds tags and groups; an empty value changes nothing.",
            ),
        },
        ["contacts"],
    ),
    "Search": sent(
        {
            "query": say(TEXT_OR_NULL, "A text to find in name, e-mail address, phone number or address."),
            "filters": obj(
                {
                    "status": STATUS,
                    "groups": say(listed(GROUP_ID), "Only contacts in at least one of these groups."),
                    "customFields": mapped(
                        {"type": ["string", "number", "boolean"]},
                        title="CustomFieldFilters",
                        description="Only contacts with all these values, by the key of their field.",
                    ),
                },
                optional=("status", "groups", "customFields"),
                title="SearchFilters",
                description="A contact must match all filters.",
            ),
            "sort": sent({"field": CONTACT_SORT, "order": ORDER}, title="SearchSort"),
            "page": {"type": "integer", "minimum": 1, "default": 1},
            "perPage": {
                "type": "integer",
                "minimum": 1,
                "default": 20,
                "description": "The number of contacts on a page. A number above 100 means 100.",
            },
        }
    ),
    "GroupIds": sent({"groupIds": GROUP_IDS}, ["groupIds"]),
    "Tags": sent({"tags": say(TAGS, "The titles of the tags.")}, ["tags"]),
    "ContactIds": sent({"contactIds": CONTACT_IDS}, ["contactIds"]),
}
