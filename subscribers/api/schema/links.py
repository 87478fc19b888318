"""The routes that attach and detach the tags and lists of one contact."""

from rest.openapi import Operation, Routes, say, sent
from subscribers.api.schema.contact import BASE, CONTACT_ID, TOPIC, UPDATED, written, written_example
from wp_rest.openapi import ENTRIES, INVALID, MISSING, NOT_FOUND


def link_route(kind: str, *, attach: bool) -> Operation:
    """POST /subscribers/{id}/tags, /tags/detach, /lists, /lists/detach."""
    verb = "Attach" if attach else "Detach"
    made = (
        f" A title that no {kind.removesuffix('s')} has is created if it has three letters or more." if attach else ""
    )
    return Operation(
        name=f"{verb.lower()}{kind.title()}",
        topic=TOPIC,
        summary=f"{verb} {kind} {'to' if attach else 'from'} a contact",
        description="This route is an addition of this server: some clients call it, but FluentCRM does not have it.",
        ids=CONTACT_ID,
        body=sent({kind: say(ENTRIES, f"Ids, slugs or titles of {kind}.{made}")}, [kind]),
        body_example={kind: [1, "newsletter"]},
        answer=written({}, (kind,)),
        example=written_example(UPDATED),
        refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
    )


ROUTES: Routes = {
    f"{BASE}/{{id}}/tags": {"POST": link_route("tags", attach=True)},
    f"{BASE}/{{id}}/tags/detach": {"POST": link_route("tags", attach=False)},
    f"{BASE}/{{id}}/lists": {"POST": link_route("lists", attach=True)},
    f"{BASE}/{{id}}/lists/detach": {"POST": link_route("lists", attach=False)},
}
