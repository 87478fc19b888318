"""What the routes of who is in automations take and answer."""

from typing import Any

from automations.api.filters import ActivityFilter, EnrolmentFilter
from automations.api.schema.automations import WRONG_PARAMETER, operation
from automations.api.schema.parts import BASE, BLOCK_EXAMPLE, ENROLMENT_EXAMPLE, EXAMPLE, FUNNEL_ID, RUN_EXAMPLE
from automations.services.enrolling import SETTABLE
from rest.openapi import TEXT, Routes, Schema, listed, nullable, obj, one_of, query, ref, say, sent
from subscribers.api.schema.contact import JANE
from wp_rest.filters import parameters_of
from wp_rest.openapi import IDS, INVALID, NOT_FOUND, message, page_example, page_of, pages, refused

IDS_OF: dict[str, str] = {**FUNNEL_ID, "contact_id": "The contact's id."}
SUBSCRIBERS: Schema = sent({"subscriber_ids": IDS}, ["subscriber_ids"], title="ContactsToTakeOut")
BLOCKS = say(listed(ref("WholeBlock")), "The blocks of the automation in order.")
METRICS: dict[str, Any] = {"metrics": [RUN_EXAMPLE]}
IN_IT = {**ENROLMENT_EXAMPLE, **METRICS, "subscriber": JANE}
NOT_IN_IT = refused(
    "The contact is not in the automation, or what is needed is missing.", "No Corresponding report found"
)
ROUTES: Routes = {
    f"{BASE}/{{id}}/subscribers": {
        "GET": operation(
            "listContactsOfAutomation",
            "List the contacts in an automation",
            "Returns a page of contacts who are or were in the automation, the newest first, with the blocks that ran for each.",
            ids=FUNNEL_ID,
            parameters=[
                *pages(),
                *parameters_of(EnrolmentFilter),
                query(
                    "with[]",
                    listed(one_of("funnel", "sequences")),
                    "What else to return: `funnel` for the automation, `sequences` for its blocks.",
                ),
            ],
            answer=obj(
                {
                    "funnel_subscribers": page_of(ref("EnrolmentOfAutomation")),
                    "funnel": say(ref("Automation"), "Only if `with[]=funnel` is sent."),
                    "sequences": say(listed(ref("WholeBlock")), "Only if `with[]=sequences` is sent."),
                },
                optional=("funnel", "sequences"),
                title="ContactsOfAutomation",
            ),
            example={"funnel_subscribers": page_example(IN_IT)},
            refusals={400: WRONG_PARAMETER, 404: NOT_FOUND},
        ),
        "DELETE": operation(
            "removeContactsFromAutomation",
            "Take contacts out of an automation",
            "Removes the contacts as if they had never been in the automation. They can enter it again.",
            ids=FUNNEL_ID,
            body=SUBSCRIBERS,
            body_example={"subscriber_ids": [7]},
            answer=message(),
            example={"message": "Subscribed has been removed from this automation funnel"},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refused("No contact ids are sent.", "subscriber_ids parameter is required"),
            },
        ),
    },
    f"{BASE}/{{id}}/subscribers/{{contact_id}}": {
        "GET": operation(
            "getContactOfAutomation",
            "Get where a contact is in an automation",
            ids=IDS_OF,
            answer=obj(
                {
                    "funnel_subscriber": say(
                        nullable(ref("EnrolmentWithMetrics")), "Null if the contact was never in it."
                    ),
                    "sequences": BLOCKS,
                },
                title="ContactOfAutomation",
            ),
            example={"funnel_subscriber": {**ENROLMENT_EXAMPLE, **METRICS}, "sequences": [BLOCK_EXAMPLE]},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/subscribers/{{contact_id}}/status": {
        "PUT": operation(
            "setStatusInAutomation",
            "Set the status of a contact in an automation",
            "With `active` a contact that was cancelled goes on.",
            ids=IDS_OF,
            body=sent({"status": one_of(*SETTABLE)}, ["status"], title="StatusInAutomation"),
            body_example={"status": "cancelled"},
            answer=message(),
            example={"message": "Status has been updated to cancelled"},
            refusals={400: INVALID, 404: NOT_FOUND, 422: NOT_IN_IT},
        )
    },
    f"{BASE}/{{id}}/subscribers/{{contact_id}}/advance": {
        "POST": operation(
            "advanceInAutomation",
            "Let a contact go on at a block",
            "The contact goes on now, whatever it waits for.",
            ids=IDS_OF,
            body=sent(
                {"sequence_id": say({"type": ["integer", "string"]}, "The block's id.")},
                ["sequence_id"],
                title="NextBlock",
            ),
            body_example={"sequence_id": 11},
            answer=obj({"message": TEXT, "funnel_subscriber": ref("Enrolment")}, title="AdvancedContact"),
            example={"message": "The contact goes on at the selected step", "funnel_subscriber": ENROLMENT_EXAMPLE},
            refusals={404: NOT_FOUND, 422: NOT_IN_IT},
        )
    },
    f"{BASE}/all-activities": {
        "GET": operation(
            "listActivities",
            "List the contacts in all automations",
            "Returns a page of contacts who are or were in an automation, the newest first.",
            parameters=[*pages(), *parameters_of(ActivityFilter)],
            answer=obj({"activities": page_of(ref("Activity"))}, title="ActivityList"),
            example={"activities": page_example({**IN_IT, "funnel": {**EXAMPLE, "actions": [BLOCK_EXAMPLE]}})},
            refusals={400: WRONG_PARAMETER},
        )
    },
    f"{BASE}/remove-bulk-subscribers": {
        "POST": operation(
            "removeActivities",
            "Take contacts out of any automations",
            "Removes the contacts by the ids of their activities (`GET /funnels/all-activities`).",
            body=sent({"funnel_subscriber_ids": IDS}, ["funnel_subscriber_ids"], title="ActivitiesToRemove"),
            body_example={"funnel_subscriber_ids": [21]},
            answer=message(),
            example={"message": "Selected subscribers has been removed from this automation funnels"},
            refusals={400: INVALID, 422: refused("No ids are sent.", "Please provide funnel subscriber IDs")},
        )
    },
    f"{BASE}/subscriber/{{id}}/automations": {
        "GET": operation(
            "listAutomationsOfContact",
            "List the automations of a contact",
            "Returns a page of automations that the contact is or was in, the newest first. Empty if there is no such contact.",
            ids={"id": "The contact's id."},
            parameters=pages(),
            answer=obj({"automations": page_of(ref("EnrolmentOfContact"))}, title="AutomationsOfContact"),
            example={"automations": page_example({**ENROLMENT_EXAMPLE, "funnel": EXAMPLE})},
        )
    },
}
