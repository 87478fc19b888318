"""What the routes of contacts take and answer (see rest.openapi), in the order of the document."""

from rest.openapi import Routes, Schema
from subscribers.api.schema import bodies, contact, contacts, finding, links, many, selection

COMPONENTS: dict[str, Schema] = {
    **contact.COMPONENTS,
    **bodies.COMPONENTS,
    **selection.COMPONENTS,
    **contacts.COMPONENTS,
    **many.COMPONENTS,
    **finding.COMPONENTS,
}
ROUTES: Routes = {**contacts.ROUTES, **links.ROUTES, **many.ROUTES, **finding.ROUTES}
