"""The routes that find contacts for a select box and for paging from one contact to the next."""

from rest.openapi import BOOLEAN, ID, INTEGER, TEXT, Operation, Routes, Schema, listed, mapped, obj, query, ref, say
from subscribers.api.schema.contact import BASE, OPTIONAL_TEXT, TOPIC
from subscribers.api.schema.selection import SELECTION
from subscribers.api.viewsets.finding import NEIGHBOURS, SEARCH_LIMIT
from wp_rest.openapi import DIGITS, INVALID, refused

COMPONENTS: dict[str, Schema] = {
    "FoundContact": obj(
        {
            "first_name": OPTIONAL_TEXT,
            "last_name": OPTIONAL_TEXT,
            "full_name": TEXT,
            "email": TEXT,
            "id": DIGITS,
        }
    ),
}
ROUTES: Routes = {
    f"{BASE}/search-contacts": {
        "GET": Operation(
            name="searchContacts",
            topic=TOPIC,
            summary="Search contacts",
            description="Returns a few fields of each contact, for a select box.",
            parameters=[
                query(
                    "search",
                    TEXT,
                    "The text to find in name, e-mail address, phone number or address. Without it only `values[]` are returned.",
                ),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": SEARCH_LIMIT, "default": SEARCH_LIMIT},
                    "The largest number of contacts to find.",
                ),
                query(
                    "values[]",
                    listed(INTEGER),
                    "Ids of contacts to return in any case. You can also write `values=1,2`.",
                ),
            ],
            answer=obj({"contacts": mapped(ref("FoundContact"), description="The contacts by id.")}),
            example={
                "contacts": {
                    "25": {
                        "first_name": "Jane",
                        "last_name": "Smith",
                        "full_name": "Jane Smith",
                        "email": "jane@example.com",
                        "id": "25",
                    }
                }
            },
        )
    },
    f"{BASE}/prev-next-ids": {
        "GET": Operation(
            name="getNeighbours",
            topic=TOPIC,
            summary="Get the next and previous contacts",
            description="Returns the ids of the contacts before and after one contact, in a list with these filters and this "
            "order.",
            parameters=[
                query("current_id", ID, "The id of the contact to start from.", required=True),
                *[
                    parameter | {"required": True} if parameter["name"] == "filter_type" else parameter
                    for parameter in SELECTION
                ],
            ],
            answer=obj(
                {
                    "navigation": obj(
                        {
                            "next": say(listed(ID), "The ids after it, the nearest first."),
                            "prev": say(listed(ID), "The ids before it, the nearest first."),
                        }
                    ),
                    "has_next": say(BOOLEAN, f"True if there are more than the {NEIGHBOURS} ids in `next`."),
                    "has_prev": say(BOOLEAN, f"True if there are more than the {NEIGHBOURS} ids in `prev`."),
                }
            ),
            example={"navigation": {"next": [24, 23], "prev": [26]}, "has_next": False, "has_prev": False},
            refusals={
                400: INVALID,
                422: refused(
                    "`filter_type` or `current_id` is missing, or the advanced filters cannot be read.",
                    "filter_type & current_id is required",
                ),
            },
        )
    },
}
