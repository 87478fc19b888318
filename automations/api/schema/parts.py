"""What automations, blocks, and who is in them look like in answers, and examples of them."""

from typing import Any

from automations.api.filters import STATUSES as ENROLMENT_STATUSES
from automations.api.saving import STATUSES
from automations.models import BlockRun, BlockType
from rest.openapi import COUNT, ID, NULL, TEXT, Schema, constant, listed, mapped, nullable, obj, one_of, ref, say
from wp_rest.openapi import DATETIME, DIGITS, JSON_OBJECT

TOPIC = "Automations"
BASE = "/fluent-crm/v2/funnels"
FUNNEL_ID = {"id": "The automation's id."}
STATUS = one_of(*STATUSES, title="AutomationStatus")
AUTOMATION: dict[str, Schema] = {
    "id": ID,
    "type": constant("funnels"),
    "title": TEXT,
    "trigger_name": say(TEXT, "The trigger that starts it. `GET /funnels/triggers` lists them."),
    "status": STATUS,
    "conditions": say(JSON_OBJECT, "Which contacts the automation starts for."),
    "settings": say(JSON_OBJECT, "The settings of the trigger."),
    "created_by": say(DIGITS, "The id of the user who made it; 0 if there is none."),
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
TRIGGER = obj(dict.fromkeys(("category", "label", "description", "icon"), TEXT), title="AutomationTrigger")
FORM = obj(
    {
        "title": TEXT,
        "sub_title": TEXT,
        "fields": mapped(obj({"type": TEXT, "label": TEXT}, title="SettingField")),
    },
    title="SettingsForm",
)
BLOCK: dict[str, Schema] = {
    "id": ID,
    "funnel_id": DIGITS,
    "parent_id": say(DIGITS, "The condition that it is in; 0 if there is none."),
    "action_name": say(TEXT, "What it does. `GET /funnels/{id}?with[]=blocks` lists them."),
    "condition_type": say(nullable(TEXT), "The branch of the condition: `yes` or `no`."),
    "type": one_of(*BlockType.values, title="BlockType"),
    "title": TEXT,
    "description": nullable(TEXT),
    "status": TEXT,
    "conditions": listed({}),
    "settings": say(JSON_OBJECT, "What it needs: tags, how long to wait."),
    "note": nullable(TEXT),
    "delay": say(DIGITS, "Seconds that the wait just before it takes."),
    "c_delay": say(DIGITS, "Seconds that all waits before it take."),
    "sequence": say(DIGITS, "Its place in its branch, from 1."),
    "created_by": DIGITS,
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
CHILDREN = obj({"yes": listed(JSON_OBJECT), "no": listed(JSON_OBJECT)}, title="BlockBranches")
WHOLE_BLOCK = {**BLOCK, "children": say(CHILDREN, "The blocks of each branch. Only of a condition.")}
RUN = obj(
    {
        "id": ID,
        "funnel_id": DIGITS,
        "sequence_id": say(DIGITS, "The block."),
        "subscriber_id": DIGITS,
        "benchmark_value": constant("0"),
        "benchmark_currency": constant("USD"),
        "status": one_of(*BlockRun.Status.values, title="BlockRunStatus"),
        "notes": say(nullable(TEXT), "Why it did nothing or failed."),
        "created_at": DATETIME,
        "updated_at": DATETIME,
    },
    title="BlockRun",
)
ENROLMENT: dict[str, Schema] = {
    "id": ID,
    "funnel_id": DIGITS,
    "starting_sequence_id": say(nullable(DIGITS), "The goal by which the contact entered."),
    "next_sequence": say(nullable(DIGITS), "The place of the next block."),
    "subscriber_id": DIGITS,
    "last_sequence_id": nullable(DIGITS),
    "next_sequence_id": nullable(DIGITS),
    "last_sequence_status": one_of("complete", "pending"),
    "status": one_of(*ENROLMENT_STATUSES, title="EnrolmentStatus"),
    "type": constant("funnel"),
    "last_executed_time": nullable(DATETIME),
    "next_execution_time": nullable(DATETIME),
    "notes": say(nullable(TEXT), "Why the contact does not go on."),
    "source_trigger_name": say(TEXT, "The trigger that started the automation for the contact."),
    "source_ref_id": say(nullable(DIGITS), "The id of the entry of history that started it."),
    "created_at": DATETIME,
    "updated_at": DATETIME,
    "last_sequence": say(nullable(ref("Block")), "The last block that ran."),
    "next_sequence_item": say(nullable(ref("Block")), "The next block."),
}
LABELS = listed(ref("ShortLabel"))
WITH_METRICS: dict[str, Schema] = {"metrics": say(listed(ref("BlockRun")), "The blocks that ran.")}
SUBSCRIBER: dict[str, Schema] = {"subscriber": ref("Contact")}
COMPONENTS: dict[str, Schema] = {
    "Automation": obj(AUTOMATION),
    "NewAutomation": obj({**AUTOMATION, "created_by": say(nullable(ID), "The id of the user who made it.")}),
    "ListedAutomation": obj(
        {
            **AUTOMATION,
            "subscribers_count": say(COUNT, "How many contacts are or were in it."),
            "description": TEXT,
            "labels": LABELS,
        }
    ),
    "ConfiguredAutomation": obj({**AUTOMATION, "settingsFields": FORM, "conditionFields": FORM}),
    "WholeAutomation": obj(
        {**AUTOMATION, "settingsFields": FORM, "conditionFields": FORM, "trigger": TRIGGER, "description": TEXT}
    ),
    "Block": obj(BLOCK),
    "WholeBlock": obj(WHOLE_BLOCK, optional=("children",)),
    "BlockRun": RUN,
    "EnrolmentOfAutomation": obj({**ENROLMENT, **WITH_METRICS, **SUBSCRIBER}),
    "EnrolmentWithMetrics": obj({**ENROLMENT, **WITH_METRICS}),
    "EnrolmentOfContact": obj({**ENROLMENT, "funnel": ref("Automation")}),
    "Enrolment": obj(ENROLMENT),
    "Activity": obj(
        {
            **ENROLMENT,
            **WITH_METRICS,
            **SUBSCRIBER,
            "funnel": obj({**AUTOMATION, "actions": listed(ref("Block"))}, title="AutomationWithBlocks"),
        }
    ),
    "BlockMail": obj(
        {
            "id": ID,
            "parent_id": say(DIGITS, "The automation."),
            "title": TEXT,
            "status": constant("draft"),
            "template_id": NULL,
            "email_subject": TEXT,
            "email_pre_header": nullable(TEXT),
            "email_body": TEXT,
            "utm_status": constant("0"),
            **dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), NULL),
            "design_template": TEXT,
            "settings": JSON_OBJECT,
        }
    ),
}
DATE = "2026-01-31 09:05:00"
EXAMPLE: dict[str, Any] = {
    "id": 5,
    "type": "funnels",
    "title": "Welcome",
    "trigger_name": "fluentcrm_contact_added_to_tags",
    "status": "published",
    "conditions": {"run_multiple": "no"},
    "settings": {"tags": ["1"], "select_type": "any"},
    "created_by": "1",
    "created_at": DATE,
    "updated_at": DATE,
}
NEW = {**EXAMPLE, "status": "draft", "created_by": 1}
TRIGGER_EXAMPLE = {
    "category": "CRM",
    "label": "Tag Applied",
    "description": "Starts when a contact gets one of the tags.",
    "icon": "fc-icon-tag_applied",
}
BLOCK_EXAMPLE: dict[str, Any] = {
    "id": 11,
    "funnel_id": "5",
    "parent_id": "0",
    "action_name": "add_contact_to_list",
    "condition_type": None,
    "type": "action",
    "title": "Newsletter",
    "description": None,
    "status": "published",
    "conditions": [],
    "settings": {"lists": ["2"]},
    "note": None,
    "delay": "0",
    "c_delay": "0",
    "sequence": "1",
    "created_by": "1",
    "created_at": DATE,
    "updated_at": DATE,
}
ENROLMENT_EXAMPLE: dict[str, Any] = {
    "id": 21,
    "funnel_id": "5",
    "starting_sequence_id": None,
    "next_sequence": None,
    "subscriber_id": "7",
    "last_sequence_id": "11",
    "next_sequence_id": None,
    "last_sequence_status": "complete",
    "status": "completed",
    "type": "funnel",
    "last_executed_time": DATE,
    "next_execution_time": None,
    "notes": None,
    "source_trigger_name": "fluentcrm_contact_added_to_tags",
    "source_ref_id": "120",
    "created_at": DATE,
    "updated_at": DATE,
    "last_sequence": BLOCK_EXAMPLE,
    "next_sequence_item": None,
}
RUN_EXAMPLE: dict[str, Any] = {
    "id": 31,
    "funnel_id": "5",
    "sequence_id": "11",
    "subscriber_id": "7",
    "benchmark_value": "0",
    "benchmark_currency": "USD",
    "status": "completed",
    "notes": None,
    "created_at": DATE,
    "updated_at": DATE,
}
MAIL_EXAMPLE: dict[str, Any] = {
    "id": 41,
    "parent_id": "5",
    "title": "Welcome (5)",
    "status": "draft",
    "template_id": None,
    "email_subject": "Welcome",
    "email_pre_header": None,
    "email_body": "<p>Hello {{contact.first_name|there}}</p>",
    "utm_status": "0",
    **dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")),
    "design_template": "simple",
    "settings": {"mailer_settings": {}},
}
