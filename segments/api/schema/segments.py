"""The routes of the tags and of one tag; those of lists differ where the recordings do."""

from typing import Literal

from rest.openapi import INTEGER, TEXT, Operation, Refusal, Routes, Schema, listed, nullable, obj, query, ref, say, sent
from segments.api.filters import ListFilter, TagFilter
from segments.api.schema.segment import EXAMPLE_COUNTS, EXAMPLES
from segments.api.viewsets import SORTABLE
from wp_rest.filters import parameters_of
from wp_rest.openapi import (
    FLAG,
    INVALID,
    MISSING,
    NO_SUCH_ROUTE,
    NOT_FOUND,
    message,
    page_example,
    page_of,
    pages,
    sorting,
)


def routes_of(word: Literal["tag", "list"]) -> Routes:
    """/tags and /tags/{id}, or /lists and /lists/{id}."""
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
                    *parameters_of(TagFilter if word == "tag" else ListFilter),
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
    }


ROUTES: Routes = {**routes_of("tag"), **routes_of("list")}
