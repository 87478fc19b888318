"""What the routes of tags and lists take and answer (see wp_rest.openapi; recordings tags.json and lists.json)."""

from typing import Any, Literal

from segments.serializers import SegmentSerializer
from segments.views import SORTABLE
from wp_rest.openapi import (
    ANYTHING,
    DIGITS,
    FLAG,
    ID,
    IDS,
    INTEGER,
    INVALID,
    MISSING,
    MOMENT,
    NO_SUCH_ROUTE,
    NOT_FOUND,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    error_example,
    listed,
    message,
    nullable,
    obj,
    one_of,
    page_example,
    page_of,
    pages,
    query,
    ref,
    say,
    sent,
    sorting,
)

COMMON = {
    "id": ID,
    "title": TEXT,
    "slug": say(TEXT, "Its name in addresses; unique among its kind."),
    "description": nullable(TEXT),
}
DATES = {"created_at": MOMENT, "updated_at": MOMENT}
PUBLIC = {"is_public": one_of("0", "1")}
TAG = {**COMMON, **DATES}
LIST = {**COMMON, **PUBLIC, **DATES}
TAG_COUNTS = {"subscribersCount": say(INTEGER, "Contacts with this tag whose status is subscribed.")}
LIST_COUNTS = {
    "totalCount": say(INTEGER, "Contacts on this list, whatever their status."),
    "subscribersCount": say(INTEGER, "Contacts on this list whose status is subscribed."),
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
            "slug": "Made from the title unless given.",
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
        else {"lists": rows, "pagination": obj({"total": say(INTEGER, "How many lists there are on all pages.")})}
    )
    listed_example = {**example, **EXAMPLE_COUNTS[word]}
    ids = {"id": f"The {word}'s id."}
    taken = {422: Refusal("The title is missing, or the slug is taken.", ["MissingFields"])}
    taken_on_update = {
        422: Refusal("The title is missing, or the slug is taken.", ["MissingFields", "Refused"])
        if word == "tag"
        else MISSING
    }
    return {
        base: {
            "GET": Operation(
                name=f"list{names}",
                topic=topic,
                summary=f"List {words}",
                description=f"A page of {words}, newest first unless sorted otherwise, with how many contacts each has.",
                parameters=[
                    *pages(),
                    query("search", TEXT, "Only those with this text in title, slug or description, in any case."),
                    *sorting(SORTABLE, "sort_order"),
                    query("exclude_counts", FLAG, "Leave the counts of contacts out."),
                    query(f"all_{words}", FLAG, f"Send every {word} along, short, for a chooser."),
                ],
                answer=obj(
                    {**page, f"all_{words}": say(listed(ref("Option")), f"With `all_{words}` alone.")},
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
                answer=obj({"lists": ref(name), "item": say(ref(name), "The same."), "message": TEXT}),
                example={"lists": example, "item": example, "message": f"Successfully saved the {word}."},
                refusals={400: INVALID, **taken},
            ),
        },
        f"{base}/{{id}}": {
            "GET": Operation(
                name=f"get{name}",
                topic=topic,
                summary=f"Get a {word}",
                description=f"An id that no {word} has answers null, with status 200.",
                ids=ids,
                answer=obj({"tag": nullable(ref("Tag"))}) if word == "tag" else nullable(ref("List")),
                example={"tag": example} if word == "tag" else example,
                refusals={404: NO_SUCH_ROUTE},
            ),
            "PUT": Operation(
                name=f"update{name}",
                topic=topic,
                summary=f"Update a {word}",
                description="With `update_by: slug` the one is meant whose slug the title makes; the id is then ignored."
                + (
                    " A slug that is sent replaces the old one."
                    if word == "tag"
                    else " A list's slug follows its title; a description that is not sent is emptied."
                ),
                ids=ids,
                body={
                    "allOf": [
                        ref("SegmentToSave"),
                        sent({"update_by": say(TEXT, "`slug`, to find it by the slug of `title`.")}),
                    ]
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
                description="Contacts stay.",
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
                description="One whose slug is known is renamed; one without a title is left out.",
                body=sent(
                    {
                        words: say(
                            {"anyOf": [listed({"anyOf": [ref("SegmentToSave"), ANYTHING]}), TEXT]},
                            "Titles, with slugs if you like. Descriptions are not kept.",
                        ),
                        "items": say(ANYTHING, f"Another name of `{words}`."),
                    }
                ),
                body_example={words: [{"title": "Newsletter"}, {"title": "Customers", "slug": "customers"}]},
                answer=obj({"message": TEXT, "ids": say(listed(ID), "The ids in the order sent.")}),
                example={
                    "message": "Successfully saved the tags."
                    if word == "tag"
                    else "Provided Lists have been successfully created",
                    "ids": [1, 2],
                },
            )
        },
        f"{base}/do-bulk-action": {
            "POST": Operation(
                name=f"delete{names}",
                topic=topic,
                summary=f"Delete many {words}",
                description="Deleting is the only action there is. Contacts stay.",
                body=sent(
                    {
                        "action": one_of("delete", f"delete_{words}", default="delete"),
                        f"{word}Ids": say(IDS, f"The {words}. `{word}_ids` and `ids` are the same."),
                    }
                ),
                body_example={"action": "delete", f"{word}Ids": [1, 2]},
                answer=message(),
                example={"message": f"Selected {names} has been removed permanently"},
                refusals={
                    422: Refusal(
                        "There is no such action.",
                        ["Refused"],
                        {"Refused": error_example(422, "rest_invalid_param", "Selected Action is not valid")},
                    )
                },
            )
        },
    }


ROUTES: Routes = {**routes_of("tag"), **routes_of("list")}
