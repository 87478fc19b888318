"""Which contacts are meant: the parameters that lists of contacts share, and the advanced filters."""

from dynamic_segments.conditions import MOST_CONDITIONS
from rest.openapi import ANYTHING, INTEGER, TEXT, Schema, listed, one_of, query, ref, say, sent
from subscribers.api.advanced_filters import COLUMNS, MAX_CONDITIONS, SOURCES
from subscribers.api.filters import SORTABLE
from subscribers.api.schema.contact import STATUS
from wp_rest.openapi import refused, sorting

CONDITION = sent(
    {
        "source": {
            "type": "array",
            "prefixItems": [one_of(*SOURCES, "custom_fields", title="ConditionSource"), TEXT],
            "minItems": 2,
            "maxItems": 2,
            "description": "What the condition looks at: `[subscriber, column]`, `[segment, tags]`, `[segment, lists]`, "
            "`[segment, companies]`, `[segment, status]`, `[segment, contact_type]`, `[segment, dynamic_segments]`, "
            "`[activities, last_email_open]`, `[activities, last_email_link_click]` or `[custom_fields, slug]`. "
            f"The columns: {', '.join(COLUMNS)}.",
        },
        "operator": say(
            TEXT,
            "How to compare.\n\n"
            "- Texts: `=`, `!=`, `contains`, `not_contains`, `in`, `not_in`\n"
            "- Numbers: `=`, `!=`, `>`, `<`, `>=`, `<=`, `in`, `not_in`\n"
            "- Dates: `=`, `!=`, `before`, `after`, `days_before`, `days_within`\n"
            "- Choices, tags, lists and companies: `in`, `not_in`, `in_all`, `not_in_all`\n"
            "- Columns and custom fields also: `is_null`, `not_null`\n"
            "- Status, contact type and dynamic segments: `in`, `not_in`\n"
            "- Activities: `days_within`, and `days_before` (before that, and not since)\n\n"
            "Any other operator compares for equality; for activities it is refused.",
        ),
        "value": say(
            ANYTHING, "The value to compare with: a text, a number or a list. Companies are named by their ids."
        ),
    },
    ["source", "operator"],
)
COMPONENTS: dict[str, Schema] = {
    "AdvancedFilters": listed(
        listed(ref("Condition")),
        description="Groups of conditions. A contact is found if all conditions of at least one group are true. "
        f"There may be {MAX_CONDITIONS} conditions, and {MOST_CONDITIONS} in the segments that they name.",
    ),
    "Condition": CONDITION,
}
TIME_EXAMPLE = "2026-01-31 09:05:00"
FILTERS_EXAMPLE = '[[{"source": ["subscriber", "city"], "operator": "=", "value": "Leeds"}]]'

SELECTION = [
    query(
        "search",
        TEXT,
        "Only contacts with every word of this text in the name, e-mail address, phone number or address. Case and accents do not matter.",
    ),
    query(
        "tags[]",
        listed(TEXT),
        "Only contacts with at least one of these tags: ids, slugs or titles. You can also write `tags=1,2`.",
    ),
    query("lists[]", listed(TEXT), "Only contacts on at least one of these lists: ids, slugs or titles."),
    query(
        "statuses[]",
        listed(STATUS),
        "Only contacts with one of these statuses. You can also write `statuses=subscribed,pending`.",
    ),
    query("company_ids[]", listed(INTEGER), "Only contacts of at least one of these companies."),
    query(
        "dynamic_segments[]", listed(INTEGER), "Only contacts who are in at least one of these dynamic segments now."
    ),
    query(
        "filter_type",
        one_of("simple", "advanced", default="simple", title="FilterType"),
        "`simple` uses tags, lists, statuses, companies and segments. `advanced` uses `advanced_filters` instead.",
    ),
    query(
        "advanced_filters",
        {"type": "string", "contentMediaType": "application/json", "contentSchema": ref("AdvancedFilters")},
        "The conditions, as the JSON text of AdvancedFilters. Only with `filter_type=advanced`. You can also send them "
        "with PHP brackets: `advanced_filters[0][0][operator]=in`.",
        example=FILTERS_EXAMPLE,
    ),
    query("created_after", TEXT, "Only contacts that were created at this time or later.", example=TIME_EXAMPLE),
    query(
        "updated_after",
        TEXT,
        "Only contacts that were changed at this time or later, their tags, lists and companies included. To follow all "
        "changes, `GET /subscribers/changes` is exact and faster.",
        example=TIME_EXAMPLE,
    ),
    *sorting("Contact", SORTABLE),
]
WRONG_FILTERS = refused(
    "The advanced filters cannot be read, or name a column or field that does not exist.", "Invalid Advanced Filters"
)
