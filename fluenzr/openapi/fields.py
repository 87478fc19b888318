"""Values as FluenzR writes them, and what each class of fluenzr.fields takes (FluenzR's page on contacts)."""

from fluenzr import fields
from fluenzr.fields import MAX_IDS, MAX_TAGS
from fluenzr.words import CONTACT_SORTS, GROUP_SORTS, STATUSES
from rest.openapi import ANYTHING, TEXT, Schema, listed, mapped, nullable, one_of, schema_of
from subscribers.addresses import EMAIL_LENGTH
from webhooks.events import EVENTS

ID_FORM = "([0-9a-z]{6}|[0-9a-z]{13})"
DATETIME: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
TEXT_OR_NULL = nullable(TEXT)
CONTACT_ID: Schema = {"type": "string", "pattern": f"^con_{ID_FORM}$", "examples": ["con_maiga1"]}
GROUP_ID: Schema = {"type": "string", "pattern": f"^grp_{ID_FORM}$", "examples": ["grp_maiga1"]}
WEBHOOK_ID: Schema = {"type": "string", "pattern": f"^whk_{ID_FORM}$", "examples": ["whk_maiga1"]}
LOG_ID: Schema = {"type": "string", "pattern": f"^log_{ID_FORM}$", "examples": ["log_maiga1"]}
EVENT_ID: Schema = {"type": "string", "pattern": "^evt_[0-9a-f]{24}$", "examples": ["evt_5f0c3a91d27b4e6f8a1c2d3e"]}
EVENT = one_of(*EVENTS, title="WebhookEvent")
STAGE_ID: Schema = {"type": "string", "pattern": "^stg_.+$", "examples": ["stg_qualified"]}
STATUS = one_of(*STATUSES, title="ContactStatus")
CONTACT_SORT = one_of(*CONTACT_SORTS, title="ContactSortField")
GROUP_SORT = one_of(*GROUP_SORTS, title="GroupSortField")
ORDER = one_of("asc", "desc", title="SortOrder")
GROUP_IDS = listed(GROUP_ID, maxItems=MAX_IDS)
CONTACT_IDS = listed(CONTACT_ID, maxItems=MAX_IDS)
EMAIL: Schema = {
    "type": "string",
    "minLength": EMAIL_LENGTH.start,
    "maxLength": EMAIL_LENGTH.stop - 1,
    "description": "The e-mail address. Only one contact can have it; case does not matter.",
    "examples": ["mary.johnson@startup.io"],
}
TAGS = listed({"type": "string", "minLength": 1, "maxLength": 192}, maxItems=MAX_TAGS)


@schema_of.register
def _(sent_field: fields.Text) -> Schema:
    return {"type": "string", "maxLength": sent_field.max_length}


@schema_of.register
def _(sent_field: fields.Email) -> Schema:
    return EMAIL


@schema_of.register
def _(sent_field: fields.GroupIds) -> Schema:
    return GROUP_IDS


@schema_of.register
def _(sent_field: fields.Tags) -> Schema:
    return TAGS


@schema_of.register
def _(sent_field: fields.CustomFields) -> Schema:
    return mapped(ANYTHING, title="CustomFieldsToSave")


@schema_of.register
def _(sent_field: fields.StageId) -> Schema:
    return {"type": "string", "examples": ["stg_qualified"]}


@schema_of.register
def _(sent_field: fields.WebhookAddress) -> Schema:
    return {"type": "string", "maxLength": sent_field.max_length, "examples": ["https://example.com/hook"]}


@schema_of.register
def _(sent_field: fields.EventNames) -> Schema:
    return listed(EVENT, minItems=1)


@schema_of.register
def _(sent_field: fields.Secret) -> Schema:
    return {"type": "string", "minLength": sent_field.least, "maxLength": sent_field.max_length}


@schema_of.register
def _(sent_field: fields.Number) -> Schema:
    return {"type": "integer", "minimum": sent_field.least, "maximum": sent_field.most}


@schema_of.register
def _(sent_field: fields.Word) -> Schema:
    return {"type": "string", "enum": list(sent_field.words)}
