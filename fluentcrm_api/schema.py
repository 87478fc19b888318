"""What the routes about the API itself answer (see wp_rest.openapi)."""

from wp_rest.openapi import ANYTHING, TEXT, Operation, Routes, Schema, listed, mapped, obj, one_of, ref, say

VERBS = listed(one_of("GET", "POST", "PUT", "PATCH", "DELETE"))
COMPONENTS: dict[str, Schema] = {
    "Route": obj(
        {
            "namespace": TEXT,
            "methods": VERBS,
            "endpoints": listed(obj({"methods": VERBS, "args": listed(ANYTHING, maxItems=0)})),
            "_links": obj({"self": listed(obj({"href": TEXT}))}),
        },
        optional=["_links"],  # a route with an id in it has no address of its own
    )
}
ROUTES: Routes = {
    "/fluent-crm/v2": {
        "GET": Operation(
            name="getIndex",
            topic="This API",
            summary="List the routes",
            description="WordPress's index of a namespace.",
            answer=obj({"namespace": TEXT, "routes": say(mapped(ref("Route")), "Each route by its pattern.")}),
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
            summary="Get this description as OpenAPI 3.1",
            description="For generators of clients, and for tools such as Postman. It has an ETag.",
            answer={"type": "object", "required": ["openapi", "info", "paths"]},
        )
    },
    "/fluent-crm/v2/docs": {
        "GET": Operation(
            name="getPage",
            topic="This API",
            summary="Read this description as a page",
            answer=TEXT,
            media_type="text/html",
        )
    },
}
