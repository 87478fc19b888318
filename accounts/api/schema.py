"""What the routes of accounts take and answer (see rest.openapi)."""

from rest.openapi import ID, TEXT, Operation, Routes, Schema, listed, obj, ref, say

LINK = listed(obj({"href": TEXT}, title="Link"))
COMPONENTS: dict[str, Schema] = {
    "Me": obj(
        {
            "id": ID,
            "name": say(TEXT, "The full name, or the user name if there is none."),
            "url": say(TEXT, "The address of the site."),
            "description": TEXT,
            "link": TEXT,
            "slug": say(TEXT, "The user name."),
            "avatar_urls": say(
                obj({"24": TEXT, "48": TEXT, "96": TEXT}), "The addresses of the Gravatar picture, by width in pixels."
            ),
            "meta": listed(TEXT, maxItems=0),
            "_links": obj({"self": LINK, "collection": LINK}),
        }
    )
}
AVATAR = "https://www.gravatar.com/avatar/abc123?s={}&d=mm&r=g"
ROUTES: Routes = {
    "/wp/v2/users/me": {
        "GET": Operation(
            name="getMe",
            topic="This API",
            summary="Get the current user",
            description="Returns the user whose credentials were sent. Use it to test your credentials.",
            answer=ref("Me"),
            example={
                "id": 1,
                "name": "Ada Lovelace",
                "url": "https://yourdomain.com",
                "description": "",
                "link": "https://yourdomain.com/author/ada/",
                "slug": "ada",
                "avatar_urls": {size: AVATAR.format(size) for size in ("24", "48", "96")},
                "meta": [],
                "_links": {
                    "self": [{"href": "https://yourdomain.com/wp-json/wp/v2/users/1"}],
                    "collection": [{"href": "https://yourdomain.com/wp-json/wp/v2/users"}],
                },
            },
        )
    }
}
