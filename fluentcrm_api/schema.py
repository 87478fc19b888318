"""What the routes about the API itself answer (see rest.openapi)."""

from rest.openapi import ANYTHING, TEXT, Operation, Routes, Schema, listed, mapped, obj, one_of, ref, say

VERBS = listed(one_of("GET", "POST", "PUT", "PATCH", "DELETE", title="Method"))
COMPONENTS: dict[str, Schema] = {
    "Route": obj(
        {
            "namespace": TEXT,
            "methods": VERBS,
            "endpoints": listed(obj({"methods": VERBS, "args": listed(ANYTHING, maxItems=0)}, title="Endpoint")),
            "_links": obj({"self": listed(obj({"href": TEXT}, title="Link"))}),
        },
        optional=["_links"],  # a route with an id has no single address
    )
}
ROUTES: Routes = {
    "/fluent-crm/v2": {
        "GET": Operation(
            name="getIndex",
            topic="This API",
            summary="List the routes",
            description="Returns all routes of this API with their methods.",
            answer=obj({"namespace": TEXT, "routes": say(mapped(ref("Route")), "The routes by their pattern.")}),
            example={
                "namespace": "fluent-crm/v2",
                "routes": {
                    "/fluent-crm/v2/tags/(?P<pk>[0-9]+)": {
                        "namespace": "fluent-crm/v2",
                        "methods": ["GET", "PUT", "DELETE"],
                        "endpoints": [{"methods": [verb], "args": []} for verb in ("GET", "PUT", "DELETE")],
                    }
                },
            },
        )
    },
    "/fluent-crm/v2/openapi.json": {
        "GET": Operation(
            name="getDocument",
            topic="This API",
            summary="Get the OpenAPI document",
            description="Returns this description as OpenAPI 3.1, for client generators and tools such as Postman.",
            answer={"type": "object", "required": ["openapi", "info", "paths"]},
        )
    },
    "/fluent-crm/v2/docs": {
        "GET": Operation(
            name="getPage",
            topic="This API",
            summary="Read the documentation",
            description="Returns an HTML page that shows this description and can try the routes.",
            answer=TEXT,
            media_type="text/html",
        )
    },
}
