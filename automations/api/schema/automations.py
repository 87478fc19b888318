"""What the routes of automations themselves take and answer. One file, as each part is used once."""

from dataclasses import replace
from typing import Any

from automations.api.filters import AutomationFilter
from automations.api.schema.parts import (
    BASE,
    EXAMPLE,
    FORM,
    FUNNEL_ID,
    NEW,
    STATUS,
    TOPIC,
    TRIGGER,
    TRIGGER_EXAMPLE,
)
from automations.api.viewsets.automations import ORDERS
from labels.api.schema import SHORT_LABEL
from rest.openapi import TEXT, Operation, Refusal, Routes, Schema, listed, mapped, obj, one_of, query, ref, say, sent
from wp_rest.filters import parameters_of
from wp_rest.openapi import (
    IDS,
    INVALID,
    JSON_OBJECT,
    MISSING,
    NOT_FOUND,
    message,
    page_example,
    page_of,
    pages,
    refused,
    sorting,
)

WRONG_PARAMETER = replace(INVALID, when="A parameter has a wrong value.")
TO_SAVE: Schema = sent(
    {"title": TEXT, "trigger_name": TEXT, "description": TEXT}, ["trigger_name"], title="AutomationToSave"
)
UNFINISHED = refused(
    "It is to be published and cannot run: the trigger or a block lacks something.", "Apply Tag: Choose tags."
)
SAVED_NEW = obj({"message": TEXT, "funnel": ref("NewAutomation")}, title="NewAutomationSaved")
TRIGGERS = say(mapped(TRIGGER), "The triggers of this server by their names.")
ANSWER_OF_ONE = obj(
    {
        "funnel": ref("WholeAutomation"),
        "blocks": say(
            mapped(
                obj(
                    {
                        **dict.fromkeys(("category", "title", "description", "icon"), TEXT),
                        "settings": JSON_OBJECT,
                        "type": TEXT,
                    },
                    title="BlockKind",
                )
            ),
            "The kinds of blocks. Only if `with[]=blocks` is sent.",
        ),
        "block_fields": say(mapped(FORM), "The settings of each kind of block. Only if `with[]=block_fields` is sent."),
        "funnel_sequences": say(
            listed(ref("WholeBlock")), "The blocks in order. Only if `with[]=funnel_sequences` is sent."
        ),
    },
    optional=("blocks", "block_fields", "funnel_sequences"),
    title="AutomationAnswer",
)
NOTHING_LISTED = listed(JSON_OBJECT, maxItems=0)
IMPORTED = sent(
    {
        "funnel": {
            "anyOf": [JSON_OBJECT, TEXT],
            "description": "`title`, `trigger_name`, `settings`, `conditions`, `labels`.",
        },
        "sequences": {"anyOf": [listed(JSON_OBJECT), TEXT], "description": "The blocks, or the JSON text of them."},
    },
    ["funnel"],
    title="AutomationToImport",
)
FORM_EXAMPLE: dict[str, Any] = {
    "title": "",
    "sub_title": "",
    "fields": {"tags": {"type": "option_selectors", "label": "Tags"}},
}
CONFIGURED = {**EXAMPLE, "settingsFields": FORM_EXAMPLE, "conditionFields": FORM_EXAMPLE}
LISTED = {**EXAMPLE, "subscribers_count": 12, "description": "", "labels": [SHORT_LABEL]}
CREATED = "Funnel has been created. Please configure now"
BULK: Schema = sent(
    {
        "action_name": one_of("change_funnel_status", "delete_funnels", "apply_labels"),
        "funnel_ids": IDS,
        "status": say(STATUS, "The new status, for `change_funnel_status`."),
        "labels": say(IDS, "The ids of the labels, for `apply_labels`."),
    },
    ["action_name", "funnel_ids"],
    title="AutomationBulkAction",
)


def operation(name: str, summary: str, description: str = "", **more: Any) -> Operation:
    return Operation(name=name, topic=TOPIC, summary=summary, description=description, **more)


def of_one(name: str, summary: str, done: str, description: str = "", **more: Any) -> Operation:
    """Something done to one automation, answered with a message."""
    return operation(
        name, summary, description, ids=FUNNEL_ID, **{"answer": message(), "example": {"message": done}, **more}
    )


ROUTES: Routes = {
    BASE: {
        "GET": operation(
            "listAutomations",
            "List the automations",
            "Returns a page of automations (FluentCRM calls them funnels), the newest first.",
            parameters=[
                *pages(),
                *parameters_of(AutomationFilter),
                *sorting("Automation", ORDERS),
                query("with[]", listed(one_of("triggers")), "`triggers` adds what can start automations."),
            ],
            answer=obj(
                {"funnels": page_of(ref("ListedAutomation")), "triggers": TRIGGERS},
                optional=("triggers",),
                title="AutomationList",
            ),
            example={"funnels": page_example(LISTED)},
            refusals={400: WRONG_PARAMETER},
        ),
        "POST": operation(
            "createAutomation",
            "Create an automation",
            "Creates a draft without blocks. If you send no title, the server chooses one.",
            body=sent(
                {"funnel": {"anyOf": [TO_SAVE, TEXT], "description": "The automation, or the JSON text of one."}},
                ["funnel"],
                title="WrappedAutomation",
            ),
            body_example={"funnel": {"title": "Welcome", "trigger_name": "fluentcrm_contact_added_to_tags"}},
            answer=SAVED_NEW,
            example={"funnel": NEW, "message": CREATED},
            refusals={400: INVALID, 422: MISSING},
        ),
    },
    f"{BASE}/{{id}}": {
        "GET": operation(
            "getAutomation",
            "Get an automation",
            ids=FUNNEL_ID,
            parameters=[
                query(
                    "with[]",
                    listed(one_of("blocks", "block_fields", "funnel_sequences")),
                    "What else to return.",
                )
            ],
            answer=ANSWER_OF_ONE,
            example={"funnel": {**CONFIGURED, "trigger": TRIGGER_EXAMPLE, "description": ""}},
            refusals={400: WRONG_PARAMETER, 404: NOT_FOUND},
        ),
        "PUT": of_one(
            "setAutomationStatus",
            "Publish an automation or make it a draft",
            "Status has been updated to published",
            "A draft takes no contacts in. Contacts who are in it wait until it is published again.",
            body=sent({"status": STATUS}, ["status"], title="AutomationStatusToSet"),
            body_example={"status": "published"},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: Refusal(
                    "The status is missing, or the automation is to be published and cannot run: the trigger or a block "
                    "lacks something.",
                    ["MissingFields", "Refused"],
                    UNFINISHED.examples,
                ),
            },
        ),
        "DELETE": of_one(
            "deleteAutomation",
            "Delete an automation",
            "Funnel has been deleted",
            "Deletes the automation with its blocks. The contacts and the mails they got are kept.",
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/triggers": {
        "GET": operation(
            "listTriggers",
            "List the triggers",
            "Returns what can start automations.",
            answer=obj({"triggers": TRIGGERS}, title="TriggerList"),
            example={"triggers": {"fluentcrm_contact_added_to_tags": TRIGGER_EXAMPLE}},
        )
    },
    f"{BASE}/templates": {
        "GET": operation(
            "listAutomationTemplates",
            "List the templates of automations",
            "Always empty: this server has no templates of automations.",
            answer=obj(dict.fromkeys(("templates", "all", "cats"), NOTHING_LISTED), title="AutomationTemplateList"),
            example={"templates": [], "all": [], "cats": []},
        )
    },
    f"{BASE}/create-from-template": {
        "POST": operation(
            "createAutomationFromTemplate",
            "Create an automation from a template",
            "Takes the JSON text of an automation. Addresses are not followed.",
            body=sent(
                {
                    "template": sent(
                        {"content": say(TEXT, "The JSON text, as for `POST /funnels/import`.")},
                        ["content"],
                        title="AutomationTemplate",
                    )
                },
                ["template"],
                title="WrappedAutomationTemplate",
            ),
            body_example={"template": {"content": '{"funnel": {"title": "Welcome", "trigger_name": "user_register"}}'}},
            answer=SAVED_NEW,
            example={"funnel": NEW, "message": "Funnel has been created from template"},
            refusals={
                400: INVALID,
                422: Refusal(
                    "A required field is missing, or the template is not an automation.",
                    ["MissingFields", "Refused"],
                    refused("", "The file has no automation in it.").examples,
                ),
            },
        )
    },
    f"{BASE}/import": {
        "POST": operation(
            "importAutomation",
            "Import an automation",
            "Creates a draft with these blocks. Labels are found by title and slug, or created.",
            body=IMPORTED,
            body_example={
                "funnel": {"title": "Welcome", "trigger_name": "user_register"},
                "sequences": [
                    {"action_name": "add_contact_to_list", "title": "Newsletter", "settings": {"lists": ["2"]}}
                ],
            },
            answer=SAVED_NEW,
            example={"funnel": NEW, "message": "Funnel has been successfully imported"},
            refusals={
                400: INVALID,
                422: Refusal(
                    "A required field is missing, or there is no automation.",
                    ["MissingFields", "Refused"],
                    refused("", "The file has no automation in it.").examples,
                ),
            },
        )
    },
    f"{BASE}/do-bulk-action": {
        "POST": operation(
            "changeAutomations",
            "Change or delete many automations",
            "Changes all of the automations or none. Ids that do not exist are left out.",
            body=BULK,
            body_example={"action_name": "change_funnel_status", "funnel_ids": [5], "status": "draft"},
            answer=message(),
            example={"message": "Status has been changed for the selected funnels"},
            refusals={
                400: INVALID,
                422: refused(
                    "The action does not exist, a value is missing, or an automation to publish cannot run.",
                    "invalid bulk action",
                ),
            },
        )
    },
    f"{BASE}/funnel/{{id}}/title": {
        "PUT": of_one(
            "renameAutomation",
            "Rename an automation",
            "Title has been updated to Welcome",
            body=sent({"title": TEXT}, ["title"], title="AutomationTitle"),
            body_example={"title": "Welcome"},
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        )
    },
    f"{BASE}/{{id}}/change-trigger": {
        "PUT": of_one(
            "changeTrigger",
            "Change the trigger of an automation",
            "",
            "Replaces the trigger. Its settings become the defaults of the new one. Contacts in the automation stay in it.",
            body=sent({"trigger_name": TEXT, "title": TEXT}, ["trigger_name", "title"], title="TriggerChange"),
            body_example={"trigger_name": "user_register", "title": "Welcome"},
            answer=obj({"message": TEXT, "funnel": ref("ConfiguredAutomation")}, title="TriggerChanged"),
            example={"message": "Funnel Trigger has been successfully updated", "funnel": CONFIGURED},
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        )
    },
    f"{BASE}/{{id}}/clone": {
        "POST": of_one(
            "copyAutomation",
            "Copy an automation",
            "",
            "Creates a draft with the same blocks and with copies of the mails. No contacts are in it.",
            answer=SAVED_NEW,
            example={"message": "Funnel has been successfully cloned", "funnel": NEW},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/update-labels": {
        "PUT": of_one(
            "setLabelsOfAutomation",
            "Set the labels of an automation",
            "Labels has been updated",
            body=sent({"action": one_of("attach", "detach"), "label_ids": IDS}, title="LabelChange"),
            body_example={"action": "attach", "label_ids": [3]},
            refusals={400: INVALID, 404: NOT_FOUND},
        )
    },
}
