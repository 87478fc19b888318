"""What the routes of accounts take and answer (see rest.openapi)."""

from typing import Any

from accounts.api.representation import CAPABILITIES
from accounts.api.serializers import MAX_PASSWORD, PasswordField, UserSerializer
from accounts.api.services import ROLE
from rest.openapi import (
    BOOLEAN,
    ID,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    constant,
    listed,
    obj,
    ref,
    say,
    schema_of,
)
from wp_rest.openapi import INVALID, MISSING, error, error_example, pages


@schema_of.register
def _(sent_field: PasswordField) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": MAX_PASSWORD}


LINK = listed(obj({"href": TEXT}, title="Link"))
AVATARS = say(obj({"24": TEXT, "48": TEXT, "96": TEXT}), "The addresses of the Gravatar picture, by width in pixels.")
LINKS = obj({"self": LINK, "collection": LINK})
TRUE: Schema = {"const": True}
TAKEN = error(400, "existing_user_login", "existing_user_email")
UNKNOWN_USER = error(404, "rest_user_invalid_id", "rest_no_route")
USER: dict[str, Schema] = {
    "id": ID,
    "name": say(TEXT, "The full name, or the user name if there is none."),
    "url": say(TEXT, "The address of the site."),
    "description": TEXT,
    "link": TEXT,
    "slug": say(TEXT, "The user name."),
    "avatar_urls": AVATARS,
    "meta": listed(TEXT, maxItems=0),
    "_links": LINKS,
}
COMPONENTS: dict[str, Schema] = {
    "Me": obj(USER),
    "UserTaken": TAKEN,
    "UserNotFound": UNKNOWN_USER,
    "UserToAdd": body_of(
        UserSerializer,
        {
            "username": "Letters, digits and `@`, `.`, `+`, `-`, `_`. Case does not matter.",
            "password": "The user signs in with it where staff allow that. Common and short ones are refused.",
            "roles": f"Only `{ROLE}`, which is the default. Staff give rights in the admin.",
        },
    ),
    "AddedUser": obj(
        {
            "id": ID,
            "username": TEXT,
            "name": USER["name"],
            "first_name": TEXT,
            "last_name": TEXT,
            "email": TEXT,
            "url": constant(""),
            "description": constant(""),
            "link": TEXT,
            "locale": TEXT,
            "nickname": TEXT,
            "slug": TEXT,
            "roles": listed(constant(ROLE)),
            "registered_date": say(TEXT, "When the user was added, in UTC.", format="date-time"),
            "capabilities": obj(dict.fromkeys(CAPABILITIES, TRUE)),
            "extra_capabilities": obj({ROLE: TRUE}),
            "avatar_urls": AVATARS,
            "meta": obj({"persisted_preferences": listed(BOOLEAN, maxItems=0)}),
            "_links": LINKS,
        }
    ),
}
AVATAR = "https://www.gravatar.com/avatar/abc123?s={}&d=mm&r=g"
SITE = "https://yourdomain.com"
EXAMPLE: dict[str, Any] = {
    "id": 1,
    "name": "Ada Lovelace",
    "url": SITE,
    "description": "",
    "link": f"{SITE}/author/ada/",
    "slug": "ada",
    "avatar_urls": {size: AVATAR.format(size) for size in ("24", "48", "96")},
    "meta": [],
    "_links": {
        "self": [{"href": f"{SITE}/wp-json/wp/v2/users/1"}],
        "collection": [{"href": f"{SITE}/wp-json/wp/v2/users"}],
    },
}
SENT: dict[str, Any] = {
    "username": "ada",
    "email": "ada@example.com",
    "password": "x-Long-pass-1",
    "first_name": "Ada",
    "last_name": "Lovelace",
}
ADDED: dict[str, Any] = {
    **{name: EXAMPLE[name] for name in ("id", "name", "link", "slug", "avatar_urls", "_links")},
    **{name: SENT[name] for name in ("username", "first_name", "last_name", "email")},
    "url": "",
    "description": "",
    "locale": "en_US",
    "nickname": "ada",
    "roles": [ROLE],
    "registered_date": "2026-01-31T09:05:00+00:00",
    "capabilities": CAPABILITIES,
    "extra_capabilities": {ROLE: True},
    "meta": {"persisted_preferences": []},
}
TOPIC = "This API"
ROUTES: Routes = {
    "/wp/v2/users": {
        "GET": Operation(
            name="listUsers",
            topic=TOPIC,
            summary="List the users",
            description="Returns a page of the active users. The headers `X-WP-Total` and `X-WP-TotalPages` have the "
            "numbers of users and pages.",
            parameters=pages(10),
            answer=listed(ref("Me")),
            example=[EXAMPLE],
        ),
        "POST": Operation(
            name="addUser",
            topic=TOPIC,
            summary="Add a user",
            description="Adds a user without any rights. Automations that start when a user registers then run for the "
            "contact with this address.",
            status=201,
            body=ref("UserToAdd"),
            body_example=SENT,
            answer=ref("AddedUser"),
            example=ADDED,
            refusals={
                400: Refusal(
                    "The body cannot be read, a field has a wrong value, or the name or the address is taken.",
                    [*INVALID.bodies, "UserTaken"],
                    {"UserTaken": error_example(400, "existing_user_login", "Sorry, that username already exists!")},
                ),
                422: MISSING,
            },
        ),
    },
    "/wp/v2/users/{id}": {
        "GET": Operation(
            name="getUser",
            topic=TOPIC,
            summary="Get a user",
            ids={"id": "The user's id."},
            answer=ref("Me"),
            example=EXAMPLE,
            refusals={
                404: Refusal(
                    "No active user has this id.",
                    ["UserNotFound"],
                    {"UserNotFound": error_example(404, "rest_user_invalid_id", "Invalid user ID.")},
                )
            },
        )
    },
    "/wp/v2/users/me": {
        "GET": Operation(
            name="getMe",
            topic=TOPIC,
            summary="Get the current user",
            description="Returns the user whose credentials were sent. Use it to test your credentials.",
            answer=ref("Me"),
            example=EXAMPLE,
        )
    },
}
