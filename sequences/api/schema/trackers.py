"""The routes of the contacts in sequences."""

from django.conf import settings

from rest.openapi import ANYTHING, COUNT, Operation, Refusal, Routes, Schema, nullable, obj, one_of, ref, say, sent
from sequences.api.recipients import FILTERS, NOBODY
from sequences.api.schema.objects import BASE, MAIL_EXAMPLE, SEQUENCE_EXAMPLE, TOPIC, TRACKER, TRACKER_EXAMPLE
from sequences.api.schema.sequences import SEQUENCE_ID
from sequences.api.viewsets.trackers import REMOVED
from subscribers.api.schema.contact import JANE
from wp_rest.openapi import IDS, INVALID, NOT_FOUND, message, page_example, page_of, pages, refused

NAMED = sent(
    {"lists": say(IDS, "The ids of lists."), "tags": say(IDS, "The ids of tags.")}, title="ContactsByListsAndTags"
)
TRACKER_COMPONENTS: dict[str, Schema] = {
    "SequenceTracker": obj({**TRACKER, "subscriber": ref("Contact")}),
    "TrackerOfContact": obj(
        {
            **TRACKER,
            "sequence": ref("EmailSequence"),
            "last_sequence": nullable(ref("SequenceMail")),
            "next_sequence": nullable(ref("SequenceMail")),
        }
    ),
}
TRACKER_ROUTES: Routes = {
    f"{BASE}/{{id}}/subscribers": {
        "GET": Operation(
            name="listContactsOfSequence",
            topic=TOPIC,
            summary="List the contacts of a sequence",
            description="Returns a page of contacts with where they are in the sequence, the newest first.",
            ids=SEQUENCE_ID,
            parameters=pages(),
            answer=page_of(ref("SequenceTracker")),
            example=page_example({**TRACKER_EXAMPLE, "subscriber": JANE}),
            refusals={404: NOT_FOUND},
        ),
        "POST": Operation(
            name="addContactsToSequence",
            topic=TOPIC,
            summary="Let contacts enter a sequence",
            description=f"Adds up to {settings.BULK_CHUNK} contacts. Repeat the request until `remaining` is 0. Only "
            "contacts that are `subscribed` enter, and each once: those that are in the sequence, or were, are left out."
            "\n\nIf lists and tags are sent, a contact must be on one of the lists and have one of the tags.",
            ids=SEQUENCE_ID,
            body=sent(
                {
                    "subscribers": say(NAMED, "The contacts on these lists and with these tags."),
                    "excludedSubscribers": say(NAMED, "Without the contacts on these lists or with these tags."),
                    "sending_filter": say(
                        one_of(*FILTERS, default="list_tag", title="SequenceFilter"),
                        "`advanced_filters` chooses the contacts by `advanced_filters` instead of `subscribers`.",
                    ),
                    "advanced_filters": say(ANYTHING, "Conditions, as `GET /subscribers` has them."),
                    "page": say({"type": ["integer", "string"]}, "The number of this request, from 1."),
                },
                title="ContactsForSequence",
            ),
            body_example={"subscribers": {"lists": [1], "tags": []}},
            answer=obj(
                {
                    "total": say(COUNT, "The number of contacts that were to enter before this request."),
                    "remaining": say(COUNT, "The number of those that are still to enter."),
                    "next_page": say(COUNT, "The number of the next request."),
                    "page_total": say(COUNT, "The number of contacts that entered now."),
                    "in_total": say(COUNT, "The number of contacts that ever entered."),
                },
                title="AddedToSequence",
            ),
            example={"total": 120, "remaining": 0, "next_page": 2, "page_total": 120, "in_total": 120},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refused("No contacts are named, or the sequence is paused or has no mails.", NOBODY),
            },
        ),
        "DELETE": Operation(
            name="removeContactsFromSequence",
            topic=TOPIC,
            summary="Take contacts out of a sequence",
            description="A mail that has not left yet does not leave. The contacts can enter the sequence again.",
            ids=SEQUENCE_ID,
            body=sent(
                {
                    "tracker_ids": say(IDS, "The ids of rows of `GET /sequences/{id}/subscribers`."),
                    "subscriber_ids": say(IDS, "The ids of contacts."),
                },
                title="ContactsToRemove",
            ),
            body_example={"subscriber_ids": [25]},
            answer=message(REMOVED),
            example={"message": REMOVED},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: Refusal("No ids are sent.", ["Refused"], refused("", "Please select contacts").examples),
            },
        ),
    },
    f"{BASE}/subscriber/{{id}}/sequences": {
        "GET": Operation(
            name="listSequencesOfContact",
            topic=TOPIC,
            summary="List the sequences of a contact",
            description="Returns a page of sequences with where the contact is in them, the newest first.",
            ids={"id": "The contact's id."},
            parameters=pages(),
            answer=obj({"sequence_trackers": page_of(ref("TrackerOfContact"))}),
            example={
                "sequence_trackers": page_example(
                    {
                        **TRACKER_EXAMPLE,
                        "sequence": SEQUENCE_EXAMPLE,
                        "last_sequence": MAIL_EXAMPLE | {"id": 11},
                        "next_sequence": MAIL_EXAMPLE,
                    }
                )
            },
            refusals={404: NOT_FOUND},
        )
    },
}
