"""The routes that change many tags or lists with one request."""

from typing import Literal

from rest.openapi import ANYTHING, ID, TEXT, Operation, Refusal, Routes, listed, obj, one_of, ref, say, sent
from wp_rest.openapi import IDS, INVALID, error_example, message


def routes_of(word: Literal["tag", "list"]) -> Routes:
    """/tags/bulk and /tags/do-bulk-action, or those of /lists."""
    words, base = f"{word}s", f"/fluent-crm/v2/{word}s"
    names = topic = words.title()
    return {
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
