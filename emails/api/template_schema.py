"""What the routes of templates take and answer (see rest.openapi). One file, as each part is used once."""

from typing import Any

from emails.api.filters import TEMPLATE_STATUSES, TemplateFilter
from emails.api.serializers import TemplateSerializer
from emails.codes import SMARTCODES
from emails.design import DEFAULT_STYLE
from rest.openapi import (
    ID,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    constant,
    listed,
    mapped,
    obj,
    one_of,
    query,
    ref,
    say,
    sent,
)
from wp_rest.filters import parameters_of
from wp_rest.openapi import (
    DATETIME,
    DIGITS,
    FLAG,
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
)

STATUS = one_of(*TEMPLATE_STATUSES, title="TemplateStatus")
POST: dict[str, Schema] = {
    "ID": ID,
    "post_author": say(DIGITS, "The id of the user who wrote the template; 0 if there is none."),
    "post_date": DATETIME,
    "post_date_gmt": say(DATETIME, "The same in UTC."),
    "post_content": TEXT,
    "post_title": TEXT,
    "post_excerpt": TEXT,
    "post_status": STATUS,
    "post_modified": DATETIME,
    "post_modified_gmt": say(DATETIME, "The same in UTC."),
    "guid": TEXT,
    "design_template": TEXT,
}
# Columns of WordPress's posts that say nothing here.
SAME: dict[str, str] = {
    "comment_status": "closed",
    "ping_status": "closed",
    "post_password": "",
    "post_name": "",
    "to_ping": "",
    "pinged": "",
    "post_content_filtered": "",
    "post_parent": "0",
    "menu_order": "0",
    "post_type": "fc_template",
    "post_mime_type": "",
    "comment_count": "0",
}
CODES = listed(
    obj({"key": TEXT, "title": TEXT, "shortcodes": say(mapped(TEXT), "What each code stands for.")}, title="CodeGroup")
)
TEMPLATE: dict[str, Schema] = {
    "post_title": TEXT,
    "post_content": say(TEXT, "The body: HTML with codes."),
    "post_excerpt": say(TEXT, "What mailboxes show behind the subject."),
    "email_subject": TEXT,
    "edit_type": one_of("html", "visual"),
    "design_template": TEXT,
    "settings": JSON_OBJECT,
}
TEMPLATE_COMPONENTS: dict[str, Schema] = {
    "Template": obj(TEMPLATE),
    "ListedTemplate": obj({**POST, **{name: constant(value) for name, value in SAME.items()}}),
    "TemplateToSave": body_of(
        TemplateSerializer,
        {
            "post_content": "The body: HTML with codes such as `{{contact.first_name|there}}`.",
            "post_excerpt": "What mailboxes show behind the subject.",
            "design_template": "The frame: `simple`, or `raw_html` for a body that is a whole document.",
            "settings": "`template_config` has colors and fonts, `footer_settings` the footer.",
        },
    ),
}
BODY: Schema = sent(
    {"template": {"anyOf": [ref("TemplateToSave"), TEXT], "description": "The template, or the JSON text of one."}},
    ["template"],
    title="WrappedTemplate",
)
SENT: dict[str, Any] = {
    "post_title": "Newsletter",
    "post_content": "<h1>News</h1><p>Hello {{contact.first_name|there}}</p>",
    "post_excerpt": "What is new",
    "email_subject": "News for {{contact.first_name|you}}",
    "edit_type": "html",
    "design_template": "simple",
    "settings": {"template_config": {"content_padding": 20}},
}
LISTED: dict[str, Any] = {
    "ID": 4,
    "post_author": "1",
    **{name: SENT[name] for name in ("post_title", "post_content", "post_excerpt", "design_template")},
    **dict.fromkeys(("post_date", "post_date_gmt", "post_modified", "post_modified_gmt"), "2026-01-31 09:05:00"),
    "post_status": "draft",
    "guid": "https://crm.example.com/?p=4",
    **SAME,
}
SAVED = obj({"message": TEXT, "template_id": ID}, title="SavedTemplate")
TEMPLATE_ID = {"id": "The template's id."}
BASE = "/fluent-crm/v2"


def saved(done: str) -> dict[str, Any]:
    return {"message": f"Template successfully {done}", "template_id": 4}


TEMPLATE_ROUTES: Routes = {
    f"{BASE}/templates": {
        "GET": Operation(
            name="listTemplates",
            topic="Templates",
            summary="List the templates",
            description="Returns a page of templates, the newest first.",
            parameters=[
                *pages(),
                *parameters_of(TemplateFilter, {"types": listed(STATUS)}),
                query(
                    "orderBy",
                    one_of("ID", "post_title", "post_date", "post_modified", default="ID"),
                    "The column to sort by.",
                ),
                query("order", one_of("asc", "desc", default="desc"), "The direction."),
            ],
            answer=obj({"templates": page_of(ref("ListedTemplate"))}),
            example={"templates": page_example(LISTED)},
        ),
        "POST": Operation(
            name="createTemplate",
            topic="Templates",
            summary="Create a template",
            description="A template without a title gets one. A new template is a draft.",
            body=BODY,
            body_example={"template": SENT},
            answer=SAVED,
            example=saved("created"),
            refusals={400: INVALID, 422: MISSING},
        ),
    },
    f"{BASE}/templates/{{id}}": {
        "GET": Operation(
            name="getTemplate",
            topic="Templates",
            summary="Get a template",
            description="With the id 0 you get what a new template starts from.",
            ids=TEMPLATE_ID,
            answer=obj({"template": ref("Template")}),
            example={"template": SENT},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="updateTemplate",
            topic="Templates",
            summary="Update a template",
            description="Changes only what you send.",
            ids=TEMPLATE_ID,
            body=BODY,
            body_example={"template": {"post_title": "Newsletter 2"}},
            answer=SAVED,
            example=saved("updated"),
            refusals={400: INVALID, 404: NOT_FOUND},
        ),
        "DELETE": Operation(
            name="deleteTemplate",
            topic="Templates",
            summary="Delete a template",
            ids=TEMPLATE_ID,
            answer=message("The template has been deleted successfully."),
            example={"message": "The template has been deleted successfully."},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/templates/all": {
        "GET": Operation(
            name="listPublishedTemplates",
            topic="Templates",
            summary="List all published templates",
            description="Returns every template with the status `publish`, and the codes.",
            answer=obj({"templates": listed(ref("ListedTemplate")), "smartcodes": CODES}),
            example={"templates": [LISTED | {"post_status": "publish"}], "smartcodes": SMARTCODES[:1]},
        )
    },
    f"{BASE}/templates/smartcodes": {
        "GET": Operation(
            name="listCodes",
            topic="Templates",
            summary="List the codes",
            description="Returns the codes that you can write in subjects and bodies. A custom field is "
            "`{{contact.custom.slug}}`. What follows `|` in a code is used if there is no value.",
            answer=obj({"smartcodes": CODES}),
            example={"smartcodes": SMARTCODES[:1]},
        )
    },
    f"{BASE}/templates/built-in-templates": {
        "GET": Operation(
            name="listBuiltInTemplates",
            topic="Templates",
            summary="List the built-in templates",
            description="Always empty: this server comes with none.",
            answer=obj({"templates": listed(TEXT, maxItems=0)}, title="BuiltInTemplates"),
            example={"templates": []},
        )
    },
    f"{BASE}/templates/duplicate/{{id}}": {
        "POST": Operation(
            name="duplicateTemplate",
            topic="Templates",
            summary="Copy a template",
            ids=TEMPLATE_ID,
            answer=SAVED,
            example=saved("duplicated"),
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/templates/set-global-style": {
        "POST": Operation(
            name="setGlobalStyle",
            topic="Templates",
            summary="Set the style of new templates",
            description="Existing templates stay as they are.",
            body=sent(
                {
                    "config": {
                        "anyOf": [JSON_OBJECT, TEXT],
                        "description": f"Values for: {', '.join(f'`{name}`' for name in DEFAULT_STYLE)}.",
                    }
                },
                ["config"],
                title="GlobalStyle",
            ),
            body_example={"config": {"body_bg_color": "#f2f4f6", "link_color": "#3869d4"}},
            answer=message("Global style settings has been updated"),
            example={"message": "Global style settings has been updated"},
            refusals={422: MISSING},
        )
    },
    f"{BASE}/templates/do-bulk-action": {
        "POST": Operation(
            name="changeTemplates",
            topic="Templates",
            summary="Change or delete many templates",
            body=sent(
                {
                    "action_name": one_of("change_template_status", "delete_templates"),
                    "template_ids": say(IDS, "The ids of the templates."),
                    "select_all": say(FLAG, "True means all templates. No ids are needed."),
                    "status": say(STATUS, "The new status, for `change_template_status`."),
                },
                ["action_name"],
                title="TemplateBulkAction",
            ),
            body_example={"action_name": "change_template_status", "template_ids": [4], "status": "publish"},
            answer=message(),
            example={"message": "Status has been changed for the selected templates"},
            refusals={
                400: INVALID,
                422: refused("The action or the status does not exist.", "invalid bulk action"),
            },
        )
    },
}
