"""What the routes of tags and lists take and answer (see rest.openapi; recordings tags.json and lists.json)."""

from typing import Any, Literal

from rest.openapi import (
    ANYTHING,
    ID,
    INTEGER,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    listed,
    nullable,
    obj,
    one_of,
    query,
    ref,
    say,
    sent,
)
from segments.api.serializers import SegmentSerializer
from segments.api.views import SORTABLE
from wp_rest.openapi import (
    DIGIT_FLAG,
    DIGITS,
    FLAG,
    IDS,
    INVALID,
    MISSING,
    MOMENT,
    NO_SUCH_ROUTE,
    NOT_FOUND,
    error_example,
    message,
    page_example,
    page_of,
    pages,
    sorting,
)

COMMON = {
    "id": ID,
    "title": TEXT,
    "slug": say(TEXT, "The short name for addresses. Each tag, or each list, has its own."),
    "description": nullable(TEXT),
}
DATES = {"created_at": MOMENT, "updated_at": MOMENT}
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
SLUG_TAKEN = "The slug attribute is already taken and must be unique."
SLUG_TAKEN_EXAMPLE = error_example(
    422, "rest_invalid_param", "Invalid parameter: slug", slug={"unique": SLUG_TAKEN}, errors={"slug": [SLUG_TAKEN]}
)


def routes_of(word: Literal["tag", "list"]) -> Routes:
    """The routes of tags or of lists, which differ where the recordings do."""
    words, base = f"{word}s", f"/fluent-crm/v2/{word}s"
    name, names, topic = word.title(), words.title(), words.title()
    example = EXAMPLES[word]
    rows = listed(ref(f"Listed{name}"))
    page: Schema = (
        {"tags": page_of(ref("ListedTag"))}
        if word == "tag"
        else {
            "lists": rows,
            "pagination": obj({"total": say(INTEGER, "The number of lists on all pages.")}, title="ListTotal"),
        }
    )
    listed_example = {**example, **EXAMPLE_COUNTS[word]}
    ids = {"id": f"The {word}'s id."}
    taken = {422: Refusal("The title is missing, or the slug is in use.", ["MissingFields"])}
    taken_on_update = {
        422: Refusal("The title is missing, or the slug is in use.", ["MissingFields", "Refused"])
        if word == "tag"
        else MISSING
    }
    return {
        base: {
            "GET": Operation(
                name=f"list{names}",
                topic=topic,
                summary=f"List {words}",
                description=f"Returns a page of {words}, the newest first unless you sort them, each with the number of its contacts.",
                parameters=[
                    *pages(),
                    query(
                        "search",
                        TEXT,
                        f"Only {words} with this text in the title, slug or description. Case and accents do not matter.",
                    ),
                    *sorting(name, SORTABLE, "sort_order"),
                    query("exclude_counts", FLAG, "Leave out the numbers of contacts. The answer comes faster."),
                    query(f"all_{words}", FLAG, f"Also return all {words} with id, title and slug, for a select box."),
                ],
                answer=obj(
                    {**page, f"all_{words}": say(listed(ref("Option")), f"Only if `all_{words}` is sent.")},
                    optional=[f"all_{words}"],
                ),
                example={"tags": page_example(listed_example)}
                if word == "tag"
                else {"lists": [listed_example], "pagination": {"total": 1}},
            ),
            "POST": Operation(
                name=f"create{name}",
                topic=topic,
                summary=f"Create a {word}",
                body=ref("SegmentToSave"),
                body_example={"title": example["title"], "slug": example["slug"]},
                answer=obj(
                    {
                        "lists": say(ref(name), f"The new {word}."),
                        "item": say(ref(name), f"The new {word}, as in `lists`."),
                        "message": TEXT,
                    }
                ),
                example={"lists": example, "item": example, "message": f"Successfully saved the {word}."},
                refusals={400: INVALID, **taken},
            ),
        },
        f"{base}/{{id}}": {
            "GET": Operation(
                name=f"get{name}",
                topic=topic,
                summary=f"Get a {word}",
                description=f"If no {word} has this id, the answer is null with status 200.",
                ids=ids,
                answer=obj({"tag": nullable(ref("Tag"))}) if word == "tag" else nullable(ref("List")),
                example={"tag": example} if word == "tag" else example,
                refusals={404: NO_SUCH_ROUTE},
            ),
            "PUT": Operation(
                name=f"update{name}",
                topic=topic,
                summary=f"Update a {word}",
                description=f"With `update_by: slug` the server ignores the id and finds the {word} by the slug of `title`."
                + (
                    " If you send a slug, it replaces the old one."
                    if word == "tag"
                    else " The slug is made from the new title. If you send no description, the old one is removed."
                ),
                ids=ids,
                body={
                    "allOf": [
                        ref("SegmentToSave"),
                        sent(
                            {
                                "update_by": say(
                                    TEXT, f"`slug` finds the {word} by the slug of `title` instead of the id."
                                )
                            }
                        ),
                    ],
                    "title": f"{name}ToUpdate",
                },
                body_example={"title": example["title"], "description": "Sent on Mondays"},
                answer=obj({"lists": {"const": 1}, "message": TEXT}),
                example={"lists": 1, "message": f"Successfully saved the {word}."},
                refusals={400: INVALID, 404: NOT_FOUND, **taken_on_update},
            ),
            "DELETE": Operation(
                name=f"delete{name}",
                topic=topic,
                summary=f"Delete a {word}",
                description=f"Removes the {word} from all contacts. The contacts are kept.",
                ids=ids,
                answer=message(),
                example={"message": f"Successfully removed the {word}."},
                refusals={404: NOT_FOUND},
            ),
        },
        f"{base}/bulk": {
            "POST": Operation(
                name=f"create{names}",
                topic=topic,
                summary=f"Create many {words}",
                description=f"If a {word} with the same slug exists, it gets the new title. Entries without a title are skipped.",
                body=sent(
                    {
                        words: say(
                            {"anyOf": [listed({"anyOf": [ref("SegmentToSave"), ANYTHING]}), TEXT]},
                            f"The {words}: each with a title and, if you like, a slug. Descriptions are ignored.",
                        ),
                        "items": say(ANYTHING, f"Means the same as `{words}`."),
                    }
                ),
                body_example={words: [{"title": "Newsletter"}, {"title": "Customers", "slug": "customers"}]},
                answer=obj(
                    {
                        "message": TEXT,
                        "ids": say(listed(ID), f"The ids of the {words}, in the order of the request."),
                        "ignored": say(
                            obj({words: listed(ANYTHING)}), "Entries that cannot be saved. Missing if there are none."
                        ),
                    },
                    optional=["ignored"],
                ),
                example={
                    "message": "Successfully saved the tags."
                    if word == "tag"
                    else "Provided Lists have been successfully created",
                    "ids": [1, 2],
                },
                refusals={400: INVALID},
            )
        },
        f"{base}/do-bulk-action": {
            "POST": Operation(
                name=f"delete{names}",
                topic=topic,
                summary=f"Delete many {words}",
                description=f"Removes the {words} from all contacts. The contacts are kept. There is no other action.",
                body=sent(
                    {
                        "action": one_of("delete", f"delete_{words}", default="delete"),
                        f"{word}Ids": say(IDS, f"The ids of the {words}. You can also write `{word}_ids` or `ids`."),
                    }
                ),
                body_example={"action": "delete", f"{word}Ids": [1, 2]},
                answer=message(),
                example={"message": f"Selected {names} has been removed permanently"},
                refusals={
                    400: INVALID,
                    422: Refusal(
                        "The action does not exist.",
                        ["Refused"],
                        {"Refused": error_example(422, "rest_invalid_param", "Selected Action is not valid")},
                    ),
                },
            )
        },
    }


ROUTES: Routes = {**routes_of("tag"), **routes_of("list")}
