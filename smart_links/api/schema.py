"""Describes the routes of smart links (see rest.openapi)."""

from typing import Any

from rest.openapi import (
    COUNT,
    ID,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    constant,
    listed,
    obj,
    one_of,
    query,
    ref,
    say,
    sent,
)
from smart_links.api.filters import SmartLinkFilter
from smart_links.api.serializers import (
    MAX_ENTERED,
    ActionsSerializer,
    DetachActionsSerializer,
    EnrolSerializer,
    SmartLinkSerializer,
)
from smart_links.api.viewsets import ORDERS
from wp_rest.filters import parameters_of
from wp_rest.openapi import DATETIME, INVALID, MISSING, NOT_FOUND, message, page_example, page_of, pages

TOPIC = "Smart links"
ATTACHED = {
    "tags": say(listed(ID), "The ids of the tags that the contact gets."),
    "lists": say(listed(ID), "The ids of the lists that the contact is added to."),
}
DETACHED = {
    "tags": say(listed(ID), "The ids of the tags that the contact loses."),
    "lists": say(listed(ID), "The ids of the lists that the contact is removed from."),
}
NO_LOGIN = say(constant("no"), "Always `no`: contacts have no accounts here.")
LINK: dict[str, Schema] = {
    "id": ID,
    "title": TEXT,
    "short": say(TEXT, "The name of the link in its address."),
    "target_url": say(TEXT, "Where the link leads."),
    "actions": obj(
        {
            **ATTACHED,
            "remove_tags": DETACHED["tags"],
            "remove_lists": DETACHED["lists"],
            "auto_login": NO_LOGIN,
        },
        title="SmartLinkActions",
    ),
    "notes": TEXT,
    "created_by": say(COUNT, "The id of the user who created the link; 0 if the user was deleted."),
    "created_at": DATETIME,
    "updated_at": DATETIME,
    "short_url": say(
        TEXT,
        "The address of the link. Put it into mails. The shorter form `/go/{short}` leads there too.",
    ),
    "detach_actions": obj(DETACHED, title="SmartLinkDetachActions"),
    "auto_login": NO_LOGIN,
    "enrol": obj(
        {
            "automations": say(listed(ID), "The ids of the automations that the contact enters at the first click."),
            "sequences": say(listed(ID), "The ids of the e-mail sequences that the contact enters at the first click."),
        },
        title="SmartLinkEnrol",
    ),
}
COUNTS = {
    "contacts": say(COUNT, "How many contacts followed the link."),
    "clicks": say(COUNT, "How often contacts followed the link."),
}
COMPONENTS: dict[str, Schema] = {
    "SmartLink": obj(LINK),
    "ListedSmartLink": obj({**LINK, **COUNTS}),
    "SmartLinkToSave": body_of(
        SmartLinkSerializer,
        {
            "title": "Plain text.",
            "actions": "What to attach. Without this key nothing changes.",
            "detach_actions": "What to detach. Tags and lists that are attached too stay attached.",
            "enrol": f"What the contact enters at the first click: at most {MAX_ENTERED} automations and {MAX_ENTERED} "
            "sequences. Those that are not published take nobody.",
            "notes": "Plain text.",
        },
        {
            "actions": body_of(ActionsSerializer, {}) | {"title": "SmartLinkActionsToSave"},
            "enrol": body_of(EnrolSerializer, {}) | {"title": "SmartLinkEnrolToSave"},
            "detach_actions": body_of(DetachActionsSerializer, {}) | {"title": "SmartLinkDetachActionsToSave"},
        },
    ),
}
EXAMPLE: dict[str, Any] = {
    "id": 1,
    "title": "Price list",
    "short": "k7h2mqpz",
    "target_url": "https://shop.example.com/prices",
    "actions": {"tags": [3], "lists": [], "remove_tags": [], "remove_lists": [], "auto_login": "no"},
    "notes": "",
    "created_by": 1,
    "created_at": "2026-01-31 09:05:00",
    "updated_at": "2026-01-31 09:05:00",
    "short_url": "https://crm.example.com/?fluentcrm=1&route=smart_url&slug=k7h2mqpz",
    "detach_actions": {"tags": [], "lists": []},
    "auto_login": "no",
    "enrol": {"automations": [], "sequences": []},
}
BODY = sent({"link": {"anyOf": [ref("SmartLinkToSave"), TEXT], "description": "The link, or its JSON text."}}, ["link"])
BODY_EXAMPLE = {
    "link": {"title": "Price list", "target_url": "https://shop.example.com/prices", "actions": {"tags": [3]}}
}
IDS = {"id": "The link's id."}
SAVED = obj({"message": TEXT, "link": ref("SmartLink")})

ROUTES: Routes = {
    "/fluent-crm/v2/smart-links": {
        "GET": Operation(
            name="listSmartLinks",
            topic=TOPIC,
            summary="List the smart links",
            parameters=[
                *parameters_of(SmartLinkFilter),
                query("orderBy", one_of(*ORDERS, default="id", title="SmartLinkOrder"), "The column to sort by."),
                query(
                    "order",
                    one_of("asc", "desc", "ascending", "descending", default="desc", title="SmartLinkDirection"),
                    "The direction.",
                ),
                *pages(),
            ],
            answer=obj({"action_links": page_of(ref("ListedSmartLink"))}),
            example={"action_links": page_example({**EXAMPLE, "contacts": 120, "clicks": 150})},
        ),
        "POST": Operation(
            name="createSmartLink",
            topic=TOPIC,
            summary="Create a smart link",
            description="A contact who clicks on the link in a mail gets the tags and lists of the link, and is led to its target. "
            "Anybody else is only led there. Some mail programs follow links before the contact reads the mail. Unless such a "
            "program identifies itself, this counts as a click of the contact: do not use a smart link for consent. A smart "
            "link never changes a status.",
            body=BODY,
            body_example=BODY_EXAMPLE,
            answer=SAVED,
            example={"message": "SmartLink has been created", "link": EXAMPLE},
            refusals={400: INVALID, 422: MISSING},
        ),
    },
    "/fluent-crm/v2/smart-links/{id}": {
        "PUT": Operation(
            name="updateSmartLink",
            topic=TOPIC,
            summary="Update a smart link",
            description="Mails that were sent lead to the new target. Actions and notes that you leave out do not change.",
            ids=IDS,
            body=BODY,
            body_example=BODY_EXAMPLE,
            answer=SAVED,
            example={"message": "SmartLink has been updated", "link": EXAMPLE},
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        ),
        "DELETE": Operation(
            name="deleteSmartLink",
            topic=TOPIC,
            summary="Delete a smart link",
            description="Its address leads nowhere any more, also in mails that were sent.",
            ids=IDS,
            answer=message(),
            example={"message": "Selected Smart Link has been deleted"},
            refusals={404: NOT_FOUND},
        ),
    },
    "/fluent-crm/v2/smart-links/activate": {
        "POST": Operation(
            name="activateSmartLinks",
            topic=TOPIC,
            summary="Activate smart links",
            description="Does nothing: smart links are always active. For clients of FluentCRM.",
            answer=message(),
            example={"message": "SmartLinks are active"},
        ),
    },
}
