"""What the routes of companies take and answer (see rest.openapi), in the order of the document."""

from companies.api.schema import companies, company, contacts, experiments
from rest.openapi import Routes, Schema

COMPONENTS: dict[str, Schema] = {**companies.COMPONENTS, **company.COMPONENTS}
ROUTES: Routes = {**companies.ROUTES, **contacts.ROUTES, **experiments.ROUTES}
