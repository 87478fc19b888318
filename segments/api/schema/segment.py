"""A tag and a list as the answers show them and as clients send them (recordings tags.json and lists.json)."""

from typing import Any

from rest.openapi import ID, INTEGER, TEXT, Schema, body_of, nullable, obj, say
from segments.api.serializers import SegmentSerializer
from wp_rest.openapi import DATETIME, DIGIT_FLAG, DIGITS

COMMON = {
    "id": ID,
    "title": TEXT,
    "slug": say(TEXT, "The short name for addresses. Each tag, or each list, has its own."),
    "description": nullable(TEXT),
}
DATES = {"created_at": DATETIME, "updated_at": DATETIME}
PUBLIC = {"is_public": DIGIT_FLAG}
TAG = {**COMMON, **DATES}
LIST = {**COMMON, **PUBLIC, **DATES}
TAG_COUNTS = {"subscribersCount": say(INTEGER, "The number of contacts with this tag whose status is `subscribed`.")}
LIST_COUNTS = {
    "totalCount": say(INTEGER, "The number of contacts on this list, with any status."),
    "subscribersCount": say(INTEGER, "The number of contacts on this list whose status is `subscribed`."),
}
COMPONENTS: dict[str, Schema] = {
    "Tag": obj(TAG),
    "ListedTag": obj({**TAG, **TAG_COUNTS}, optional=TAG_COUNTS),
    "List": obj(LIST),
    "ListedList": obj({**LIST, **LIST_COUNTS}, optional=LIST_COUNTS),
    "Option": obj({"id": DIGITS, "title": TEXT, "slug": TEXT}),
    "SegmentToSave": body_of(
        SegmentSerializer,
        {
            "title": "Plain text.",
            "slug": "Letters, digits and hyphens. Made from the title if you leave it out.",
            "description": "Plain text.",
        },
    ),
}
WHEN = {"created_at": "2023-01-15 10:30:00", "updated_at": "2023-01-15 10:30:00"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "tag": {"id": 1, "title": "Newsletter", "slug": "newsletter", "description": "", **WHEN},
    "list": {"id": 2, "title": "Customers", "slug": "customers", "description": "", "is_public": "0", **WHEN},
}
EXAMPLE_COUNTS = {"tag": {"subscribersCount": 120}, "list": {"totalCount": 150, "subscribersCount": 120}}
