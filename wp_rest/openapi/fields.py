"""Values as WordPress writes them, and what each class of wp_rest.fields takes."""

from rest.openapi import INTEGER, TEXT, Schema, listed, one_of, schema_of
from rest.rich_text import MAX_LENGTH
from wp_rest import fields

DIGITS: Schema = {"type": "string", "pattern": r"^[0-9]+$"}
DATETIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"}
# The largest that wp_rest.urls.IdConverter lets through.
MAX_ID = 10**18 - 1
DIGIT_FLAG: Schema = {"title": "DigitFlag", "type": "string", "enum": ["0", "1"]}
FLAG: Schema = {
    "type": ["boolean", "string", "integer"],
    "description": 'True is `true`, 1, "1", "yes", "true" or "on". Anything else is false.',
}
IDS: Schema = {
    "anyOf": [listed({"type": ["integer", "string"]}), TEXT, INTEGER],
    "description": "A list of ids, the JSON text of one, ids separated by commas (`1,2`), or one id. If one of them is "
    "not an id, nothing is done.",
}
ENTRIES: Schema = {
    "anyOf": [listed({"type": ["integer", "string"]}), TEXT, INTEGER],
    "description": "A list, the JSON text of one, values separated by commas (`a,b`; quoted as in CSV where a value "
    "has a comma), or one value.",
}
JSON_OBJECT: Schema = {"title": "JsonObject", "type": "object", "additionalProperties": {}}


@schema_of.register
def _(sent_field: fields.PlainTextField) -> Schema:
    least = {} if sent_field.allow_blank else {"minLength": 1}
    return {"type": ["string", "number"], **least, "maxLength": sent_field.max_length}


@schema_of.register
def _(sent_field: fields.ChoiceTextField) -> Schema:
    return one_of(*sent_field.choices)


@schema_of.register
def _(sent_field: fields.AddressField) -> Schema:
    return {
        "type": "string",
        "maxLength": sent_field.max_length,
        "description": "An address that starts with `http://` or `https://`.",
        "examples": ["https://example.com"],
    }


@schema_of.register
def _(sent_field: fields.DateField) -> Schema:
    return {
        "type": "string",
        "description": "A date as `YYYY-MM-DD`. An empty text removes the date.",
        "examples": ["1990-04-05"],
    }


@schema_of.register
def _(sent_field: fields.DateTimeField) -> Schema:
    return {
        "type": "string",
        "description": "`YYYY-MM-DD HH:MM:SS` in the site's time zone, or ISO 8601.",
        "examples": ["2026-01-31 09:05:00"],
    }


@schema_of.register
def _(sent_field: fields.FlagField) -> Schema:
    return FLAG


@schema_of.register
def _(sent_field: fields.EntriesField) -> Schema:
    return ENTRIES


@schema_of.register
def _(sent_field: fields.IdsField) -> Schema:
    return IDS


@schema_of.register
def _(sent_field: fields.ObjectField) -> Schema:
    return {"anyOf": [JSON_OBJECT, TEXT], "description": "An object, or the JSON text of one."}


@schema_of.register
def _(sent_field: fields.RichTextField) -> Schema:
    return {"type": ["string", "number"], "maxLength": MAX_LENGTH}
