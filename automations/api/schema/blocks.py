"""What the routes of blocks take and answer."""

from typing import Any

from automations.api.blocks import BlockSerializer
from automations.api.mails import BlockMailSerializer
from automations.api.schema.automations import UNFINISHED, operation
from automations.api.schema.parts import BASE, BLOCK_EXAMPLE, FUNNEL_ID, MAIL_EXAMPLE, STATUS
from rest.openapi import ID, TEXT, Refusal, Routes, Schema, body_of, listed, obj, one_of, ref, say, sent
from wp_rest.openapi import INVALID, JSON_OBJECT, MISSING, NOT_FOUND

COMPONENTS: dict[str, Schema] = {
    "BlockToSave": body_of(
        BlockSerializer,
        {
            "action_name": "What it does, for example `add_contact_to_tag` or `fluentcrm_wait_times`.",
            "settings": "What it needs. `GET /funnels/{id}?with[]=blocks` has the settings of each kind.",
        },
    ),
    "BlockMailToSave": body_of(
        BlockMailSerializer, {"email_body": "HTML with codes such as `{{contact.first_name}}`."}
    ),
}
TEXT_OR_OBJECT: Schema = {"anyOf": [JSON_OBJECT, TEXT]}
FLOW: dict[str, Schema] = {
    "sequences": {
        "anyOf": [listed(ref("BlockToSave")), TEXT],
        "description": "All blocks in order, or the JSON text of them. With the `id` of a block it stays that block, and "
        "contacts stay at it. A condition has its blocks in `children`, in the lists `yes` and `no`. Blocks that are not "
        "sent are deleted: whoever is at one goes on at the next one. Without this key the blocks stay.",
    },
    "conditions": say(TEXT_OR_OBJECT, "Which contacts the automation starts for."),
    "settings": say(TEXT_OR_OBJECT, "The settings of the trigger. `funnel_settings` means the same."),
    "status": STATUS,
    "funnel_title": TEXT,
    "description": say(TEXT, "Empty if it is not sent."),
}
ACTION: dict[str, Schema] = {
    "action_data": {
        "anyOf": [
            sent(
                {"campaign": ref("BlockMailToSave"), "mailer_settings": say(JSON_OBJECT, "The sender of the mail.")},
                ["campaign"],
                title="MailOfBlock",
            ),
            TEXT,
        ],
        "description": "The mail, or the JSON text of it. With the `id` of a mail in `campaign` that is changed.",
    }
}
SAVED = obj({"sequences": listed(ref("WholeBlock")), "message": TEXT}, title="SavedBlocks")
SAVED_EXAMPLE = {"sequences": [BLOCK_EXAMPLE], "message": "Sequence successfully updated"}
SAVED_MAIL = obj(
    {
        "type": one_of("created", "updated"),
        "reference_campaign": say(ID, "The id of the mail."),
        "campaign": ref("BlockMail"),
    },
    title="SavedMailOfBlock",
)
MAIL_SAVED = {"type": "created", "reference_campaign": 41, "campaign": MAIL_EXAMPLE}
FLOW_EXAMPLE: dict[str, Any] = {
    "sequences": [{"action_name": "add_contact_to_list", "title": "Newsletter", "settings": {"lists": ["2"]}}],
    "settings": {"tags": ["1"], "select_type": "any"},
    "status": "published",
}
MAIL_SENT = {"action_data": {"campaign": {"email_subject": "Welcome", "email_body": MAIL_EXAMPLE["email_body"]}}}
BY_ID: dict[str, Schema] = {"funnel_id": say({"type": ["integer", "string"]}, "The automation's id.")}
SAVING = (
    "All of it is saved, or nothing. An automation is not published as long as the trigger or a block lacks something."
)
UNSAVED = Refusal(
    "The automation is published and cannot run: the trigger or a block lacks something.",
    ["Refused"],
    UNFINISHED.examples,
)
UNSAVED_OR_MISSING = Refusal(
    "The automation's id is missing, or it is published and cannot run.",
    ["MissingFields", "Refused"],
    UNFINISHED.examples,
)
ROUTES: Routes = {
    f"{BASE}/{{id}}/sequences": {
        "POST": operation(
            "saveBlocks",
            "Save the blocks of an automation",
            SAVING,
            ids=FUNNEL_ID,
            body=sent(FLOW, title="BlocksToSave"),
            body_example=FLOW_EXAMPLE,
            answer=SAVED,
            example=SAVED_EXAMPLE,
            refusals={400: INVALID, 404: NOT_FOUND, 422: UNSAVED},
        )
    },
    f"{BASE}/funnel/save-funnel-sequences": {
        "POST": operation(
            "saveBlocksOf",
            "Save the blocks of an automation that the body names",
            SAVING,
            body=sent({**BY_ID, **FLOW}, ["funnel_id"], title="BlocksToSaveOf"),
            body_example={"funnel_id": 5, **FLOW_EXAMPLE},
            answer=SAVED,
            example=SAVED_EXAMPLE,
            refusals={400: INVALID, 404: NOT_FOUND, 422: UNSAVED_OR_MISSING},
        )
    },
    f"{BASE}/{{id}}/sequences/save-email-action": {
        "POST": operation(
            "saveMailOfBlock",
            "Save the mail of a block",
            "Save the mail first. Then save the block `send_custom_email` with the mail's id as the setting `reference_campaign`.",
            ids=FUNNEL_ID,
            body=sent(ACTION, ["action_data"], title="MailToSave"),
            body_example=MAIL_SENT,
            answer=SAVED_MAIL,
            example=MAIL_SAVED,
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        )
    },
    f"{BASE}/funnel/save-email-action-fallback": {
        "POST": operation(
            "saveMailOfBlockOf",
            "Save the mail of a block of an automation that the body names",
            body=sent({**BY_ID, **ACTION}, ["funnel_id", "action_data"], title="MailToSaveOf"),
            body_example={"funnel_id": 5, **MAIL_SENT},
            answer=SAVED_MAIL,
            example=MAIL_SAVED,
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        )
    },
}
